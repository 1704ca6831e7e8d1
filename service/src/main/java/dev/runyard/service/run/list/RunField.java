package dev.runyard.service.run.list;

import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.Goal;
import dev.runyard.service.run.RunView;
import dev.runyard.spec.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A field that runs are filtered, sorted, grouped and shown by, as people write it: {@code name}, {@code params.seed},
 * {@code metrics.val/top1.best}, {@code metrics.test/top1.at(val/top1)}. What a metric's value is, is said here for all of these.
 */
public sealed interface RunField {
    /** What the values of a column are. */
    enum Type {
        TEXT("text"),
        ID("uuid"),
        NUMBER("bigint"),
        TIME("timestamptz"),
        FLAG("boolean");

        final String sql;

        Type(String sql) {
            this.sql = sql;
        }
    }

    /** Which value of a metric's summary. The best is the least or the greatest, by the metric's direction. */
    enum Part {
        LAST,
        BEST,
        MIN,
        MAX
    }

    /** A column of the run's own row. */
    record Column(String name, String sql, Type type, boolean nullable) implements RunField {}

    /** A value of a metric's summary. */
    record Metric(String key, Part part) implements RunField {
        /** Never NaN, so that NaN is last in any order and meets no comparison. */
        String sql(String alias) {
            return switch (part) {
                case LAST -> "nullif(" + alias + ".last, 'NaN')";
                case MIN -> alias + ".min";
                case MAX -> alias + ".max";
                case BEST -> alias + (Goal.of(key) == Goal.MIN ? ".min" : ".max");
            };
        }
    }

    /** The metric's value at the step where another one is best, or else the last one before. */
    record At(String key, String other) implements RunField {
        /** {@code best} is an alias of the other's summary; two values are bound: the metric's number, then nothing else. */
        static String lateral(String best, String alias) {
            return "left join lateral (select nullif(p.value, 'NaN') as v from metric_point p where p.run_id = " + best
                    + ".run_id and p.key_id = ? and p.superseded_by is null and p.step <= " + best
                    + ".best_step order by p.step desc, p.time desc limit 1) " + alias + " on true ";
        }
    }

    /** A tag's text, by its name. */
    record Tag(String name) implements RunField {}

    /** A value of the configuration that acts, by its dotted path. */
    record Param(String path) implements RunField {}

    /** Something of the data sets that a run says it used; one of them is enough. */
    record Dataset(String name, String sql) implements RunField {}

    /** The newest; one that was taken away is none. */
    String NOTE = "(select nullif(n.text, '') from note n where n.subject = r.id order by n.id desc limit 1)";

    Map<String, Column> COLUMNS = Map.ofEntries(
            column("id", "r.id", Type.ID, false),
            column("name", "r.name", Type.TEXT, false),
            column("state", "r.state", Type.TEXT, false),
            column("experiment", "e.name", Type.TEXT, false),
            column("sweep", "r.sweep_id", Type.ID, true),
            column("createdBy", "r.created_by", Type.TEXT, false),
            column("reason", "r.reason", Type.TEXT, true),
            column("priority", "r.priority", Type.NUMBER, false),
            column("attempt", "r.attempt", Type.NUMBER, false),
            column("starred", "r.starred", Type.FLAG, false),
            column("pinned", "r.pinned", Type.FLAG, false),
            column("archived", "r.archived", Type.FLAG, false),
            column("note", NOTE, Type.TEXT, true),
            column("device", RunView.DEVICE, Type.ID, true),
            column("silent", RunView.SILENT, Type.FLAG, false),
            column("parent", "r.parent", Type.TEXT, true),
            column("of", "r.of_run", Type.ID, true),
            column("step", RunView.progress("end_step", "step"), Type.NUMBER, false),
            column("epoch", RunView.progress("epoch", "epoch"), Type.NUMBER, false),
            column("index", "r.sweep_index", Type.NUMBER, true),
            column("createdAt", "r.created_at", Type.TIME, false),
            column("startedAt", "r.started_at", Type.TIME, true),
            column("endedAt", "r.ended_at", Type.TIME, true));

    private static Map.Entry<String, Column> column(String name, String sql, Type type, boolean nullable) {
        return Map.entry(name, new Column(name, sql, type, nullable));
    }

    /**
     * @param where the query parameter at fault, for the refusal
     * @throws Problem 422 UNKNOWN_FIELD, or NO_DIRECTION for the best of a metric of which neither end is
     */
    static RunField parse(String where, String text) {
        if (text.startsWith("metrics.") && text.length() > 8) {
            return metric(where, text.substring(8));
        }
        if (text.startsWith("params.") && text.length() > 7) {
            return new Param(text.substring(7));
        }
        if (text.startsWith("tags.") && text.length() > 5) {
            return new Tag(text.substring(5));
        }
        RunField column = COLUMNS.get(text);
        if (column == null) {
            column = TrackedField.of(text);
        }
        if (column == null) {
            List<String> choices = new ArrayList<>(new TreeSet<>(COLUMNS.keySet()));
            choices.add("metrics.<key>");
            choices.add("params.<path>");
            choices.add("tags.<name>");
            Optional<String> near = Nearest.to(text, choices);
            throw Problem.invalid(
                    "UNKNOWN_FIELD",
                    where,
                    text,
                    "is not one of " + String.join(", ", choices),
                    near.map(n -> "did you mean " + n + "?").orElse(null));
        }
        return column;
    }

    /** The same where a key may stand in quotes, as in a filter: metrics.`a b`. */
    static RunField ordered(String where, String text) {
        int dot = text.indexOf('.');
        int last = text.length() - 1;
        if (dot > 0
                && last > dot + 2
                && "`\"".indexOf(text.charAt(dot + 1)) >= 0
                && text.charAt(last) == text.charAt(dot + 1)) {
            RunField field = TrackedField.of(text.substring(0, dot), text.substring(dot + 2, last), true);
            if (field != null) {
                return field;
            }
        }
        return parse(where, text);
    }

    private static RunField metric(String where, String text) {
        int at = text.indexOf(".at(");
        if (at > 0 && text.endsWith(")") && text.length() > at + 5) {
            String other = text.substring(at + 4, text.length() - 1);
            directed(where, other);
            return new At(text.substring(0, at), other);
        }
        for (Part part : Part.values()) {
            String suffix = "." + part.name().toLowerCase(Locale.ROOT);
            if (text.endsWith(suffix) && text.length() > suffix.length()) {
                String key = text.substring(0, text.length() - suffix.length());
                if (part == Part.BEST) {
                    directed(where, key);
                }
                return new Metric(key, part);
            }
        }
        return new Metric(text, Part.LAST);
    }

    private static void directed(String where, String key) {
        if (Goal.of(key) == null) {
            throw Problem.invalid(
                    "NO_DIRECTION",
                    where,
                    key,
                    "is a metric of which neither end is known to be better",
                    "ask for .min, .max or .last; /api/v1/schemas/metrics tells which metrics have a direction");
        }
    }
}
