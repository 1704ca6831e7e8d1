package dev.runyard.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.cli.StubLab;
import dev.runyard.cli.Typed;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.table.LatexTable;
import dev.runyard.spec.table.Measured;
import dev.runyard.spec.table.ReportSpec;
import dev.runyard.spec.table.ReportTable;
import dev.runyard.spec.table.Tabulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables by the command line, and what becomes of one whose runs change. */
final class ReportCommandsTest {
    private static final String SPEC = """
            title: Methods & more
            runs: {experiment: e}
            rows: [method.kind]
            columns: [dataset.id]
            cell: {metric: test/top1}
            against: {row: {method.kind: iip}}
            extra: [average]
            """;

    @TempDir
    Path folder;

    private StubLab lab;

    @BeforeEach
    void start() throws IOException {
        lab = new StubLab();
        Files.writeString(folder.resolve("table.yaml"), SPEC);
        answer(70.1, 70.5, 70.2);
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    private ReportTable answer(double... iip) {
        List<Measured.Cell> cells = new ArrayList<>();
        cells.add(cell("iip", cells.size(), iip));
        cells.add(cell("a_b%c", cells.size(), 75.1, 75.4, 75.3));
        ReportTable table = Tabulation.of(
                ReportSpec.read(SPEC),
                new Measured(cells, 6, 3, List.of(), 0, Map.of(), List.of(), Map.of(), List.of()));
        lab.on("POST reports/preview", Json.canonical(table));
        return table;
    }

    private static Measured.Cell cell(String row, int at, double... values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double std = Math.sqrt(
                Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / 2);
        return new Measured.Cell(
                List.of(Json.tree("\"" + row + "\"")),
                List.of(Json.tree("\"c10\"")),
                0,
                at,
                3,
                3,
                mean,
                std,
                Arrays.stream(values).boxed().toList(),
                List.of("0", "1", "2"),
                IntStream.range(0, 3).mapToObj(i -> new UUID(at, i)).toList(),
                0,
                List.of("d"),
                0,
                List.of(),
                List.of());
    }

    private Typed typed(String... arguments) throws IOException, InterruptedException {
        return Typed.run(folder, Map.of("RUNYARD_URL", lab.url()), arguments);
    }

    @Test
    void aTableIsWrittenAndHoldsUntilARunChanges() throws Exception {
        Typed made = typed("report", "table.yaml", "--format", "latex", "--out", "table.tex");
        assertThat(made.exit()).as(made.err()).isZero();
        String table = Files.readString(folder.resolve("table.tex"));
        assertThat(table).startsWith(LatexTable.FIRST).contains("a\\_b\\%c & \\textbf{75.27");
        Typed holds = typed("verify", "table.tex");
        assertThat(holds.exit()).as(holds.err()).isZero();
        assertThat(holds.out()).contains("all 4 cells hold, of the same runs");
        // A row taken out, the rest in a paper: still held against the lab.
        Files.writeString(
                folder.resolve("paper.tex"),
                "text & text \\\\\n"
                        + table.lines().filter(l -> !l.startsWith("iip")).reduce("", (a, b) -> a + b + "\n"));
        assertThat(typed("verify", "paper.tex").out()).contains("all 2 cells hold");
        Files.writeString(folder.resolve("nicer.tex"), table.replace("70.27", "71.27"));
        Typed nicer = typed("verify", "nicer.tex");
        assertThat(nicer.exit()).isEqualTo(1);
        assertThat(nicer.out()).contains("iip, c10: the file says 71.27 ± 0.21, the lab 70.27 ± 0.21");
        answer(75.1, 75.5, 75.2);
        Typed changed = typed("verify", "table.tex");
        assertThat(changed.exit()).isEqualTo(1);
        assertThat(changed.out())
                .contains("iip, c10: the file says 70.27 ± 0.21, the lab 75.27 ± 0.21")
                .contains("a_b%c, c10: the file marks it as significantly better, which it is not");
        assertThat(changed.err()).contains("3 of 4 cells of table.tex no longer hold");
    }

    @Test
    void whatIsWrongIsOneLine() throws Exception {
        Files.writeString(folder.resolve("other.tex"), "\\begin{tabular}{l}a\\\\\\end{tabular}");
        line(typed("verify", "other.tex"), 2, "has no line \"% definition …\"");
        typed("report", "table.yaml", "--format", "latex", "--out", "table.tex");
        Files.writeString(
                folder.resolve("edited.tex"),
                Files.readString(folder.resolve("table.tex")).replace("\"alpha\":0.05", "\"alpha\":0.5"));
        line(typed("verify", "edited.tex"), 2, "was changed since the table was made");
        Files.writeString(folder.resolve("bad.yaml"), SPEC.replace("rows:", "row:"));
        line(typed("report", "bad.yaml"), 2, "row");
        line(typed("report", "table.yaml", "--format", "word"), 2, "markdown, csv, latex");
        lab.on(
                "POST reports/preview",
                Json.canonical(Tabulation.of(
                        ReportSpec.read(SPEC),
                        new Measured(List.of(), 0, 0, List.of(), 0, Map.of(), List.of(), Map.of(), List.of()))));
        line(typed("report", "table.yaml"), 1, "no run of");
    }

    private static void line(Typed typed, int exit, String part) {
        assertThat(typed.exit()).as(typed.err()).isEqualTo(exit);
        assertThat(typed.out()).isEmpty();
        assertThat(typed.err().lines()).singleElement().asString().contains(part);
    }
}
