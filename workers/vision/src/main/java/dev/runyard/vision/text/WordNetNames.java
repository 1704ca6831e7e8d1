package dev.runyard.vision.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.vision.backbone.weights.WeightFiles;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.data.layout.ImageNet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What ImageNet's classes are called, from a file in one of the forms that are at hand: {@code {"0": ["n01440764", "tench"]}} of Keras,
 * {@code {"n01440764": "tench"}}, 1000 names in class order, or CLIP's {@code {"ImageNet": {"classes": [...]}}} with such a list.
 */
record WordNetNames(String file, Map<String, String> byId) {
    private static final int LARGEST = 16 << 20;
    private static final String ID = "n\\d{8}";

    /** @throws WeightsException when the file has another form, or does not name all of the 1000 classes */
    static WordNetNames read(Path path) throws IOException {
        String file = String.valueOf(path.getFileName());
        JsonNode root = WeightFiles.json(path, LARGEST);
        JsonNode list = root.path("ImageNet").path("classes").isArray()
                ? root.path("ImageNet").path("classes")
                : root;
        Map<String, String> byId = list.isArray() ? ordered(list) : keyed(root);
        List<String> missing =
                ImageNet.wnids().stream().filter(id -> !byId.containsKey(id)).toList();
        if (!missing.isEmpty()) {
            throw new WeightsException(file + ": names " + (ImageNet.CLASSES - missing.size()) + " of ImageNet's "
                    + ImageNet.CLASSES + " classes (not " + missing.get(0)
                    + "); wanted are 1000 names in class order, or a name for each WordNet id");
        }
        return new WordNetNames(file, byId);
    }

    private static Map<String, String> ordered(JsonNode list) {
        Map<String, String> out = new HashMap<>();
        List<String> ids = ImageNet.wnids();
        for (int i = 0; i < ids.size() && list.size() == ids.size(); i++) {
            put(out, ids.get(i), list.get(i));
        }
        return out;
    }

    private static Map<String, String> keyed(JsonNode root) {
        Map<String, String> out = new HashMap<>();
        root.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            if (value.isArray() && value.size() == 2) {
                put(out, value.get(0).asText(), value.get(1));
            } else if (entry.getKey().matches(ID)) {
                put(out, entry.getKey(), value);
            }
        });
        return out;
    }

    private static void put(Map<String, String> out, String id, JsonNode name) {
        if (name.isTextual() && !name.asText().isBlank()) {
            out.put(id, name.asText());
        }
    }

    /** The classes' names where they are WordNet ids; others stay. */
    List<String> named(List<String> classes) {
        return classes.stream().map(name -> byId.getOrDefault(name, name)).toList();
    }
}
