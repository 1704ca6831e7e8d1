package dev.runyard.spec.table;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A report as Markdown. */
public final class MarkdownTable {
    private MarkdownTable() {}

    public static String of(ReportTable table) {
        StringBuilder out =
                new StringBuilder("# ").append(escaped(table.title())).append("\n\n");
        if (table.above() != null) {
            out.append(table.above().strip()).append("\n\n");
        }
        List<String> heads = new ArrayList<>(table.heads());
        table.columns().forEach(column -> heads.add(column.label()));
        heads.addAll(table.further());
        line(out, heads.stream().map(MarkdownTable::escaped).toList());
        List<String> rule = new ArrayList<>();
        for (int i = 0; i < heads.size(); i++) {
            rule.add(i < table.heads().size() ? "---" : "---:");
        }
        line(out, rule);
        for (ReportTable.Line row : table.rows()) {
            if (row.hidden()) {
                continue;
            }
            boolean quoted = row.source() != null;
            List<String> cells = new ArrayList<>();
            row.labels()
                    .forEach(label ->
                            cells.add(label.isEmpty() || !quoted ? escaped(label) : "*" + escaped(label) + "*"));
            row.cells().forEach(cell -> cells.add(cell(cell, quoted)));
            row.further().forEach(text -> cells.add(escaped(text)));
            line(out, cells);
        }
        out.append('\n');
        table.notes().forEach(note -> out.append(note.mark().isEmpty() ? "" : note.mark() + ": ")
                .append(escaped(note.text()))
                .append("\n\n"));
        table.rows().stream().filter(row -> row.source() != null).forEach(row -> out.append('*')
                .append(escaped(row.labels().get(0)))
                .append("* is quoted from ")
                .append(escaped(String.valueOf(row.source())))
                .append("; it takes part in no test.\n\n"));
        if (table.unfinishedTotal() > 0) {
            out.append(table.unfinishedTotal()).append(" runs measured nothing:\n\n");
            table.unfinished().forEach(run -> out.append("- ")
                    .append(run.state())
                    .append(' ')
                    .append(escaped(run.name()))
                    .append(" (")
                    .append(run.run())
                    .append(')')
                    .append(run.why() == null ? "" : ": " + escaped(run.why()))
                    .append('\n'));
            out.append('\n');
        }
        table.figures().forEach(figure -> out.append("![")
                .append(escaped(figure.caption()))
                .append("](")
                .append(figure.path())
                .append(")\n\n*")
                .append(escaped(figure.caption()))
                .append("* (")
                .append(escaped(figure.row()))
                .append(", run ")
                .append(figure.run())
                .append(")\n\n"));
        if (table.below() != null) {
            out.append(table.below().strip()).append("\n\n");
        }
        return out.append("<sub>")
                .append(table.runs())
                .append(table.runs() == 1 ? " run" : " runs")
                .append("; definition ")
                .append(table.definition(), 0, 12)
                .append(", content ")
                .append(table.content(), 0, 12)
                .append("</sub>\n")
                .toString();
    }

    private static String cell(ReportTable.Cell cell, boolean quoted) {
        String text = escaped(cell.text());
        String emphasis = cell.best() ? "**" : quoted && cell.mean() != null ? "*" : "";
        String marks = sign(cell) + String.join(",", cell.marks());
        return emphasis + text + emphasis + (marks.isEmpty() ? "" : "<sup>" + marks + "</sup>");
    }

    /** † for significantly better, ‡ for significantly worse than the reference. */
    static String sign(ReportTable.Cell cell) {
        if (cell.test() == null) {
            return "";
        }
        return switch (cell.test().verdict()) {
            case BETTER -> "†";
            case WORSE -> "‡";
            default -> "";
        };
    }

    private static void line(StringBuilder out, List<String> cells) {
        out.append(cells.stream().collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    /** Nothing of a name is markup. */
    static String escaped(String text) {
        return text.replaceAll("[\\r\\n]+", " ").replaceAll("([\\\\`*_{}\\[\\]<>#|~$])", "\\\\$1");
    }
}
