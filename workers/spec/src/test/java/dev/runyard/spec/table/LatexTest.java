package dev.runyard.spec.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of names that mean something to LaTeX; compiled where there is a pdflatex. */
final class LatexTest {
    private static final String HOSTILE =
            "a%b_c&d$e#f{g}h\\i~j^k<l>m|n\"o [p] *q Zürich Łódź naïve α 😀 \\end{table} ±";

    private static final String SPEC = """
            title: "50 % of cats & dogs_😀 \\\\input{x}"
            runs: {experiment: "a%b"}
            rows: [method.kind]
            columns: [dataset.id]
            cell: {metric: test/top1}
            against: {row: {method.kind: iip}}
            extra: [average, {quote: {row: "VP [1]", values: {c%10: 75.3}, source: "Bahng & al., 100 %"}}]
            """;

    private static String table() {
        ReportSpec spec = ReportSpec.read(SPEC);
        return LatexTable.of(
                Tabulation.of(
                        spec,
                        new Made()
                                .cell("iip", "c%10", 70.1, 70.5, 70.2)
                                .cell(HOSTILE, "c%10", 75.1, 75.4, 75.3)
                                .cell("iip", "x_y", 1, 2)
                                .measured(3)),
                spec);
    }

    @Test
    void nothingOfANameIsMarkup() {
        assertThat(Latex.text("a%b_c&d")).isEqualTo("a\\%b\\_c\\&d");
        assertThat(Latex.text("Zürich Łódź")).isEqualTo("Z\\\"{u}rich \\L{}\\'{o}d\\'{z}");
        assertThat(Latex.text("😀")).isEqualTo("{[}U+1F600{]}");
        assertThat(table().lines().filter(line -> line.startsWith("\\end{table}")))
                .hasSize(1);
        table().lines()
                .filter(line -> !line.startsWith("%"))
                .map(line -> line.replaceAll(" % row .*", ""))
                .forEach(line -> assertThat(line).matches("[\\x20-\\x7e]*"));
    }

    @Test
    void aCellReadsBackAsItWasWritten() {
        assertThat(Latex.plain("\\textbf{75.27 $\\pm$ 0.15}$^{\\dagger,a}$")).isEqualTo("75.27 ± 0.15");
        assertThat(Latex.plain("--")).isEqualTo("–");
        assertThat(Latex.plain("\\textit{75.30}")).isEqualTo("75.30");
    }

    @Test
    void commentsCarryDefinitionRunsAndHashes() {
        String[] lines = table().split("\n", -1);
        assertThat(lines[0]).startsWith(LatexTable.FIRST);
        assertThat(lines).anyMatch(line -> line.startsWith(LatexTable.DEFINITION + "{"));
        String definition = Arrays.stream(lines)
                .filter(line -> line.startsWith(LatexTable.DEFINITION + "{"))
                .findFirst()
                .orElseThrow()
                .substring(LatexTable.DEFINITION.length());
        assertThat(lines)
                .contains(
                        LatexTable.DEFINITION_HASH + ReportSpec.read(definition).hash());
        assertThat(lines).anyMatch(line -> line.startsWith("% runs \"c%10\" "));
    }

    @Test
    void plainPdflatexSetsIt(@TempDir Path folder) throws IOException, InterruptedException {
        boolean there = Arrays.stream(String.valueOf(System.getenv("PATH")).split(":"))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "pdflatex")));
        assumeTrue(there, "there is no pdflatex (Debian: texlive-latex-base, texlive-latex-recommended for booktabs)");
        Files.writeString(
                folder.resolve("t.tex"),
                "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n" + table()
                        + "\\end{document}\n");
        Process process = new ProcessBuilder("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("out")))
                .isZero();
        assertThat(folder.resolve("t.pdf")).exists();
    }
}
