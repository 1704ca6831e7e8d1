package dev.runyard.spec.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.statistics.StudentT;
import dev.runyard.spec.table.ReportTable.Cell;
import dev.runyard.spec.table.ReportTable.Column;
import dev.runyard.spec.table.ReportTable.Line;
import dev.runyard.spec.table.ReportTable.Tests;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the table of a definition: a pure function of what was measured. Rows that are hidden take part in all of it. */
public final class Tabulation {
    /** Of an interval. */
    private static final double LEVEL = 0.95;

    private record Head(List<JsonNode> values, int metric) {}

    private final ReportSpec spec;
    private final Measured measured;
    private final Extra extra;
    private final Axis rows;
    private final List<Head> heads;
    private final Map<List<Object>, Measured.Cell> cells = new HashMap<>();
    private final Remarks remarks = new Remarks();
    private final @Nullable List<JsonNode> reference;
    private final @Nullable Comparison comparison;

    private Tabulation(ReportSpec spec, Measured measured) {
        this.spec = spec;
        this.measured = measured;
        this.extra = spec.beside();
        this.rows = Axis.of(measured.cells(), Measured.Cell::row);
        this.heads = Axis.of(measured.cells(), Measured.Cell::column).entries().stream()
                .flatMap(values -> java.util.stream.IntStream.range(
                                0, spec.cell().metric().size())
                        .mapToObj(metric -> new Head(values, metric)))
                .toList();
        measured.cells().forEach(cell -> cells.put(place(cell.row(), cell.column(), cell.metric()), cell));
        this.reference = reference();
        this.comparison = compare();
    }

    /** @throws dev.runyard.spec.InvalidSpec where the definition asks for one of several rows */
    public static ReportTable of(ReportSpec spec, Measured measured) {
        return new Tabulation(spec, measured).table();
    }

    private static List<Object> place(List<JsonNode> row, List<JsonNode> column, int metric) {
        return List.of(Axis.keys(row), Axis.keys(column), metric);
    }

    private Measured.@Nullable Cell cell(List<JsonNode> row, Head head) {
        return cells.get(place(row, head.values(), head.metric()));
    }

    private @Nullable List<JsonNode> reference() {
        Against against = spec.against();
        if (against == null) {
            return null;
        }
        List<List<JsonNode>> found = rows.entries().stream()
                .filter(row -> Axis.matches(spec.rows(), row, against.row()))
                .toList();
        if (found.size() > 1) {
            throw new dev.runyard.spec.InvalidSpec(
                    "BAD_VALUE",
                    "against.row",
                    Json.canonical(against.row()),
                    "is the beginning of " + found.size() + " rows",
                    "give it a value of each of " + String.join(", ", spec.rows()));
        }
        if (found.isEmpty()) {
            remarks.note("Nothing is tested: no row is " + Json.canonical(against.row()) + ".");
            return null;
        }
        return found.get(0);
    }

    private @Nullable Comparison compare() {
        if (spec.against() == null || reference == null) {
            return null;
        }
        Comparison made = new Comparison(spec.against(), spec.cell().overData(), measured.answers());
        Map<Measured.Cell, CellSpec.@Nullable Goal> goals = new HashMap<>();
        for (List<JsonNode> row : rows.entries()) {
            for (Head head : heads) {
                Measured.Cell own = cell(row, head);
                if (own != null && own.n() > 0 && !row.equals(reference)) {
                    made.compare(own, cell(reference, head));
                    goals.put(own, spec.cell().goal(metric(head)));
                }
            }
        }
        made.settle(goals);
        return made;
    }

    private String metric(Head head) {
        return spec.cell().metric().get(head.metric());
    }

    private ReportTable table() {
        List<Double> best = heads.stream().map(this::best).toList();
        List<Line> shown = new ArrayList<>();
        for (List<JsonNode> row : rows.entries()) {
            List<Cell> made = new ArrayList<>();
            int wins = 0;
            for (int i = 0; i < heads.size(); i++) {
                Cell one = cell(row, heads.get(i), best.get(i));
                made.add(one);
                wins += one.best() ? 1 : 0;
            }
            shown.add(new Line(
                    labels(row),
                    made,
                    extra.of(spec, made, wins, measured.parameters().getOrDefault(Axis.keys(row), List.of())),
                    null,
                    row.equals(reference),
                    spec.hide().stream().anyMatch(hidden -> Axis.matches(spec.rows(), row, hidden))));
        }
        extra.quotes().forEach(quote -> shown.add(quoted(quote)));
        if (shown.stream().flatMap(row -> row.cells().stream()).anyMatch(cell -> cell.text()
                .contains(" ± "))) {
            remarks.spread(spec.cell());
        }
        remarks.tell(spec, measured);
        if (comparison != null && reference != null && spec.against() != null) {
            remarks.tests(comparison.family(), spec.against(), String.join(" ", labels(reference)));
        }
        List<ReportTable.Figure> figures = figures();
        remarks.hidden(shown.stream().filter(Line::hidden).count());
        Tests tests = comparison == null || spec.against() == null || reference == null
                ? null
                : new Tests(
                        String.join(" ", labels(reference)),
                        spec.against().test().words
                                + (spec.against().correction() == Against.Correction.HOLM
                                        ? ", two-sided, Holm's correction"
                                        : ", two-sided, not corrected"),
                        comparison.family(),
                        spec.against().alpha());
        boolean complete = remarks.ofCells() == 0
                && measured.runs() > 0
                && measured.unfinishedTotal() == 0
                && measured.gone().isEmpty()
                && shown.stream()
                        .filter(r -> r.source() == null)
                        .flatMap(r -> r.cells().stream())
                        .allMatch(c -> c.n() == c.of());
        ReportTable table = new ReportTable(
                spec.title(),
                spec.text() == null ? null : spec.text().above(),
                spec.text() == null ? null : spec.text().below(),
                spec.hash(),
                "",
                spec.rows().stream().map(this::label).toList(),
                heads.stream().map(this::column).toList(),
                extra.heads(spec.labels()),
                shown,
                remarks.all(),
                tests,
                measured.unfinished().stream()
                        .map(run -> new ReportTable.Unfinished(
                                run.run(), run.name(), run.state(), run.why(), String.join(" ", labels(run.row()))))
                        .toList(),
                measured.unfinishedTotal(),
                measured.runs(),
                complete,
                figures);
        return table.hashed();
    }

    private List<ReportTable.Figure> figures() {
        List<ReportTable.Figure> made = new ArrayList<>();
        for (ReportSpec.FigureSpec figure : spec.figures()) {
            List<Measured.Picture> found = measured.pictures().stream()
                    .filter(picture -> picture.artifact().equals(figure.artifact()))
                    .toList();
            found.forEach(picture -> made.add(new ReportTable.Figure(
                    String.join(" ", labels(picture.row())),
                    figure.caption(),
                    picture.run(),
                    picture.artifact(),
                    picture.sha256())));
            if (found.isEmpty() && measured.runs() > 0) {
                remarks.note("No run has " + figure.artifact() + "; a task on it makes it, for example task: analyse.");
            }
        }
        return made;
    }

    private List<String> labels(List<JsonNode> row) {
        return row.stream().map(value -> Values.shown(value, spec.labels())).toList();
    }

    private String label(String field) {
        return spec.labels().getOrDefault(field, field);
    }

    private Column column(Head head) {
        String metric = metric(head);
        String values = head.values().stream()
                .map(value -> Values.shown(value, spec.labels()))
                .collect(Collectors.joining(" "));
        String name = label(metric);
        String label = values.isEmpty() ? name : spec.cell().metric().size() == 1 ? values : values + " " + name;
        return new Column(label, metric, spec.cell().unit(metric), spec.cell().goal(metric));
    }

    /** The best mean of a column as it is shown; NaN where none is. What has to be marked is not held against the others. */
    private double best(Head head) {
        CellSpec.Goal goal = spec.cell().goal(metric(head));
        if (goal == null) {
            return Double.NaN;
        }
        return rows.entries().stream()
                .map(row -> cell(row, head))
                .filter(found -> found != null && sound(found))
                .mapToDouble(found -> rounded(figure(Objects.requireNonNull(found)), head))
                .reduce((a, b) -> goal == CellSpec.Goal.MAX ? Math.max(a, b) : Math.min(a, b))
                .orElse(Double.NaN);
    }

    private double rounded(double value, Head head) {
        return Double.parseDouble(Values.number(value, spec.cell().decimals(metric(head))));
    }

    private boolean sound(Measured.Cell cell) {
        return cell.n() > 0 && !mixed(cell) && cell.differing().isEmpty();
    }

    private boolean mixed(Measured.Cell cell) {
        return !spec.cell().overData() && cell.mixed();
    }

    private double figure(Measured.Cell cell) {
        if (spec.cell().show() == CellSpec.Show.MEDIAN) {
            double[] sorted =
                    cell.values().stream().mapToDouble(v -> v).sorted().toArray();
            int half = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        }
        return Objects.requireNonNull(cell.mean());
    }

    private Cell cell(List<JsonNode> row, Head head, double best) {
        Measured.Cell found = cell(row, head);
        if (found == null || found.n() == 0) {
            return new Cell(
                    Values.NONE,
                    null,
                    null,
                    0,
                    found == null ? 0 : measured.expected(),
                    false,
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    null);
        }
        List<String> own = new ArrayList<>();
        if (mixed(found)) {
            own.add(remarks.mark("its runs are of "
                    + Math.max(
                            found.data().size() + (found.unknownData() > 0 ? 1 : 0),
                            found.judged().size())
                    + " different states of the data, so no figure is shown; filter by what tells them apart"));
        }
        if (!found.differing().isEmpty()) {
            own.add(remarks.mark("its runs differ in " + String.join(", ", found.differing())
                    + " as well; name it in rows, columns or cell.over, or filter"));
        }
        if (found.repeated() > 0) {
            own.add(remarks.mark("a seed was run more than once; the newest finished run of each counts"));
        }
        ReportTable.Test test = comparison == null ? null : comparison.of(found);
        if (test != null && test.why() != null) {
            own.add(remarks.mark(
                    test.verdict() == ReportTable.Verdict.NONE
                            ? "not tested: " + test.why()
                            : test.words() + " instead of the test of pairs: " + test.why()));
        }
        boolean bold = spec.cell().best() == CellSpec.Best.BOLD || extra.wins();
        return new Cell(
                mixed(found) ? "mixed" : text(found, head),
                mixed(found) ? null : found.mean(),
                mixed(found) ? null : found.std(),
                found.n(),
                measured.expected(),
                bold && sound(found) && rounded(figure(found), head) == best,
                own,
                found.values(),
                found.over(),
                found.ids(),
                test);
    }

    private String text(Measured.Cell cell, Head head) {
        int decimals = spec.cell().decimals(metric(head));
        StringBuilder text = new StringBuilder(Values.number(figure(cell), decimals));
        if (cell.std() != null && cell.n() > 1) {
            switch (spec.cell().show()) {
                case MEAN_STD -> text.append(" ± ").append(Values.number(cell.std(), decimals));
                case MEAN_INTERVAL ->
                    text.append(" ± ")
                            .append(Values.number(
                                    StudentT.halfWidth(cell.std(), Math.toIntExact(cell.n()), LEVEL), decimals));
                default -> {}
            }
        }
        if (cell.n() < measured.expected()) {
            text.append(" (")
                    .append(cell.n())
                    .append('/')
                    .append(measured.expected())
                    .append(')');
        } else if (spec.cell().n()) {
            text.append(" (n ").append(cell.n()).append(')');
        }
        return text.toString();
    }

    private Line quoted(Extra.Quote quote) {
        List<Cell> made = new ArrayList<>();
        java.util.Set<String> used = new java.util.HashSet<>();
        for (Head head : heads) {
            Column column = column(head);
            Double value = quote.values().get(column.label());
            if (value != null) {
                used.add(column.label());
            }
            for (JsonNode own : head.values()) {
                String key = own.isTextual() ? own.textValue() : Values.key(own);
                if (value == null && quote.values().containsKey(key)) {
                    value = quote.values().get(key);
                    used.add(key);
                }
            }
            made.add(new Cell(
                    value == null
                            ? Values.NONE
                            : Values.number(value, spec.cell().decimals(metric(head))),
                    value,
                    null,
                    0,
                    0,
                    false,
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    null));
        }
        List<String> unused = quote.values().keySet().stream()
                .filter(key -> !used.contains(key))
                .sorted()
                .toList();
        if (!unused.isEmpty() && !heads.isEmpty()) {
            remarks.note(
                    "\"" + quote.row() + "\" quotes " + String.join(", ", unused) + ", of which there is no column.");
        }
        List<String> labels = new ArrayList<>(List.of(quote.row()));
        while (labels.size() < spec.rows().size()) {
            labels.add("");
        }
        return new Line(
                labels,
                made,
                extra.heads(spec.labels()).stream().map(f -> Values.NONE).toList(),
                quote.source(),
                false,
                false);
    }
}
