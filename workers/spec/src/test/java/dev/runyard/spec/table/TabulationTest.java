package dev.runyard.spec.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.judging.Answered;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TabulationTest {
    private static final String SPEC = """
            title: Number of prompts
            runs: {experiment: e}
            rows: [method.kind]
            columns: [dataset.id]
            cell: {metric: test/top1}
            against: {row: {method.kind: iip}}
            extra: [average, wins, trainedParameters, {quote: {row: VP, values: {c10: 75.3}, source: "a paper, table 3"}}]
            """;

    private static ReportTable.Cell cell(ReportTable table, String row, String column) {
        int at =
                table.columns().stream().map(ReportTable.Column::label).toList().indexOf(column);
        return table.rows().stream()
                .filter(r -> r.labels().get(0).equals(row))
                .findFirst()
                .orElseThrow()
                .cells()
                .get(at);
    }

    private static Made made() {
        return new Made()
                .cell("iip", "c10", 70.1, 70.5, 70.2)
                .cell("pgn", "c10", 75.1, 75.4, 75.3)
                .cell("iip", "c100", 50.1, 50.9, 50.2)
                .cell("pgn", "c100", 49.0, 52.0);
    }

    @Test
    void aTableOfCells() {
        ReportTable table = Tabulation.of(ReportSpec.read(SPEC), made().measured(3));
        assertThat(cell(table, "pgn", "c10").text()).isEqualTo("75.27 ± 0.15");
        assertThat(cell(table, "pgn", "c10").best()).isTrue();
        assertThat(cell(table, "iip", "c10").best()).isFalse();
        assertThat(cell(table, "pgn", "c100").text()).isEqualTo("50.50 ± 2.12 (2/3)");
        assertThat(table.further()).containsExactly("average", "wins", "trained parameters");
        assertThat(table.rows().get(1).further()).containsExactly("62.88", "2", "–");
        assertThat(table.rows().get(2).source()).isEqualTo("a paper, table 3");
        assertThat(cell(table, "VP", "c10").text()).isEqualTo("75.30");
        assertThat(cell(table, "VP", "c10").best()).isFalse();
        assertThat(cell(table, "VP", "c100").text()).isEqualTo("–");
        assertThat(table.complete()).isFalse();
    }

    @Test
    void testsSayWhatTheyAreAndWhyTheyAreNot() {
        ReportTable table = Tabulation.of(ReportSpec.read(SPEC), made().measured(3));
        ReportTable.Test paired = cell(table, "pgn", "c10").test();
        assertThat(paired).isNotNull();
        assertThat(paired.words()).isEqualTo("paired t");
        assertThat(paired.n()).isEqualTo("3");
        // scipy.stats.ttest_rel([75.1, 75.4, 75.3], [70.1, 70.5, 70.2])
        assertThat(paired.p()).isCloseTo(0.00013330667259119503, within(1e-13));
        assertThat(paired.adjusted()).isEqualTo(paired.p());
        assertThat(paired.verdict()).isEqualTo(ReportTable.Verdict.BETTER);
        ReportTable.Test few = cell(table, "pgn", "c100").test();
        assertThat(few).isNotNull();
        assertThat(few.verdict()).isEqualTo(ReportTable.Verdict.NONE);
        assertThat(few.why()).isEqualTo("fewer than 3 values");
        assertThat(table.tests()).isNotNull();
        assertThat(table.tests().family()).isEqualTo(1);
        ReportTable other = Tabulation.of(
                ReportSpec.read(SPEC),
                new Made()
                        .cell("iip", "c10", List.of("one"), List.of(), 70.1, 70.5, 70.2)
                        .cell("pgn", "c10", List.of("another"), List.of(), 75.1, 75.4, 75.3)
                        .measured(3));
        ReportTable.Test welch = cell(other, "pgn", "c10").test();
        assertThat(welch).isNotNull();
        assertThat(welch.words()).isEqualTo("Welch's t");
        assertThat(welch.why()).isEqualTo("not the same data");
    }

    private static Answered answered(String images, int from, int to) {
        BitSet right = new BitSet();
        right.set(from, to);
        return new Answered(images, right, 100);
    }

    private static Measured answers(Answered iip, Answered pgn) {
        Measured made = new Made().cell("iip", "c10", 60).cell("pgn", "c10", 66).measured(1);
        return made.answered(Map.of(
                new Measured.Answer(made.cells().get(0).ids().get(0), 0), iip,
                new Measured.Answer(made.cells().get(1).ids().get(0), 0), pgn));
    }

    @Test
    void singleRunsAreComparedImageByImage() {
        ReportSpec spec = ReportSpec.read(SPEC.replace("iip}}", "iip}, test: mcnemar}"));
        // 2 images that iip alone has right, 8 that pgn alone has: exact, 2 · (1 + 10 + 45) / 2^10.
        ReportTable.Test found = cell(
                        Tabulation.of(spec, answers(answered("a", 0, 60), answered("a", 2, 68))), "pgn", "c10")
                .test();
        assertThat(found).isNotNull();
        assertThat(found.words()).isEqualTo("McNemar's");
        assertThat(found.p()).isCloseTo(0.109375, within(1e-12));
        assertThat(found.n()).isEqualTo("100 images, 10 told apart");
        assertThat(found.difference()).isEqualTo(6);
        ReportTable.Test other = cell(
                        Tabulation.of(spec, answers(answered("a", 0, 60), answered("b", 2, 68))), "pgn", "c10")
                .test();
        assertThat(other).isNotNull();
        assertThat(other.why()).isEqualTo("not the same images");
        ReportTable.Test lost = cell(
                        Tabulation.of(
                                spec,
                                new Made()
                                        .cell("iip", "c10", 60)
                                        .cell("pgn", "c10", 66)
                                        .measured(1)),
                        "pgn",
                        "c10")
                .test();
        assertThat(lost).isNotNull();
        assertThat(lost.why()).isEqualTo("the answers of a run were not kept");
        ReportTable.Test several =
                cell(Tabulation.of(spec, made().measured(3)), "pgn", "c10").test();
        assertThat(several).isNotNull();
        assertThat(several.why()).isEqualTo("McNemar's test is of one run against another, and a cell has 3");
        assertThatThrownBy(() -> ReportSpec.read(
                        SPEC.replace("iip}}", "iip}, test: mcnemar}").replace("test/top1", "test/nll")))
                .hasMessageContaining("against.test")
                .hasMessageContaining("test/nll is no share of these");
    }

    @Test
    void whatIsMixedIsMarkedAndNeverShownAsIfItWereNot() {
        ReportTable table = Tabulation.of(
                ReportSpec.read(SPEC),
                new Made()
                        .cell("iip", "c10", 70.1, 70.5, 70.2)
                        .cell("pgn", "c10", List.of("one", "another"), List.of(), 75.1, 75.4, 75.3)
                        .cell("full", "c10", List.of("data-c10"), List.of("optimizer.learningRate"), 85.1, 85.4, 85.3)
                        .measured(3));
        assertThat(cell(table, "pgn", "c10").text()).isEqualTo("mixed");
        assertThat(cell(table, "pgn", "c10").marks()).isNotEmpty();
        assertThat(cell(table, "pgn", "c10").mean()).isNull();
        assertThat(cell(table, "full", "c10").best()).isFalse();
        assertThat(cell(table, "full", "c10").marks()).isNotEmpty();
        assertThat(cell(table, "iip", "c10").best()).isTrue();
        assertThat(table.notes())
                .anyMatch(note -> note.text().contains("different states of the data"))
                .anyMatch(note -> note.text().contains("optimizer.learningRate"));
    }

    /** Each draw of few shots is other images; where a cell sums up over them, they are what pairs. */
    @Test
    void drawsOfAFewShotsAreNotMixed() {
        List<String> draws = List.of("draw-1", "draw-2", "draw-3");
        Measured measured = new Made()
                .cell("iip", "c10", draws, List.of(), 70.1, 70.5, 70.2)
                .cell("pgn", "c10", draws, List.of(), 75.1, 75.4, 75.3)
                .measured(3);
        ReportTable table = Tabulation.of(
                ReportSpec.read(SPEC.replace("test/top1}", "test/top1, over: [dataset.shotSeed]}")), measured);
        assertThat(cell(table, "pgn", "c10").text()).isEqualTo("75.27 ± 0.15");
        ReportTable.Test paired = cell(table, "pgn", "c10").test();
        assertThat(paired).isNotNull();
        assertThat(paired.words()).isEqualTo("paired t");
        assertThat(cell(Tabulation.of(ReportSpec.read(SPEC), measured), "pgn", "c10")
                        .text())
                .isEqualTo("mixed");
    }

    /** Whatever row is hidden, every other figure, mark of significance and of the best stays. */
    @Test
    void hidingARowChangesNoOtherNumber() {
        Random random = new Random(3);
        for (int round = 0; round < 100; round++) {
            int n = 3 + random.nextInt(4);
            Made made = new Made();
            List<String> rows = List.of("iip", "pgn", "vp", "full", "linear");
            for (String row : rows) {
                for (String column : List.of("c10", "c100", "sun")) {
                    made.cell(
                            row,
                            column,
                            random.doubles(random.nextInt(5) == 0 ? 2 : n, 40, 60)
                                    .toArray());
                }
            }
            Measured measured = made.measured(n);
            ReportTable whole = Tabulation.of(ReportSpec.read(SPEC), measured);
            String hidden = rows.get(random.nextInt(rows.size()));
            ReportTable without =
                    Tabulation.of(ReportSpec.read(SPEC + "hide: [{method.kind: " + hidden + "}]\n"), measured);
            assertThat(without.rows().stream().filter(ReportTable.Line::hidden)).hasSize(1);
            List<ReportTable.Line> shown = new ArrayList<>(whole.rows());
            shown.removeIf(row -> row.labels().get(0).equals(hidden));
            assertThat(without.rows().stream().filter(row -> !row.hidden()).toList())
                    .isEqualTo(shown);
            assertThat(without.content()).isEqualTo(whole.content());
            assertThat(MarkdownTable.of(without)).doesNotContain("| " + hidden + " |");
        }
    }

    @Test
    void numbersAreOrderedAsNumbersAndTextsAsTheyWereMade() {
        ReportTable table = Tabulation.of(
                ReportSpec.read(SPEC.replaceAll("(?m)^against.*\n|^extra.*\n", "")),
                new Made()
                        .cell("z", "c10", 1)
                        .cell("a", "c10", 2)
                        .cell("z", "a9", 2)
                        .measured(1));
        assertThat(table.rows().stream().map(r -> r.labels().get(0))).containsExactly("z", "a");
        assertThat(table.columns().stream().map(ReportTable.Column::label)).containsExactly("c10", "a9");
    }

    @Test
    void aDefinitionIsRefusedByFieldValueRuleAndRemedy() {
        List<String[]> bad = List.of(
                new String[] {"title: Number of prompts", "title: ''", "title"},
                new String[] {"runs: {experiment: e}", "runs: {}", "runs"},
                new String[] {"rows: [method.kind]", "rows: []", "rows"},
                new String[] {"rows: [method.kind]", "row: [method.kind]", "row"},
                new String[] {"columns: [dataset.id]", "columns: [method.kind]", "columns"},
                new String[] {"test/top1", "nobody/knows", "cell.goal"},
                new String[] {"{method.kind: iip}", "{method.kinds: iip}", "against.row"},
                new String[] {"average,", "avrage,", "extra[0]"},
                new String[] {"source: \"a paper, table 3\"", "source: ''", "extra[3].quote"});
        for (String[] one : bad) {
            String text = SPEC.replace(one[0], one[1]);
            assertThat(text).isNotEqualTo(SPEC);
            assertThatThrownBy(() -> ReportSpec.read(text))
                    .as(one[1])
                    .isInstanceOfSatisfying(
                            InvalidSpec.class, e -> assertThat(e.field()).startsWith(one[2]));
        }
        assertThatThrownBy(() -> Tabulation.of(
                        ReportSpec.read(SPEC.replace("rows: [method.kind]", "rows: [method.kind, method.prompts]")),
                        new Measured(
                                List.of(two("1"), two("2")),
                                2,
                                1,
                                List.of(),
                                0,
                                Map.of(),
                                List.of(),
                                Map.of(),
                                List.of())))
                .hasMessageContaining("against.row")
                .hasMessageContaining("2 rows");
    }

    private static Measured.Cell two(String prompts) {
        Measured.Cell one =
                new Made().cell("iip", "c10", 1, 2).measured(2).cells().get(0);
        return new Measured.Cell(
                List.of(one.row().get(0), dev.runyard.spec.json.Json.tree(prompts)),
                one.column(),
                0,
                0,
                2,
                2,
                one.mean(),
                one.std(),
                one.values(),
                one.over(),
                one.ids(),
                0,
                one.data(),
                0,
                List.of(),
                List.of());
    }
}
