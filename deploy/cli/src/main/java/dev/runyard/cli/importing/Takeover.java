package dev.runyard.cli.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes runs of other trackers into a lab. Each has a tag that says where it came from: a run that is there already is gone on with, and
 * one that is there whole is left alone, so that an import may be interrupted and repeated anywhere.
 */
final class Takeover {
    static final String ORIGIN = "runyard.importedFrom";
    /** Set last, when all of it is there. */
    static final String WHOLE = "runyard.imported";

    static final String PARENT = "mlflow.parentRunId";
    /** What MLflow's page shows as a run's description. */
    private static final String NOTE = "mlflow.note.content";

    /** Of one request's bytes; what is not ASCII takes more than one. */
    private static final int LONGEST_DATASET = 200_000;

    private static final String API = "../2.0/mlflow/";
    private static final int POINTS = 900;
    private static final int TEXTS = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LabApi lab;
    private final Map<String, String> experiments = new HashMap<>();
    /** Ids here by origin, of what was taken over and of what was asked for as a parent; empty of one that is not here. */
    private final Map<String, Optional<String>> above = new HashMap<>();

    Takeover(LabApi lab) {
        this.lab = lab;
    }

    /** What came of a run. */
    enum Outcome {
        /** It was there whole. */
        KNOWN,
        NEW,
        /** An earlier import had begun it, or it went on since. */
        COMPLETED
    }

    /** What would come of it; nothing is written. */
    Outcome look(Tracker.Past past) {
        Optional<JsonNode> there = find(past);
        return there.isEmpty() ? Outcome.NEW : whole(there.get()) ? Outcome.KNOWN : Outcome.COMPLETED;
    }

    /** @param left told what could not be taken over, one line each */
    Outcome take(Tracker.Past past, Consumer<String> left) throws IOException {
        Optional<JsonNode> there = find(past);
        String run = there.isPresent() ? there.get().path("id").asText() : create(past);
        above.put(past.origin(), Optional.of(run));
        if (there.isPresent() && whole(there.get())) {
            return Outcome.KNOWN;
        }
        Batch batch = new Batch(run, left);
        for (Map.Entry<String, String> param : past.params().entrySet()) {
            batch.text("params", param.getKey(), param.getValue());
        }
        for (Map.Entry<String, String> tag : past.tags().entrySet()) {
            if (tag.getKey().equals(PARENT)) {
                batch.text("tags", PARENT, parent(past, tag.getValue(), left));
            } else if (!tag.getKey().equals(NOTE)) {
                batch.text("tags", tag.getKey(), tag.getValue());
            }
        }
        past.content().points(batch::point);
        batch.send();
        past.content().datasets(dataset -> dataset(run, dataset, left));
        String note = past.tags().getOrDefault(NOTE, "");
        // What a person wrote here stays, and so does what an earlier import brought.
        if (!note.isBlank()
                && !there.map(known -> known.path("hasNote").asBoolean()).orElse(false)) {
            lab.put("runs/" + run + "/note", JSON.createObjectNode().put("text", note));
        }
        past.content().files((path, file) -> lab.upload(upload(run, path), file), left);
        ObjectNode end = JSON.createObjectNode().put("run_id", run).put("status", past.status());
        if (past.endedAt() != null) {
            end.put("end_time", past.endedAt());
        }
        lab.post(API + "runs/update", end);
        if (past.over()) {
            lab.post(
                    API + "runs/set-tag",
                    JSON.createObjectNode().put("run_id", run).put("key", WHOLE).put("value", "whole"));
        }
        return there.isPresent() ? Outcome.COMPLETED : Outcome.NEW;
    }

    private static boolean whole(JsonNode run) {
        return run.path("tags").path(WHOLE).asText("").equals("whole");
    }

    /**
     * Parents before the runs below them, so that each can be told where its own went; else in the order in which they came. Where runs name
     * each other in a circle, as no tracker lets them, one of them is first.
     */
    static List<Tracker.Past> parentsFirst(List<Tracker.Past> runs) {
        Map<String, Tracker.Past> waiting = new LinkedHashMap<>();
        runs.forEach(run -> waiting.put(run.origin(), run));
        List<Tracker.Past> ordered = new ArrayList<>();
        for (Tracker.Past run : runs) {
            Deque<Tracker.Past> line = new ArrayDeque<>();
            for (Tracker.Past one = waiting.remove(run.origin()); one != null; ) {
                line.push(one);
                String above = one.tags().get(PARENT);
                one = above == null ? null : waiting.remove(origin(one, above));
            }
            ordered.addAll(line);
        }
        return ordered;
    }

    /** Of another run of the same tracker. */
    private static String origin(Tracker.Past past, String id) {
        return past.origin().substring(0, past.origin().lastIndexOf('/') + 1) + id;
    }

    /** The run's id here; as it was told where that one is not taken over. */
    private String parent(Tracker.Past past, String told, Consumer<String> left) {
        Optional<String> here = above.computeIfAbsent(origin(past, told), origin -> find(origin)
                .map(run -> run.path("id").asText()));
        return here.orElseGet(() -> {
            left.accept("runs above others that are not taken over themselves (" + PARENT + " stays as it was)");
            return told;
        });
    }

    private void dataset(String run, JsonNode given, Consumer<String> left) {
        ObjectNode input = given.deepCopy();
        if (input.toString().length() > LONGEST_DATASET) {
            left.accept("schemas and profiles of data sets that are longer than " + LONGEST_DATASET + " characters");
            if (input.path("dataset") instanceof ObjectNode said) {
                said.remove(List.of("schema", "profile"));
            }
        }
        ObjectNode body = JSON.createObjectNode().put("run_id", run);
        body.putArray("datasets").add(input);
        try {
            lab.again(API + "runs/log-inputs", body);
        } catch (Failure e) {
            if (e.exit() != Failure.BAD_INPUT) {
                throw e; // of the lab, or of the way to it
            }
            left.accept("data sets that the lab refuses: " + e.getMessage());
        }
    }

    private Optional<JsonNode> find(Tracker.Past past) {
        return find(past.origin());
    }

    private Optional<JsonNode> find(String origin) {
        String quoted = origin.replace("\\", "\\\\").replace("'", "\\'");
        String filter = LabApi.encode("tags." + ORIGIN + " = '" + quoted + "'");
        JsonNode items = lab.get("runs?archived=true&limit=1&filter=" + filter).path("items");
        return items.isEmpty() ? Optional.empty() : Optional.of(items.get(0));
    }

    private String create(Tracker.Past past) {
        String experiment = experiments.computeIfAbsent(past.experiment(), this::experiment);
        ObjectNode body = JSON.createObjectNode();
        body.put("experiment_id", experiment)
                .put("start_time", past.startedAt())
                .put("run_name", past.name());
        body.putArray("tags").addObject().put("key", ORIGIN).put("value", past.origin());
        return lab.post(API + "runs/create", body)
                .path("run")
                .path("info")
                .path("run_id")
                .asText();
    }

    private String experiment(String name) {
        return lab.find(API + "experiments/get-by-name?experiment_name=" + LabApi.encode(name))
                .map(found -> found.path("experiment").path("experiment_id"))
                .orElseGet(() -> lab.post(
                                API + "experiments/create",
                                JSON.createObjectNode().put("name", name))
                        .path("experiment_id"))
                .asText();
    }

    private static String upload(String run, String path) {
        StringBuilder encoded = new StringBuilder("../2.0/mlflow-artifacts/artifacts/0/" + run + "/artifacts");
        for (String part : path.split("/", -1)) {
            encoded.append('/').append(LabApi.encode(part));
        }
        return encoded.toString();
    }

    /** Sends when it is full. */
    private final class Batch {
        private final String run;
        private ArrayNode points = JSON.createArrayNode();
        private ObjectNode texts = JSON.createObjectNode();
        private final Consumer<String> left;
        private int textCount;

        Batch(String run, Consumer<String> left) {
            this.run = run;
            this.left = left;
        }

        void text(String kind, String key, String value) {
            texts.withArray(kind).addObject().put("key", key).put("value", value);
            if (++textCount == TEXTS) {
                send();
            }
        }

        void point(String key, double value, long millis, long step) {
            if (step < 0 || millis < 0) {
                left.accept("points before step 0 or before 1970 (metric " + key + ")");
                return;
            }
            ObjectNode point = points.addObject().put("key", key);
            if (Double.isFinite(value)) {
                point.put("value", value);
            } else {
                point.put("value", Double.toString(value));
            }
            point.put("timestamp", millis).put("step", step);
            if (points.size() == POINTS) {
                send();
            }
        }

        void send() {
            if (points.isEmpty() && textCount == 0) {
                return;
            }
            ObjectNode body = texts.put("run_id", run);
            body.set("metrics", points);
            // May be repeated: what is there already is left as it is.
            lab.again(API + "runs/log-batch", body);
            points = JSON.createArrayNode();
            texts = JSON.createObjectNode();
            textCount = 0;
        }
    }
}
