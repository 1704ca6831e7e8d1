package dev.runyard.spec.table;

import dev.runyard.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A report as a LaTeX table: booktabs and nothing else. Comments carry what a later look needs: the definition, its hash and that of the
 * content, the columns, and behind each row its name and its runs.
 */
public final class LatexTable {
    /** The first line: what tells that a file is one of these. */
    public static final String FIRST = "% runyard report, version 1";

    public static final String DEFINITION = "% definition ";
    public static final String DEFINITION_HASH = "% definition-hash ";
    public static final String CONTENT_HASH = "% content-hash ";
    public static final String COLUMNS = "% columns ";
    public static final String ROW = " % row ";
    private static final String RUNS = "% runs ";

    private LatexTable() {}

    /** @param spec of the table */
    public static String of(ReportTable table, ReportSpec spec) {
        StringBuilder out = new StringBuilder(FIRST + "; \"runyard verify FILE\" holds its numbers against the lab\n");
        out.append("% \\usepackage{booktabs}\n");
        out.append(DEFINITION).append(Json.canonical(spec)).append('\n');
        out.append(DEFINITION_HASH).append(table.definition()).append('\n');
        out.append(CONTENT_HASH).append(table.content()).append('\n');
        List<String> columns =
                new ArrayList<>(table.heads().stream().map(h -> "").toList());
        table.columns().forEach(column -> columns.add(column.label()));
        columns.addAll(table.further());
        out.append(COLUMNS).append(Json.canonical(columns)).append('\n');
        out.append("\\begin{table}[t]\n\\centering\n\\caption{")
                .append(Latex.text(table.title()))
                .append("}\n");
        out.append("\\begin{tabular}{")
                .append("l".repeat(table.heads().size()))
                .append("r".repeat(columns.size() - table.heads().size()))
                .append("}\n\\toprule\n");
        List<String> heads = new ArrayList<>(table.heads());
        heads.addAll(columns.subList(table.heads().size(), columns.size()));
        out.append(line(heads.stream().map(Latex::text).toList())).append("\n\\midrule\n");
        boolean quoting = false;
        for (ReportTable.Line row : table.rows()) {
            if (row.hidden()) {
                continue;
            }
            if (row.source() != null && !quoting) {
                quoting = true;
                out.append("\\midrule\n");
            }
            row(out, table, row);
        }
        out.append("\\bottomrule\n\\end{tabular}\n");
        List<String> below = notes(table);
        if (!below.isEmpty()) {
            out.append("\n\\smallskip\n\\begin{minipage}{0.95\\linewidth}\\footnotesize\n")
                    .append(String.join("\\\\\n", below))
                    .append("\n\\end{minipage}\n");
        }
        out.append("\\end{table}\n");
        table.figures().forEach(figure -> out.append("% figure ")
                .append(figure.run())
                .append(' ')
                .append(figure.sha256())
                .append(' ')
                .append(Json.canonical(figure.artifact()))
                .append(": \"runyard download ")
                .append(figure.run())
                .append(' ')
                .append(Json.canonical(figure.artifact()).replace("\"", ""))
                .append("\"\n"));
        return out.toString();
    }

    private static void row(StringBuilder out, ReportTable table, ReportTable.Line row) {
        List<String> cells = new ArrayList<>();
        boolean quoted = row.source() != null;
        row.labels().forEach(label -> cells.add(quoted ? italic(label) : Latex.text(label)));
        row.cells().forEach(cell -> cells.add(cell(cell, quoted)));
        row.further().forEach(text -> cells.add(Latex.text(text)));
        out.append(line(cells)).append(ROW).append(Json.canonical(row.labels())).append('\n');
        for (int i = 0; i < row.cells().size(); i++) {
            ReportTable.Cell cell = row.cells().get(i);
            if (!cell.runs().isEmpty()) {
                out.append(RUNS)
                        .append(Json.canonical(table.columns().get(i).label()))
                        .append(' ')
                        .append(cell.runs().stream().map(String::valueOf).collect(Collectors.joining(" ")))
                        .append('\n');
            }
        }
    }

    private static String italic(String text) {
        return text.isEmpty() ? "" : "\\textit{" + Latex.text(text) + "}";
    }

    private static String cell(ReportTable.Cell cell, boolean quoted) {
        String text = Latex.text(cell.text());
        String shown = cell.best()
                ? "\\textbf{" + text + "}"
                : quoted && cell.mean() != null ? "\\textit{" + text + "}" : text;
        List<String> marks = new ArrayList<>();
        String sign = MarkdownTable.sign(cell);
        if (!sign.isEmpty()) {
            marks.add(sign.equals("†") ? "\\dagger" : "\\ddagger");
        }
        marks.addAll(cell.marks());
        return marks.isEmpty() ? shown : shown + "$^{" + String.join(",", marks) + "}$";
    }

    private static String line(List<String> cells) {
        return String.join(" & ", cells) + " \\\\";
    }

    private static List<String> notes(ReportTable table) {
        List<String> notes = new ArrayList<>();
        table.notes()
                .forEach(note -> notes.add(
                        (note.mark().isEmpty() ? "" : "$^{" + note.mark() + "}$ ") + Latex.text(note.text())));
        table.rows().stream()
                .filter(row -> row.source() != null)
                .forEach(row -> notes.add(italic(row.labels().get(0)) + " is quoted from "
                        + Latex.text(String.valueOf(row.source())) + "; it takes part in no test."));
        if (table.unfinishedTotal() > 0) {
            notes.add(table.unfinishedTotal() + (table.unfinishedTotal() == 1 ? " run" : " runs")
                    + " measured nothing: "
                    + table.unfinished().stream()
                            .map(run -> run.state())
                            .distinct()
                            .map(Latex::text)
                            .collect(Collectors.joining(", "))
                    + ".");
        }
        return notes;
    }
}
