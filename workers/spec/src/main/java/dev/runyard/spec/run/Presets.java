package dev.runyard.spec.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The values of each {@link Preset} (science reference §2.1 and §9). They take the place of the defaults, so what a document says always
 * holds, and a value that does not fit to what it says (momentum beside adamw, a warm-up as long as all epochs) is left out. They are part
 * of the grammar: other values need a new version of it, since stored documents name the preset alone.
 */
final class Presets {
    static final String FIELD = "preset";

    /** Epochs from which on the released code's warm-up of 50 is not the greater part of them. */
    private static final int LONG = 100;

    private Presets() {}

    /** The document with its preset's values where it says nothing; itself when it names no preset. */
    static ObjectNode filled(ObjectNode document) {
        String name = document.path(FIELD).asText("");
        boolean released = name.equals("as-released");
        if (!released && !name.equals("paper")) {
            return document; // an unknown name is refused where the document is bound
        }
        ObjectNode out = document.deepCopy();
        String dataset = document.path("dataset").path("id").asText("");
        values(released, dataset)
                .forEach((path, value) -> fill(out, path, Json.mapper().valueToTree(value)));
        return out;
    }

    private static Map<String, Object> values(boolean released, String dataset) {
        Map<String, Object> out = new LinkedHashMap<>();
        if (!dataset.equals("shapes")) {
            out.put("dataset.fit", "train+val");
        }
        out.put("augment", dataset.equals("clevr_count") ? "clevr" : "pgn");
        out.put("optimizer.learningRate", 0.1);
        out.put("optimizer.momentum", 0.9);
        out.put("optimizer.weightDecay", 0);
        out.put("schedule.epochs", 500);
        out.put("schedule.warmupEpochs", 50);
        out.put("schedule.floor", released ? 0.01 : 0);
        out.put("batchSize", 128);
        if (released) {
            out.put("backbone.normalisation", "clip");
            out.put("select", "best-val-loss");
            out.put("validateOn", "test");
        }
        return out;
    }

    private static void fill(ObjectNode root, String path, JsonNode value) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            if (!root.hasNonNull(path)) {
                root.set(path, value);
            }
            return;
        }
        JsonNode at = root.path(path.substring(0, dot));
        String field = path.substring(dot + 1);
        if (!at.isMissingNode() && !at.isNull() && !at.isObject() || at.hasNonNull(field) || !fits(root, path)) {
            return;
        }
        ObjectNode object = at instanceof ObjectNode there ? there : root.putObject(path.substring(0, dot));
        object.set(field, value);
    }

    private static boolean fits(ObjectNode root, String path) {
        return switch (path) {
            case "dataset.fit" ->
                root.path("dataset").isObject()
                        && !root.path("dataset").hasNonNull("shots"); // a missing data set is the mistake to name
            case "optimizer.learningRate", "optimizer.momentum", "optimizer.weightDecay" ->
                root.path("optimizer").path("kind").asText("sgd").equals("sgd");
            case "schedule.warmupEpochs" ->
                root.path("schedule").path("epochs").asInt() > LONG
                        && !root.path("schedule").hasNonNull("warmupSteps");
            default -> true;
        };
    }
}
