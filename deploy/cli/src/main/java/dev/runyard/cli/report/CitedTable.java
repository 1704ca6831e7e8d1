package dev.runyard.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.json.MalformedJson;
import dev.runyard.spec.table.Latex;
import dev.runyard.spec.table.LatexTable;
import dev.runyard.spec.table.ReportSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * A table in a LaTeX file, as whoever reads the paper sees it, and what its comments say of where it is from. Rows may have been moved or
 * taken out.
 *
 * @param columns labels; empty in front of the cells
 */
record CitedTable(String definition, String content, List<String> columns, List<Row> rows) {
    /** @param cells one for each column */
    record Row(List<String> labels, List<Cell> cells) {}

    /** @param text without emphasis and marks */
    record Cell(String text, boolean bold, boolean better, boolean worse) {
        static Cell of(String latex) {
            return new Cell(
                    Latex.plain(latex),
                    latex.contains("\\textbf") || latex.contains("\\bfseries"),
                    latex.contains("\\dagger"),
                    latex.contains("\\ddagger"));
        }
    }

    /** @throws Failure where it was not made by {@code runyard report}, or its definition is not the one it was made by */
    static CitedTable read(Path file, String text) {
        List<String> lines = text.lines().map(String::strip).toList();
        String definition = said(file, lines, LatexTable.DEFINITION);
        String hash = said(file, lines, LatexTable.DEFINITION_HASH);
        if (!ReportSpec.read(definition).hash().equals(hash)) {
            throw Failure.badInput(
                    "the definition in " + file + " was changed since the table was made",
                    "make the table again with \"runyard report\"");
        }
        List<String> columns = texts(file, said(file, lines, LatexTable.COLUMNS));
        List<Row> rows = new ArrayList<>();
        for (String line : lines) {
            int at = line.indexOf(LatexTable.ROW);
            if (at > 0 && !line.startsWith("%")) {
                String shown = line.substring(0, at).replaceAll("\\\\\\\\\\s*(\\[[^]]*])?\\s*$", "");
                List<Cell> cells = new ArrayList<>();
                for (String cell : shown.split("(?<!\\\\)&", -1)) {
                    cells.add(Cell.of(cell.strip()));
                }
                List<String> labels = texts(file, line.substring(at + LatexTable.ROW.length()));
                if (cells.size() != columns.size()) {
                    throw Failure.badInput(
                            file + ": row " + labels + " has " + cells.size() + " cells, and the table "
                                    + columns.size() + " columns",
                            "take no column out, or make the table again");
                }
                rows.add(new Row(labels, cells));
            }
        }
        if (rows.isEmpty()) {
            throw Failure.badInput(file + " holds no row of the table", "keep the comments behind the rows");
        }
        return new CitedTable(definition, said(file, lines, LatexTable.CONTENT_HASH), columns, rows);
    }

    private static String said(Path file, List<String> lines, String prefix) {
        Optional<String> found =
                lines.stream().filter(line -> line.startsWith(prefix)).findFirst();
        return found.map(line -> line.substring(prefix.length()).strip())
                .orElseThrow(() -> Failure.badInput(
                        file + " has no line \"" + prefix.strip() + " …\"",
                        "give a table that \"runyard report --format latex\" wrote, with its comments"));
    }

    private static List<String> texts(Path file, String json) {
        try {
            return StreamSupport.stream(Json.tree(json).spliterator(), false)
                    .map(JsonNode::asText)
                    .toList();
        } catch (MalformedJson e) {
            throw Failure.badInput(file + ": a comment of the table was changed", "make the table again");
        }
    }
}
