package dev.runyard.spec.table;

import dev.runyard.spec.Csv;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A report as CSV: one line a cell, figures in full, so that a program needs to take no table apart. */
public final class CsvTable {
    private static final List<String> FIGURES = List.of(
            "column",
            "metric",
            "mean",
            "std",
            "n",
            "of",
            "best",
            "marks",
            "source",
            "verdict",
            "test",
            "p",
            "adjusted p",
            "values",
            "over",
            "runs");

    private CsvTable() {}

    public static String of(ReportTable table) {
        StringBuilder out = new StringBuilder();
        List<String> heads = new ArrayList<>(table.heads());
        heads.addAll(FIGURES);
        line(out, heads.stream().map(Csv::cell).toList());
        for (ReportTable.Line row : table.rows()) {
            for (int i = 0; i < row.cells().size() && !row.hidden(); i++) {
                ReportTable.Cell cell = row.cells().get(i);
                ReportTable.Test test = cell.test();
                List<String> cells = new ArrayList<>();
                row.labels().forEach(label -> cells.add(Csv.cell(label)));
                cells.add(Csv.cell(table.columns().get(i).label()));
                cells.add(Csv.cell(table.columns().get(i).metric()));
                cells.add(number(cell.mean()));
                cells.add(number(cell.std()));
                cells.add(String.valueOf(cell.n()));
                cells.add(String.valueOf(cell.of()));
                cells.add(String.valueOf(cell.best()));
                cells.add(Csv.cell(String.join(" ", cell.marks())));
                cells.add(row.source() == null ? "" : Csv.cell(row.source()));
                cells.add(test == null ? "" : Csv.cell(test.verdict().name().toLowerCase(java.util.Locale.ROOT)));
                cells.add(test == null || test.words() == null ? "" : Csv.cell(test.words()));
                cells.add(test == null ? "" : number(test.p()));
                cells.add(test == null ? "" : number(test.adjusted()));
                cells.add(cell.values().stream().map(String::valueOf).collect(Collectors.joining(" ")));
                cells.add(Csv.cell(String.join(" ", cell.over())));
                cells.add(cell.runs().stream().map(String::valueOf).collect(Collectors.joining(" ")));
                line(out, cells);
            }
        }
        return out.toString();
    }

    private static String number(@Nullable Double value) {
        return value == null ? "" : String.valueOf(value);
    }

    private static void line(StringBuilder out, List<String> cells) {
        out.append(String.join(",", cells)).append("\r\n");
    }
}
