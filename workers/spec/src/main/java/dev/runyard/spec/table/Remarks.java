package dev.runyard.spec.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.table.ReportTable.Note;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What has to be said of a table: of single cells under letters, and of the whole. */
final class Remarks {
    /** Names of one kind that are listed. */
    private static final int LISTED = 5;

    private final Map<String, String> letters = new LinkedHashMap<>();
    private final List<Note> whole = new ArrayList<>();

    /** The same words, the same letter. */
    String mark(String text) {
        String known = letters.get(text);
        if (known == null) {
            known = letter(letters.size());
            letters.put(text, known);
        }
        return known;
    }

    private static String letter(int n) {
        return (n < 26 ? "" : letter(n / 26 - 1)) + (char) ('a' + n % 26);
    }

    void note(String text) {
        whole.add(new Note("", text));
    }

    /** How many different things are said of cells. */
    int ofCells() {
        return letters.size();
    }

    /** Those of cells first. */
    List<Note> all() {
        List<Note> all = new ArrayList<>();
        letters.forEach((text, letter) -> all.add(new Note(letter, text + ".")));
        all.addAll(whole);
        return List.copyOf(all);
    }

    /** What stands behind ±. */
    void spread(CellSpec cell) {
        note(
                cell.show() == CellSpec.Show.MEAN_INTERVAL
                        ? "± is the 95 % interval of the mean (Student's t)."
                        : "± is the standard deviation over " + String.join(", ", cell.over()) + " (n − 1).");
    }

    /** What the runs themselves do not fit. */
    void tell(ReportSpec spec, Measured measured) {
        if (measured.runs() == 0) {
            note("No run matches this report.");
        }
        absent(measured, spec.rows(), Measured.Cell::row);
        absent(measured, spec.columns(), Measured.Cell::column);
        List<String> gone = measured.gone();
        if (!gone.isEmpty()) {
            note(gone.size() + " of the runs that the report names are deleted or never were: "
                    + String.join(", ", gone.subList(0, Math.min(LISTED, gone.size())))
                    + (gone.size() > LISTED ? " …" : "") + ".");
        }
    }

    /** A field that nobody has makes one row, which looks as if it were meant. */
    private void absent(Measured measured, List<String> fields, Function<Measured.Cell, List<JsonNode>> of) {
        for (int i = 0; i < fields.size(); i++) {
            int field = i;
            if (!measured.cells().isEmpty()
                    && measured.cells().stream()
                            .allMatch(cell -> of.apply(cell).get(field).isNull())) {
                note("No run that matches has a value of " + fields.get(i) + "; check how it is spelled.");
            }
        }
    }

    void tests(int family, Against against, String reference) {
        String many = family == 1 ? "1 test" : family + " tests";
        note(
                family == 0
                        ? "Nothing could be tested against " + reference + "."
                        : "† significantly better and ‡ significantly worse than " + reference + ": "
                                + against.test().words + ", two-sided, "
                                + (against.correction() == Against.Correction.HOLM
                                        ? "Holm's correction over " + many
                                        : many + ", not corrected")
                                + ", α = " + Values.number(against.alpha(), 3).replaceAll("0+$", "") + ".");
    }

    void hidden(long rows) {
        if (rows > 0) {
            note(rows + (rows == 1 ? " row is" : " rows are")
                    + " not shown and takes part in what is best, in wins and in the correction.");
        }
    }
}
