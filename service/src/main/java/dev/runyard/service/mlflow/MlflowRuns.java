package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.experiment.Experiment;
import dev.runyard.service.metric.MetricKeys;
import dev.runyard.service.run.Configuration;
import dev.runyard.service.run.client.ClientRuns;
import dev.runyard.service.run.client.ClientTags;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs as MLflow's clients read them, managed ones too: the parameters of those are the values of their configuration. Whatever number of
 * runs costs five statements.
 */
@ApplicationScoped
class MlflowRuns {
    private static final String RUNS = """
            select r.id, r.name, r.state, r.created_by, r.created_at, r.started_at, r.ended_at, r.deleted_at, r.tags, r.external,
                   e.id as experiment, e.project_id, e.name = '%s' as home
            from run r join experiment e on e.id = r.experiment_id where r.id = any(?)""".formatted(Experiment.DEFAULT);

    private static final String METRICS = """
            select s.run_id, s.key_id, s.last, s.last_step, s.last_time / 1000 from metric_summary s
            where s.run_id = any(?) order by s.run_id""";

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
    private final MetricKeys keys;

    MlflowRuns(Statements statements, MlflowExperiments experiments, MetricKeys keys) {
        this.keys = keys;
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

    /**
     * In one transaction, so that it is decided once what whoever asks sees of it.
     *
     * @throws dev.runyard.service.http.Problem 404
     */
    @Transactional
    ObjectNode one(UUID run) {
        ObjectNode found = of(List.of(run)).get(run);
        if (found == null) {
            throw ClientRuns.missing(run.toString());
        }
        ArrayNode made = found.putObject("outputs").putArray("model_outputs");
        statements.each(
                "select model_id, step from run_output where run_id = ? order by step, model_id",
                r -> made.addObject().put("model_id", r.getString(1)).put("step", r.getLong(2)),
                run);
        return found;
    }

    /** The runs that are there, by id: metrics and parameters as text already, since they are most of what is read of a lab. */
    Map<UUID, ObjectNode> of(Collection<UUID> ids) {
        Map<UUID, ObjectNode> runs = new HashMap<>();
        if (ids.isEmpty()) {
            return runs;
        }
        Map<UUID, List<ObjectNode>> ofDefault = new HashMap<>();
        statements.each(
                RUNS,
                r -> {
                    ObjectNode run = run(r);
                    runs.put(r.getObject("id", UUID.class), run);
                    if (r.getBoolean("home")) {
                        ofDefault
                                .computeIfAbsent(r.getObject("project_id", UUID.class), id -> new ArrayList<>())
                                .add(run);
                    }
                },
                ids);
        if (!ofDefault.isEmpty()) {
            ofDefault.getOrDefault(experiments.homeProject(), List.of()).forEach(run -> ((ObjectNode) run.path("info"))
                    .put("experiment_id", MlflowExperiments.DEFAULT_ID));
        }
        Map<UUID, String> metrics = metrics(ids);
        Map<UUID, SortedMap<String, String>> params = params(ids);
        runs.forEach((id, run) -> {
            ObjectNode data = (ObjectNode) run.path("data");
            data.putRawValue("metrics", new RawValue(metrics.getOrDefault(id, "[]")));
            data.putRawValue("params", new RawValue(pairs(params.getOrDefault(id, new TreeMap<>()))));
        });
        statements.each(
                DATASETS,
                r -> {
                    ObjectNode run = runs.get(r.getObject(1, UUID.class));
                    if (run != null) {
                        dataset(((ArrayNode) run.at("/inputs/dataset_inputs")).addObject(), r);
                    }
                },
                ids);
        return runs;
    }

    /** Arrays of JSON, by run; of each the metrics in the order of their names. */
    private Map<UUID, String> metrics(Collection<UUID> ids) {
        record Last(UUID run, int key, double value, long step, long millis) {}
        List<Last> all = statements.rows(
                METRICS,
                r -> new Last(r.getObject(1, UUID.class), r.getInt(2), r.getDouble(3), r.getLong(4), r.getLong(5)),
                ids);
        Map<Integer, String> names = keys.names(all.stream().map(Last::key).collect(Collectors.toSet()));
        Map<UUID, SortedMap<String, Last>> byRun = new HashMap<>();
        all.forEach(last ->
                byRun.computeIfAbsent(last.run(), id -> new TreeMap<>()).put(names.getOrDefault(last.key(), ""), last));
        Map<String, String> quoted = new HashMap<>();
        Map<UUID, String> texts = new HashMap<>();
        byRun.forEach((run, of) -> {
            StringBuilder json = new StringBuilder(of.size() * 80 + 2).append('[');
            of.forEach((key, last) -> {
                json.append(json.length() == 1 ? "" : ",")
                        .append("{\"key\":")
                        .append(quoted.computeIfAbsent(key, MlflowRuns::quoted))
                        .append(",\"value\":");
                value(json, last.value());
                json.append(",\"timestamp\":")
                        .append(last.millis())
                        .append(",\"step\":")
                        .append(last.step())
                        .append('}');
            });
            texts.put(run, json.append(']').toString());
        });
        return texts;
    }

    /** Characters of a run, about. */
    static long size(ObjectNode run) {
        long size = 1_000;
        for (JsonNode part : run.path("data")) {
            size += part instanceof POJONode text && text.getPojo() instanceof RawValue raw
                    ? String.valueOf(raw.rawValue()).length()
                    : 100L * part.size();
        }
        return size;
    }

    /** As JSON has it; what it has not, as text. */
    static void value(StringBuilder json, double value) {
        if (Double.isFinite(value)) {
            json.append(value);
        } else {
            json.append('"').append(value).append('"');
        }
    }

    static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }

    private static String pairs(Map<String, String> texts) {
        StringBuilder json = new StringBuilder(texts.size() * 40 + 2).append('[');
        texts.forEach((key, value) -> json.append(json.length() == 1 ? "" : ",")
                .append("{\"key\":")
                .append(quoted(key))
                .append(",\"value\":")
                .append(quoted(value))
                .append('}'));
        return json.append(']').toString();
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
        UUID experiment = r.getObject("experiment", UUID.class);
        Instant started = Statements.time(r, "started_at");
        return run(
                r.getObject("id", UUID.class),
                experiment,
                experiment.toString(),
                r.getString("name"),
                r.getString("created_by"),
                RunState.valueOf(r.getString("state")),
                started == null ? Statements.instant(r, "created_at") : started,
                Statements.time(r, "ended_at"),
                Statements.time(r, "deleted_at") != null,
                Curated.tags(r.getString("tags")));
    }

    /** A run that was made this moment. */
    static ObjectNode fresh(ClientRuns.Fresh run, String experimentId) {
        SortedMap<String, String> tags = new TreeMap<>();
        run.tags()
                .properties()
                .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        ObjectNode json = run(
                run.id(),
                run.place().experiment(),
                experimentId,
                run.name(),
                run.who(),
                RunState.RUNNING,
                run.startedAt(),
                null,
                false,
                tags);
        ObjectNode data = (ObjectNode) json.path("data");
        data.putArray("metrics");
        data.putArray("params");
        return json;
    }

    private static ObjectNode run(
            UUID id,
            UUID experiment,
            String experimentId,
            String name,
            String who,
            RunState state,
            Instant started,
            @Nullable Instant ended,
            boolean deleted,
            SortedMap<String, String> tags) {
        tags.put(ClientTags.NAME, name);
        ObjectNode run = Json.mapper().createObjectNode();
        ObjectNode info = run.putObject("info");
        info.put("run_id", id.toString());
        info.put("run_uuid", id.toString());
        info.put("run_name", name);
        info.put("experiment_id", experimentId);
        info.put("user_id", tags.getOrDefault(ClientTags.USER, who));
        info.put("status", status(state));
        info.put("start_time", started.toEpochMilli());
        if (ended != null) {
            info.put("end_time", ended.toEpochMilli());
        }
        info.put("artifact_uri", "mlflow-artifacts:/" + experiment + "/" + id + "/artifacts");
        info.put("lifecycle_stage", deleted ? "deleted" : "active");
        pairs(run.putObject("data").putArray("tags"), tags);
        run.putObject("inputs").putArray("dataset_inputs");
        return run;
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
