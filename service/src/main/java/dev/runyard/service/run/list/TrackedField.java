package dev.runyard.service.run.list;

import dev.runyard.service.run.client.ClientTags;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fields as people who come from MLflow write them, beside our own names: {@code metric.acc}, {@code parameters.lr}, {@code tag.team},
 * {@code attributes.status}, {@code run_name}, {@code start_time} (milliseconds), {@code dataset.name}.
 */
final class TrackedField {
    private static final String STATUS = "case r.state when 'QUEUED' then 'SCHEDULED' when 'PAUSED' then 'SCHEDULED'"
            + " when 'FINISHED' then 'FINISHED' when 'PRUNED' then 'FINISHED' when 'FAILED' then 'FAILED'"
            + " when 'CANCELLED' then 'KILLED' else 'RUNNING' end";

    private static final Map<String, RunField.Column> ATTRIBUTES = Map.ofEntries(
            text("run_id", "cast(r.id as text)"),
            text("run_name", "r.name"),
            text("run name", "r.name"),
            text("status", STATUS),
            text("user_id", "coalesce(r.tags ->> '" + ClientTags.USER + "', r.created_by)"),
            text("artifact_uri", "'mlflow-artifacts:/' || r.experiment_id || '/' || r.id || '/artifacts'"),
            millis("start_time", "coalesce(r.started_at, r.created_at)"),
            millis("created", "coalesce(r.started_at, r.created_at)"),
            millis("end_time", "r.ended_at"));

    private static final Map<String, String> DATASET =
            Map.of("name", "d.name", "digest", "d.digest", "context", "d.tags ->> 'mlflow.data.context'");

    private TrackedField() {}

    private static Map.Entry<String, RunField.Column> text(String name, String sql) {
        return Map.entry(name, new RunField.Column(name, sql, RunField.Type.TEXT, true));
    }

    private static Map.Entry<String, RunField.Column> millis(String name, String time) {
        String sql = "cast(floor(extract(epoch from " + time + ") * 1000) as bigint)";
        return Map.entry(name, new RunField.Column(name, sql, RunField.Type.NUMBER, true));
    }

    /** Null for what is none of these. */
    static @Nullable RunField of(String text) {
        int dot = text.indexOf('.');
        return dot < 0
                ? ATTRIBUTES.get(text.toLowerCase(Locale.ROOT))
                : of(text.substring(0, dot), text.substring(dot + 1), false);
    }

    /**
     * Null where the word before the dot is none.
     *
     * @param quoted whether the key stood in quotes, and is meant to the letter
     */
    static @Nullable RunField of(String entity, String key, boolean quoted) {
        if (key.isEmpty()) {
            return null;
        }
        return switch (entity) {
            case "metric", "metrics" ->
                quoted ? new RunField.Metric(key, RunField.Part.LAST) : RunField.parse("filter", "metrics." + key);
            case "param", "params", "parameter", "parameters" -> new RunField.Param(key);
            case "tag", "tags" -> new RunField.Tag(key);
            case "attribute", "attributes", "attr", "run" -> {
                RunField known = ATTRIBUTES.get(key.toLowerCase(Locale.ROOT));
                yield known == null ? RunField.COLUMNS.get(key) : known;
            }
            case "dataset", "datasets" -> {
                String sql = DATASET.get(key);
                yield sql == null ? null : new RunField.Dataset(key, sql);
            }
            default -> null;
        };
    }
}
