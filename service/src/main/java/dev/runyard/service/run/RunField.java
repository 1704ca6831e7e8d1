package dev.runyard.service.run;

import dev.runyard.service.http.Problem;
import dev.runyard.spec.Nearest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** A field that runs are filtered and sorted by, as people write it: {@code name}, {@code metrics.val/top1.best}, {@code params.seed}. */
sealed interface RunField {
    /** What the values of a column are. */
    enum Type {
        TEXT("text"),
        NUMBER("bigint"),
        TIME("timestamptz");

        final String sql;

        Type(String sql) {
            this.sql = sql;
        }
    }

    /** Which value of a metric's summary. */
    enum Aggregate {
        LAST("nullif(m.last, 'NaN')"),
        BEST("m.best"),
        MIN("m.min"),
        MAX("m.max");

        /** Never NaN, so that NaN is last in any order and meets no comparison. */
        final String sql;

        Aggregate(String sql) {
            this.sql = sql;
        }
    }

    /** A column of the run's own row. */
    record Column(String sql, Type type, boolean nullable) implements RunField {}

    /** A value of a metric's summary. */
    record Metric(String key, Aggregate aggregate) implements RunField {}

    /** A swept parameter, or else the field of the spec at this dotted path. */
    record Param(String path) implements RunField {
        static final String SQL =
                "coalesce(r.params -> cast(? as text), coalesce(r.spec_in_full, r.spec) #> string_to_array(?, '.'))";
    }

    Map<String, Column> COLUMNS = Map.ofEntries(
            Map.entry("name", new Column("r.name", Type.TEXT, false)),
            Map.entry("state", new Column("r.state", Type.TEXT, false)),
            Map.entry("experiment", new Column("e.name", Type.TEXT, false)),
            Map.entry("createdBy", new Column("r.created_by", Type.TEXT, false)),
            Map.entry("reason", new Column("r.reason", Type.TEXT, true)),
            Map.entry("priority", new Column("r.priority", Type.NUMBER, false)),
            Map.entry("attempt", new Column("r.attempt", Type.NUMBER, false)),
            Map.entry("step", new Column(RunView.progress("end_step", "step"), Type.NUMBER, false)),
            Map.entry("epoch", new Column("r.epoch", Type.NUMBER, false)),
            Map.entry("index", new Column("r.sweep_index", Type.NUMBER, true)),
            Map.entry("createdAt", new Column("r.created_at", Type.TIME, false)),
            Map.entry("startedAt", new Column("r.started_at", Type.TIME, true)),
            Map.entry("endedAt", new Column("r.ended_at", Type.TIME, true)));

    /** @param where the query parameter at fault, for the refusal */
    static RunField parse(String where, String text) {
        if (text.startsWith("metrics.") && text.length() > 8) {
            String key = text.substring(8);
            for (Aggregate aggregate : Aggregate.values()) {
                String suffix = "." + aggregate.name().toLowerCase(java.util.Locale.ROOT);
                if (key.endsWith(suffix) && key.length() > suffix.length()) {
                    return new Metric(key.substring(0, key.length() - suffix.length()), aggregate);
                }
            }
            return new Metric(key, Aggregate.LAST);
        }
        if (text.startsWith("params.") && text.length() > 7) {
            return new Param(text.substring(7));
        }
        Column column = COLUMNS.get(text);
        if (column == null) {
            List<String> choices = new java.util.ArrayList<>(new TreeSet<>(COLUMNS.keySet()));
            choices.add("metrics.<key>");
            choices.add("params.<path>");
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
}
