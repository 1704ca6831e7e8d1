package dev.runyard.vision.convert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.runyard.spec.Sha256;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.tensor.DType;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.TensorInfo;
import dev.runyard.vision.text.TextShape;
import dev.runyard.vision.text.TextTower;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a safetensors file is, told by the names and shapes of its tensors without reading any.
 *
 * @param sha256 of the whole file, hex
 * @param bytes of the whole file
 * @param parameters numbers in all its tensors
 * @param types how many tensors have each number type
 * @param models that it holds; empty when it is none that Runyard knows
 */
public record Contents(String sha256, long bytes, long parameters, Map<DType, Integer> types, List<Held> models) {
    private static final String LIBRARY = "tl_vectors";

    /**
     * One model of a file.
     *
     * @param kind vision tower, text tower, prompt generation network, DINO head, classifier, text features
     * @param naming whose names its tensors have
     * @param sizes by their names, numbers or words
     * @param fault what keeps it from being used; empty when nothing does
     */
    public record Held(String kind, String naming, Map<String, Object> sizes, String fault) {}

    /** @throws IOException when the file cannot be read, also with the faults of a damaged safetensors file */
    public static Contents of(Path file, Safetensors in) throws IOException {
        Map<DType, Integer> types = new TreeMap<>();
        long parameters = 0;
        for (TensorInfo tensor : in.tensors().values()) {
            types.merge(tensor.dtype(), 1, Integer::sum);
            parameters += tensor.elements();
        }
        List<Held> models = new ArrayList<>();
        vision(file, in).ifPresent(models::add);
        text(file, in).ifPresent(models::add);
        network(in).ifPresent(models::add);
        for (String prefix : List.of("", "head.")) {
            dinoHead(in, prefix).ifPresent(models::add);
        }
        matrix(in, "classifier", "classifier.weight").ifPresent(models::add);
        matrix(in, "text features", "text_features").ifPresent(models::add);
        return new Contents(Sha256.of(file), Files.size(file), parameters, types, models);
    }

    private static Optional<Held> vision(Path file, Safetensors in) throws IOException {
        try {
            return FrozenBackbone.describe(name(file), in, file.resolveSibling("config.json"))
                    .map(Contents::vision);
        } catch (WeightsException e) {
            return Optional.of(faulty("vision tower", e));
        }
    }

    private static Held vision(FrozenBackbone.Described described) {
        VitShape s = described.shape();
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("image", s.imageSize());
        sizes.put("patch", s.patch());
        sizes.put("width", s.width());
        sizes.put("blocks", s.depth());
        sizes.put("heads", s.heads());
        sizes.put("activation", s.activation().name().toLowerCase(Locale.ROOT));
        sizes.put("eps", s.eps());
        sizes.put("embedding", s.embedding());
        if (s.classes() > 0) {
            sizes.put("classes", s.classes());
        }
        assumed(sizes, described.assumed());
        String naming =
                switch (s.naming()) {
                    case OPENAI_CLIP -> "OpenAI's CLIP";
                    case HF_CLIP -> "Hugging Face's CLIP";
                    case TIMM -> "timm and DINO";
                    case TORCHVISION -> "torchvision";
                    case HF_DINOV2 -> "Hugging Face's DINOv2";
                };
        return new Held("vision tower", naming, sizes, "");
    }

    private static Optional<Held> text(Path file, Safetensors in) throws IOException {
        try {
            String naming = in.has("token_embedding.weight") ? "OpenAI's CLIP" : "Hugging Face's CLIP";
            return TextTower.describe(name(file), in, file.resolveSibling("config.json"))
                    .map(described -> text(naming, described));
        } catch (WeightsException e) {
            return Optional.of(faulty("text tower", e));
        }
    }

    private static Held text(String naming, TextTower.Described described) {
        TextShape s = described.shape();
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("vocabulary", s.vocabulary());
        sizes.put("context", s.context());
        sizes.put("width", s.width());
        sizes.put("blocks", s.depth());
        sizes.put("heads", s.heads());
        sizes.put("embedding", s.embedding());
        assumed(sizes, described.assumed());
        return new Held("text tower", naming, sizes, "");
    }

    /** What no file says is told apart from what one does. */
    private static void assumed(Map<String, Object> sizes, List<String> assumed) {
        if (!assumed.isEmpty()) {
            sizes.put("assumed", String.join("; ", assumed));
        }
    }

    /** The last layer of each small network. */
    private static final Map<String, String> LAST_LAYERS = Map.of(
            "model.output_net.2.weight", "resnet10",
            "model.fc.weight", "resnet18",
            "model.output.weight", "mlp");

    /**
     * By the authors' names, which are Runyard's too: K from the last layer, N and D from the library. Without a library, the note on
     * the method that Runyard writes tells how many prompts it makes.
     */
    private static Optional<Held> network(Safetensors in) throws IOException {
        String net = "";
        long outputs = 0;
        for (Map.Entry<String, String> last : LAST_LAYERS.entrySet()) {
            if (in.has(last.getKey()) && !in.info(last.getKey()).shape().isEmpty()) {
                net = last.getValue();
                outputs = in.info(last.getKey()).shape().get(0);
            }
        }
        boolean library = in.has(LIBRARY) && in.info(LIBRARY).shape().size() == 2;
        JsonNode method = method(in);
        boolean direct = !library && method.path("kind").asText().equals("pgn");
        if (!library && !direct) {
            return Optional.empty();
        }
        long n = library ? in.info(LIBRARY).shape().get(0) : 1;
        long k = library ? outputs / Math.max(1, n) : method.path("prompts").asLong();
        Map<String, Object> sizes = new LinkedHashMap<>();
        if (!net.isEmpty()) {
            sizes.put("net", net);
        }
        sizes.put("K", k);
        if (library) {
            sizes.put("N", n);
        }
        sizes.put("D", library ? in.info(LIBRARY).shape().get(1) : outputs / Math.max(1, k));
        boolean whole = k > 0 && n > 0 && outputs % (library ? n : k) == 0;
        String fault = whole ? "" : "its last layer of " + outputs + " outputs does not give K rows of N coefficients";
        return Optional.of(new Held("prompt generation network", "the authors and Runyard", sizes, fault));
    }

    /** The method that a trained file notes; missing when there is none. */
    private static JsonNode method(Safetensors in) {
        try {
            return new ObjectMapper().readTree(in.metadata().getOrDefault("runyard.method", "{}"));
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private static Optional<Held> dinoHead(Safetensors in, String prefix) throws IOException {
        String last = in.has(prefix + "last_layer.weight_v") ? "last_layer.weight_v" : "last_layer.weight";
        if (!isMatrix(in, prefix + "mlp.0.weight") || !isMatrix(in, prefix + last)) {
            return Optional.empty();
        }
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("width", in.info(prefix + "mlp.0.weight").shape().get(1));
        sizes.put("prototypes", in.info(prefix + last).shape().get(0));
        return Optional.of(new Held("DINO head", prefix.isEmpty() ? "DINO" : "DINO, behind " + prefix, sizes, ""));
    }

    private static boolean isMatrix(Safetensors in, String name) throws IOException {
        return in.has(name) && in.info(name).shape().size() == 2;
    }

    private static Optional<Held> matrix(Safetensors in, String kind, String name) throws IOException {
        if (!isMatrix(in, name)) {
            return Optional.empty();
        }
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("classes", in.info(name).shape().get(0));
        sizes.put("embedding", in.info(name).shape().get(1));
        return Optional.of(new Held(kind, "Runyard", sizes, ""));
    }

    private static Held faulty(String kind, WeightsException e) {
        return new Held(kind, "unknown", Map.of(), String.valueOf(e.getMessage()));
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
