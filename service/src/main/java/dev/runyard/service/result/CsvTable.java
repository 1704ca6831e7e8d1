package dev.runyard.service.result;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads RFC 4180 text line by line, so that a long table costs the memory of the rows that are shown. */
final class CsvTable {
    private static final int MOST_COLUMNS = 500;
    private static final int LONGEST_ROW = 1 << 20;

    private CsvTable() {}

    /** Why a file is no table. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    static ArtifactResource.TableView read(BufferedReader text, int from, int most) throws IOException, Malformed {
        List<String> columns = row(text);
        if (columns == null) {
            throw new Malformed("is empty");
        }
        List<List<String>> rows = new ArrayList<>();
        int total = 0;
        for (List<String> row = row(text); row != null; row = row(text)) {
            if (row.size() > columns.size()) {
                throw new Malformed(
                        "has " + row.size() + " cells in row " + (total + 1) + " for " + columns.size() + " columns");
            }
            if (total >= from && rows.size() < most) {
                List<String> whole = new ArrayList<>(row);
                while (whole.size() < columns.size()) {
                    whole.add("");
                }
                rows.add(whole);
            }
            total++;
        }
        return new ArtifactResource.TableView(columns, rows, total);
    }

    /** Null at the end. */
    private static @Nullable List<String> row(BufferedReader text) throws IOException, Malformed {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        boolean any = false;
        int length = 0;
        for (int c = text.read(); c >= 0; c = text.read()) {
            any = true;
            if (++length > LONGEST_ROW || cells.size() >= MOST_COLUMNS) {
                throw new Malformed(
                        "has a row of more than " + LONGEST_ROW + " characters or " + MOST_COLUMNS + " cells");
            }
            if (quoted) {
                if (c == '"') {
                    text.mark(1);
                    int next = text.read();
                    if (next == '"') {
                        cell.append('"');
                    } else {
                        quoted = false;
                        if (next >= 0) {
                            text.reset();
                        }
                    }
                } else {
                    cell.append((char) c);
                }
            } else if (c == '"' && cell.length() == 0) {
                quoted = true;
            } else if (c == ',') {
                cells.add(cell.toString());
                cell.setLength(0);
            } else if (c == '\n') {
                cells.add(cell.toString());
                return cells;
            } else if (c == 0) {
                throw new Malformed("holds bytes that are no text");
            } else if (c != '\r') {
                cell.append((char) c);
            }
        }
        if (quoted) {
            throw new Malformed("ends within quotes");
        }
        if (!any) {
            return null;
        }
        cells.add(cell.toString());
        return cells;
    }
}
