package dev.runyard.spec.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a report shows: a table with one row for each combination of values of {@code rows}, one column for each of {@code columns} and
 * each metric, and in a cell what all matching runs say.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ReportSpec(
        @Doc("Above the table, and its caption in LaTeX.") String title,

        @Doc("Which runs; all of it must hold.") Runs runs,

        @Doc("Fields whose values make the rows, for example method.kind.")
        List<String> rows,

        @Doc("Fields whose values make the columns; left out: one column for each metric.")
        List<String> columns,

        @Doc("What a cell shows.") CellSpec cell,

        @Doc("The row that all others are tested against; left out: no tests.") @Nullable
        Against against,

        @Doc("average, wins, trainedParameters, or {quote: {row, values, source}}.")
        List<JsonNode> extra,

        @Doc("What stands in the table in place of a value, field or metric.")
        Map<String, String> labels,

        @Doc("Rows that are computed and not shown, each by its values.")
        List<Map<String, JsonNode>> hide,

        @Doc("Markdown around the table.") @Nullable Prose text,

        @Doc("Pictures of the runs, or of tasks that looked at them, which stand below the table.")
        List<FigureSpec> figures) {

    /** Most UTF-8 bytes of a definition as it is written. */
    public static final int BYTES = 65_536;

    static final int FIELDS = 4;

    private static final Pattern SHARE = Pattern.compile("test/(?:([^/]+)/)?top1");

    /** Most pictures that a definition names. */
    private static final int FIGURES = 20;

    /** A picture that each row's runs have, for example of a task analyse. */
    public record FigureSpec(
            @Doc("Name of the file, for example nmi.png.") String artifact,
            @Doc("What stands below it.") String caption) {
        public FigureSpec {
            artifact = Defaults.required("artifact", artifact);
            caption = Defaults.or(caption, artifact);
            if (!artifact.matches(".{1,190}\\.(png|svg)")) {
                throw new InvalidSpec(
                        "BAD_VALUE",
                        "artifact",
                        artifact,
                        "is the name of no picture",
                        "name a .png or .svg that \"runyard show RUN\" lists");
            }
        }
    }

    /** Markdown. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Prose(
            @Doc("Above the table.") @Nullable String above,
            @Doc("Below it.") @Nullable String below) {}

    public ReportSpec {
        title = Defaults.required("title", title).strip();
        if (title.isEmpty() || title.length() > 200 || title.chars().anyMatch(c -> c < ' ')) {
            throw new InvalidSpec("BAD_NAME", "title", title, "must be one line of 1 to 200 characters", null);
        }
        runs = Defaults.required("runs", runs);
        rows = fields("rows", rows, 1);
        columns = fields("columns", columns, 0);
        cell = Defaults.required("cell", cell);
        extra = extra == null ? List.of() : List.copyOf(extra);
        labels = labels == null ? Map.of() : Map.copyOf(labels);
        hide = hide == null ? List.of() : List.copyOf(hide);
        figures = figures == null ? List.of() : List.copyOf(figures);
        if (figures.size() > FIGURES) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", "figures", figures.size(), "must be at most " + FIGURES + " pictures", null);
        }
        for (String field : columns) {
            if (rows.contains(field)) {
                throw new InvalidSpec("DUPLICATE_VALUE", "columns", field, "makes the rows already", "name it once");
            }
        }
        for (String field : cell.over()) {
            if (rows.contains(field) || columns.contains(field)) {
                throw new InvalidSpec(
                        "DUPLICATE_VALUE", "cell.over", field, "makes rows or columns", "a cell cannot sum up over it");
            }
        }
        if (against != null) {
            values("against.row", against.row(), rows);
            if (against.test() == Against.Test.MCNEMAR) {
                cell.metric().forEach(ReportSpec::judgedSet);
            }
        }
        for (int i = 0; i < hide.size(); i++) {
            values("hide[" + i + "]", hide.get(i), rows);
        }
        Extra read = Extra.read(extra);
        cell.check(read);
    }

    /**
     * YAML or JSON text.
     *
     * @throws InvalidSpec BAD_YAML, or whatever it breaks
     */
    public static ReportSpec read(String text) {
        ObjectNode tree = Json.yaml(text);
        return Json.read(tree, ReportSpec.class);
    }

    /**
     * The data set whose images a metric is the share of right answers of, as the names of metrics have it; empty for a run's own.
     *
     * @throws InvalidSpec where the metric is another
     */
    public static Optional<String> judgedSet(String metric) {
        Matcher found = SHARE.matcher(metric);
        if (!found.matches()) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "against.test",
                    "mcnemar",
                    "compares right and wrong answers, and " + metric + " is no share of these",
                    "use it with test/top1 or test/<data set>/top1");
        }
        return Optional.ofNullable(found.group(1));
    }

    /** What tells definitions apart: of everything that it says, defaults included. */
    public String hash() {
        return Sha256.of(Json.canonical(this));
    }

    /** Whether its test needs the answers to each image. */
    public boolean ofAnswers() {
        return against != null && against.test() == Against.Test.MCNEMAR;
    }

    /** What stands beside the cells. */
    Extra beside() {
        return Extra.read(extra);
    }

    private static List<String> fields(String where, @Nullable List<String> given, int least) {
        List<String> fields = given == null ? List.of() : List.copyOf(given);
        if (fields.size() < least || fields.size() > FIELDS) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", where, fields.toString(), "must name " + least + " to " + FIELDS + " fields", null);
        }
        if (new HashSet<>(fields).size() < fields.size()) {
            throw new InvalidSpec("DUPLICATE_VALUE", where, fields.toString(), "names a field twice", null);
        }
        fields.forEach(field -> {
            if (field.isBlank() || field.startsWith("metrics.")) {
                throw new InvalidSpec(
                        "UNKNOWN_FIELD", where, field, "makes no rows or columns", "a metric stands under cell.metric");
            }
        });
        return fields;
    }

    private static void values(String where, Map<String, JsonNode> values, List<String> rows) {
        if (values.isEmpty()) {
            throw new InvalidSpec("MISSING_FIELD", where, null, "names no row", "give values of " + rows);
        }
        values.keySet().forEach(field -> {
            if (!rows.contains(field)) {
                throw Nearest.unknown(where, field, rows, "UNKNOWN_FIELD");
            }
        });
    }

    /** Which runs a report is of. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Runs(
            @Doc("Name of an experiment.") @Nullable String experiment,

            @Doc("Id of a sweep, or its name where one alone has it.") @Nullable
            String sweep,

            @Doc("A filter of the runs list.") @Nullable String filter,

            @Doc("Runs by id.") List<String> ids,

            @Doc("Whether archived runs count too.") @Nullable
            Boolean archived) {
        /** Most ids. */
        public static final int IDS = 2_000;

        public Runs {
            ids = ids == null ? List.of() : List.copyOf(ids);
            if (blank(experiment) && blank(sweep) && blank(filter) && ids.isEmpty()) {
                throw new InvalidSpec(
                        "MISSING_FIELD", "runs", null, "names no runs", "give one of experiment, sweep, filter, ids");
            }
            if (ids.size() > IDS) {
                throw new InvalidSpec("OUT_OF_RANGE", "runs.ids", ids.size(), "must be at most " + IDS, "use a filter");
            }
            for (int i = 0; i < ids.size(); i++) {
                if (!ids.get(i).matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
                    throw new InvalidSpec(
                            "WRONG_TYPE", "runs.ids[" + i + "]", ids.get(i), "must be the whole id of a run", null);
                }
            }
        }

        private static boolean blank(@Nullable String text) {
            return text == null || text.isBlank();
        }
    }
}
