package dev.runyard.spec.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A report as shown.
 *
 * @param definition hash of what was asked for
 * @param content hash of every figure and run id below
 * @param heads of the columns with the rows' values
 * @param further heads of what stands behind the cells: average, wins, trained parameters
 * @param notes what has to be said of single cells ({@code mark} a, b, …) or of the table (no mark)
 * @param tests what was tested; null: nothing
 * @param figures pictures of the runs, in the order of the definition and of the runs
 * @param complete whether every cell has all its values and nothing has to be said against any
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ReportTable(
        String title,
        @Nullable String above,
        @Nullable String below,
        String definition,
        String content,
        List<String> heads,
        List<Column> columns,
        List<String> further,
        List<Line> rows,
        List<Note> notes,
        @Nullable Tests tests,
        List<Unfinished> unfinished,
        long unfinishedTotal,
        long runs,
        boolean complete,
        List<Figure> figures) {

    /**
     * A picture below the table.
     *
     * @param row that its run belongs in
     * @param caption what stands below it
     * @param artifact its name among the run's files
     */
    public record Figure(String row, String caption, UUID run, String artifact, String sha256) {
        /** Where a lab shows it. */
        public String path() {
            return "/api/v1/runs/" + run + "/artifacts/" + sha256 + "/picture";
        }
    }

    public ReportTable {
        figures = figures == null ? List.of() : List.copyOf(figures); // tables frozen before there were any
    }

    private static final String GONE = "!";

    /** @param goal which end is better; null: neither */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Column(String label, String metric, String unit, CellSpec.@Nullable Goal goal) {}

    /**
     * @param labels one for each head
     * @param cells one for each column
     * @param further one for each head behind the cells
     * @param source where a quoted row is from; null: from runs
     * @param reference whether the others are tested against it
     * @param hidden rows that are not shown
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Line(
            List<String> labels,
            List<Cell> cells,
            List<String> further,
            @Nullable String source,
            boolean reference,
            boolean hidden) {}

    /**
     * @param text as it stands in the table, without emphasis and marks
     * @param n values it is of
     * @param of how many a whole cell has
     * @param marks of notes
     * @param values of the runs, in the order of {@code runs} and {@code over}
     * @param test against the reference row
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Cell(
            String text,
            @Nullable Double mean,
            @Nullable Double std,
            long n,
            int of,
            boolean best,
            List<String> marks,
            List<Double> values,
            List<String> over,
            List<UUID> runs,
            @Nullable Test test) {
        Cell without(Set<UUID> gone) {
            if (Collections.disjoint(runs, gone)) {
                return this;
            }
            List<String> more = new ArrayList<>(marks);
            more.add(GONE);
            return new Cell(text, mean, std, n, of, best, List.copyOf(more), values, over, runs, test);
        }
    }

    /** How a difference from the reference row turned out. */
    public enum Verdict {
        /** Significant, to the better side. */
        @JsonProperty("better")
        BETTER,
        @JsonProperty("worse")
        WORSE,
        @JsonProperty("not significant")
        OPEN,
        /** Nothing was tested; {@code why} says why. */
        @JsonProperty("not tested")
        NONE
    }

    /**
     * @param words which test
     * @param n values on either side; of pairs for a test of pairs
     * @param p two-sided, as it came
     * @param adjusted corrected for all tests of the table
     * @param why it is another test than was asked for, or none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Test(
            Verdict verdict,
            @Nullable String words,
            @Nullable String n,
            @Nullable Double difference,
            @Nullable Double p,
            @Nullable Double adjusted,
            @Nullable String why) {}

    /** @param family how many tests were corrected together */
    public record Tests(String reference, String words, int family, double alpha) {}

    /**
     * A run that matches and measured nothing.
     *
     * @param why the reason of its failure, if it has one
     * @param row that it belongs in
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Unfinished(
            UUID run, String name, String state, @Nullable String why, String row) {}

    /** @param mark empty: of the whole table */
    public record Note(String mark, String text) {}

    /** With the hash of what it says: of rows, figures and run ids, not of how they are called. */
    ReportTable hashed() {
        List<List<Object>> said = rows.stream()
                .map(row -> List.<Object>of(
                        row.labels(),
                        row.cells().stream()
                                .map(cell -> List.of(cell.text(), cell.values(), cell.over(), cell.runs()))
                                .toList(),
                        row.further()))
                .toList();
        List<String> seen = figures.stream()
                .map(figure -> figure.run() + " " + figure.sha256())
                .toList();
        List<String> at = columns.stream()
                .map(column -> column.label() + "\n" + column.metric())
                .toList();
        return new ReportTable(
                title,
                above,
                below,
                definition,
                Sha256.of(Json.canonical(figures.isEmpty() ? List.of(at, said) : List.of(at, said, seen))),
                heads,
                columns,
                further,
                rows,
                notes,
                tests,
                unfinished,
                unfinishedTotal,
                runs,
                complete,
                figures);
    }

    /** The same where runs behind it were deleted since: their cells are marked, their figures stay. */
    public ReportTable without(Set<UUID> gone) {
        if (gone.isEmpty()) {
            return this;
        }
        List<Line> marked = rows.stream()
                .map(row -> new Line(
                        row.labels(),
                        row.cells().stream().map(cell -> cell.without(gone)).toList(),
                        row.further(),
                        row.source(),
                        row.reference(),
                        row.hidden()))
                .toList();
        List<Note> more = new ArrayList<>(notes);
        more.add(new Note(
                GONE, "a run behind it was deleted since, so that this figure can no longer be held against it."));
        return new ReportTable(
                title,
                above,
                below,
                definition,
                content,
                heads,
                columns,
                further,
                marked,
                List.copyOf(more),
                tests,
                unfinished,
                unfinishedTotal,
                runs,
                false,
                figures);
    }

    /** Every run that a cell or a picture is of. */
    public Set<UUID> cited() {
        Set<UUID> cited = new TreeSet<>();
        rows.forEach(row -> row.cells().forEach(cell -> cited.addAll(cell.runs())));
        figures.forEach(figure -> cited.add(figure.run()));
        return cited;
    }
}
