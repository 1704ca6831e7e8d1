package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.run.Configuration;
import dev.runyard.service.run.client.ClientRuns;
import dev.runyard.service.run.client.ClientTags;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Runs as MLflow's clients read them, managed ones too: the parameters of those are the values of their configuration. Whatever number of
 * runs costs five statements.
 */
@ApplicationScoped
class MlflowRuns {
    private static final String RUNS = """
            select r.id, r.name, r.state, r.created_by, r.created_at, r.started_at, r.ended_at, r.deleted_at, r.tags, r.external,
                   e.id as experiment, e.name = 'default' and e.project_id = cast(? as uuid) as home
            from run r join experiment e on e.id = r.experiment_id where r.id = any(?)""";

    private static final String METRICS = """
            select s.run_id, k.key, s.last, s.last_step, s.last_time / 1000 from metric_summary s
            join metric_key k on k.id = s.key_id where s.run_id = any(?) order by s.run_id, k.key""";

    private static final String LOGGED =
            "select run_id, params from client_run where run_id = any(?) and params <> '{}'";

    private static final String CONFIGURED = """
            select c.run_id, v.path, v.value from run_config c join run r on r.id = c.run_id and not r.external
            join config_layout l on l.id = c.layout cross join lateral unnest(l.paths, c.vals) as v(path, value)
            where c.run_id = any(?)""";

    private static final String DATASETS = """
            select run_id, name, digest, source_type, source, schema, profile, tags from run_dataset
            where run_id = any(?) order by run_id, name, digest""";

    private final Statements statements;
    private final MlflowExperiments experiments;

    MlflowRuns(Statements statements, MlflowExperiments experiments) {
        this.statements = statements;
        this.experiments = experiments;
    }

    /** As MLflow names a state. */
    static String status(RunState state) {
        return switch (state) {
            case QUEUED, PAUSED -> "SCHEDULED";
            case STARTING, RUNNING, PAUSING, CANCELLING -> "RUNNING";
            case FINISHED, PRUNED -> "FINISHED";
            case FAILED -> "FAILED";
            case CANCELLED -> "KILLED";
        };
    }

    /** What a client's status makes of an external run. */
    static RunState state(String status) {
        return switch (status) {
            case "RUNNING" -> RunState.RUNNING;
            case "SCHEDULED" -> RunState.PAUSED;
            case "FINISHED" -> RunState.FINISHED;
            case "FAILED" -> RunState.FAILED;
            case "KILLED" -> RunState.CANCELLED;
            default ->
                throw Wire.invalid(
                        "Invalid value \"" + Wire.shown(status)
                                + "\" for parameter 'status' supplied: it is none of RUNNING, SCHEDULED, FINISHED, FAILED, KILLED");
        };
    }

    /** @throws dev.runyard.service.http.Problem 404 */
    ObjectNode one(UUID run) {
        ObjectNode found = of(List.of(run)).get(run);
        if (found == null) {
            throw ClientRuns.missing(run.toString());
        }
        return found;
    }

    /** The runs that are there, by id. */
    Map<UUID, ObjectNode> of(Collection<UUID> ids) {
        Map<UUID, ObjectNode> runs = new HashMap<>();
        if (ids.isEmpty()) {
            return runs;
        }
        statements.each(RUNS, r -> runs.put(r.getObject("id", UUID.class), run(r)), experiments.homeProject(), ids);
        statements.each(
                METRICS,
                r -> {
                    ObjectNode run = runs.get(r.getObject(1, UUID.class));
                    if (run != null) {
                        metric(
                                array(run, "data", "metrics"),
                                r.getString(2),
                                r.getDouble(3),
                                r.getLong(5),
                                r.getLong(4));
                    }
                },
                ids);
        Map<UUID, SortedMap<String, String>> params = params(ids);
        runs.forEach((id, run) -> pairs(array(run, "data", "params"), params.getOrDefault(id, new TreeMap<>())));
        statements.each(
                DATASETS,
                r -> {
                    ObjectNode run = runs.get(r.getObject(1, UUID.class));
                    if (run != null) {
                        dataset(array(run, "inputs", "dataset_inputs").addObject(), r);
                    }
                },
                ids);
        return runs;
    }

    private Map<UUID, SortedMap<String, String>> params(Collection<UUID> ids) {
        Map<UUID, SortedMap<String, String>> params = new HashMap<>();
        statements.each(
                CONFIGURED,
                r -> {
                    String path = r.getString(2);
                    String name = Configuration.name(path);
                    SortedMap<String, String> of =
                            params.computeIfAbsent(r.getObject(1, UUID.class), id -> new TreeMap<>());
                    if (name.equals(path)) {
                        of.put(name, bare(r.getString(3)));
                    } else {
                        of.putIfAbsent(name, bare(r.getString(3)));
                    }
                },
                ids);
        statements.each(
                LOGGED,
                r -> {
                    SortedMap<String, String> of =
                            params.computeIfAbsent(r.getObject(1, UUID.class), id -> new TreeMap<>());
                    Json.tree(r.getString(2))
                            .properties()
                            .forEach(e -> of.put(e.getKey(), e.getValue().asText()));
                },
                ids);
        return params;
    }

    private static String bare(String json) {
        return json.startsWith("\"") ? Json.tree(json).asText() : json;
    }

    private static ObjectNode run(ResultSet r) throws SQLException {
        UUID id = r.getObject("id", UUID.class);
        SortedMap<String, String> tags = Curated.tags(r.getString("tags"));
        tags.put(ClientTags.NAME, r.getString("name"));
        ObjectNode run = Json.mapper().createObjectNode();
        ObjectNode info = run.putObject("info");
        info.put("run_id", id.toString());
        info.put("run_uuid", id.toString());
        info.put("run_name", r.getString("name"));
        UUID experiment = r.getObject("experiment", UUID.class);
        info.put("experiment_id", r.getBoolean("home") ? MlflowExperiments.DEFAULT_ID : experiment.toString());
        info.put("user_id", tags.getOrDefault(ClientTags.USER, r.getString("created_by")));
        info.put("status", status(RunState.valueOf(r.getString("state"))));
        java.time.Instant started = Statements.time(r, "started_at");
        info.put("start_time", (started == null ? Statements.instant(r, "created_at") : started).toEpochMilli());
        java.time.Instant ended = Statements.time(r, "ended_at");
        if (ended != null) {
            info.put("end_time", ended.toEpochMilli());
        }
        info.put("artifact_uri", "mlflow-artifacts:/" + experiment + "/" + id + "/artifacts");
        info.put("lifecycle_stage", Statements.time(r, "deleted_at") == null ? "active" : "deleted");
        ObjectNode data = run.putObject("data");
        data.putArray("metrics");
        data.putArray("params");
        pairs(data.putArray("tags"), tags);
        run.putObject("inputs").putArray("dataset_inputs");
        return run;
    }

    private static ArrayNode array(ObjectNode run, String part, String name) {
        return (ArrayNode) run.path(part).path(name);
    }

    static void metric(ArrayNode into, String key, double value, long millis, long step) {
        ObjectNode metric = into.addObject();
        metric.put("key", key);
        if (Double.isFinite(value)) {
            metric.put("value", value);
        } else {
            metric.put("value", Double.toString(value));
        }
        metric.put("timestamp", millis);
        metric.put("step", step);
    }

    static void pairs(ArrayNode into, Map<String, String> texts) {
        texts.forEach((key, value) -> into.addObject().put("key", key).put("value", value));
    }

    private static void dataset(ObjectNode input, ResultSet r) throws SQLException {
        pairs(input.putArray("tags"), Curated.tags(r.getString("tags")));
        ObjectNode dataset = input.putObject("dataset");
        dataset.put("name", r.getString("name"));
        dataset.put("digest", r.getString("digest"));
        dataset.put("source_type", r.getString("source_type"));
        dataset.put("source", r.getString("source"));
        putText(dataset, "schema", r.getString("schema"));
        putText(dataset, "profile", r.getString("profile"));
    }

    private static void putText(ObjectNode into, String name, @Nullable String text) {
        if (text != null) {
            into.put(name, text);
        }
    }

    /** Tags of a message, as texts by name. */
    static ObjectNode tags(List<Wire> tags) {
        ObjectNode texts = Json.mapper().createObjectNode();
        for (Wire tag : tags) {
            String key = tag.key("key");
            String value = tag.textOrEmpty("value");
            if (value.length() > Limits.TAG) {
                throw Wire.invalid("Tag value of '" + key + "' exceeds the maximum length of " + Limits.TAG
                        + " characters: " + value.length());
            }
            texts.put(key, value);
        }
        return texts;
    }

    /** How much a request may bring. */
    static final class Limits {
        static final int BATCH_METRICS = 1_000;
        static final int BATCH_PARAMS = 100;
        static final int BATCH_TAGS = 100;
        static final int BATCH = 1_000;
        static final int PARAM = 6_000;
        static final int TAG = 8_000;
        static final int EXPERIMENT_TAG = 20_000;
        static final int RUNS = 50_000;
        static final int POINTS = 25_000;

        private Limits() {}
    }
}
