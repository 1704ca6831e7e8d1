package dev.runyard.vision.tensor;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.vision.file.Gate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Hugging Face's index of a model in several files: {@code {"weight_map": {"tensor": "model-00001-of-00002.safetensors"}}}. The files lie
 * beside it.
 *
 * @param file of the index, for messages
 * @param places file by tensor
 */
record ShardIndex(String file, Map<String, String> places) {
    static final String ENDING = ".safetensors.index.json";

    private static final long LARGEST = 64 << 20;
    private static final int MOST = 1_000;
    private static final Gate GATE = new Gate(SafetensorsException::new);

    /** @throws SafetensorsException ST_BAD_INDEX */
    static ShardIndex read(Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        JsonNode map;
        try {
            map = new ObjectMapper().readTree(GATE.whole(path, LARGEST)).path("weight_map");
        } catch (JacksonException e) {
            throw bad(name, "is not JSON");
        }
        Map<String, String> places = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String shard = entry.getValue().asText();
            if (!shard.matches("[A-Za-z0-9_.-]{1,200}\\.safetensors")) {
                throw bad(name, "names a file that is not a plain name of a safetensors file beside it");
            }
            places.put(entry.getKey(), shard);
        }
        int prefix = ParallelNames.prefix(places.keySet()).length(); // which the files' names lose too
        Map<String, String> plain = new LinkedHashMap<>();
        places.forEach((tensor, shard) -> plain.put(tensor.substring(prefix), shard));
        ShardIndex index = new ShardIndex(name, plain);
        if (places.isEmpty() || index.files().size() > MOST) {
            throw bad(name, "has no weight_map of 1 to " + MOST + " files");
        }
        return index;
    }

    /** Names of the files, each once. */
    Set<String> files() {
        return new TreeSet<>(places.values());
    }

    void check(String tensor, String shard) throws SafetensorsException {
        if (!shard.equals(places.get(tensor))) {
            throw bad(
                    file,
                    "does not say that " + shard + " holds one of its tensors; the parts are of different models");
        }
    }

    void checkAll(Set<String> found) throws SafetensorsException {
        long missing =
                places.keySet().stream().filter(name -> !found.contains(name)).count();
        if (missing > 0) {
            throw bad(file, "names " + missing + " tensors that its files do not hold");
        }
    }

    private static SafetensorsException bad(String name, String why) {
        return new SafetensorsException("ST_BAD_INDEX", name + ": " + why + "; fetch the model anew");
    }
}
