package dev.runyard.vision.backbone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.runyard.vision.backbone.VitShape.Activation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The {@code config.json} beside the weights, as far as the tensors leave something open. Understands Runyard's own flat form, Hugging
 * Face's {@code vision_config} and {@code text_config}, and timm's {@code model_args} and {@code pretrained_cfg}. Every field may be
 * missing.
 */
public final class BackboneConfig {
    private static final long LARGEST = 1 << 20;

    private final Path file;
    private final List<JsonNode> places = new ArrayList<>();

    private final JsonNode root;

    private BackboneConfig(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
        for (String place : List.of("fields", "vision_config", "model_args", "pretrained_cfg", "constructor")) {
            if (root.path(place).isObject()) {
                places.add(root.path(place));
            }
        }
        places.add(root);
    }

    private BackboneConfig(BackboneConfig whole, List<JsonNode> places) {
        this.file = whole.file;
        this.root = whole.root;
        this.places.addAll(places);
    }

    /** What the file says of the model's text tower alone. */
    public BackboneConfig text() {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode place : List.of(root.path("text"), root.path("fields").path("text"), root.path("text_config"))) {
            if (place.isObject()) {
                found.add(place);
            }
        }
        if (root.path("model_type").asText().equals("clip_text_model")) {
            found.add(root);
        }
        return new BackboneConfig(this, found);
    }

    /** Whether the file has the form of Hugging Face's CLIP, where what is missing has a default. */
    public boolean huggingFaceText() {
        return root.path("text_config").isObject()
                || root.path("model_type").asText().equals("clip_text_model");
    }

    /** An empty one when the file does not exist. */
    public static BackboneConfig read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new BackboneConfig(file, MissingNode.getInstance());
        }
        if (Files.size(file) > LARGEST) {
            throw new WeightsException(file.getFileName() + ": is larger than 1 MiB");
        }
        try {
            return new BackboneConfig(file, new ObjectMapper().readTree(Files.readAllBytes(file)));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new WeightsException(file.getFileName() + ": is not JSON: " + e.getOriginalMessage());
        }
    }

    public OptionalInt heads() throws WeightsException {
        return whole("heads", "num_attention_heads", "num_heads");
    }

    /** Hugging Face's {@code eos_token_id}. */
    public OptionalInt endToken() throws WeightsException {
        return whole(0, Integer.MAX_VALUE, "eos_token_id");
    }

    OptionalInt imageSize() throws WeightsException {
        return whole("image_size", "image", "img_size");
    }

    OptionalInt patch() throws WeightsException {
        return whole("patch", "patch_size");
    }

    public OptionalDouble eps() throws WeightsException {
        for (JsonNode node : found("eps", "layer_norm_eps")) {
            if (!node.isNumber() || !(node.doubleValue() > 0) || node.doubleValue() > 1) {
                throw wrong("eps", node, "a number in (0, 1]");
            }
            return OptionalDouble.of(node.doubleValue());
        }
        return OptionalDouble.empty();
    }

    public Optional<Activation> activation() throws WeightsException {
        for (JsonNode node : found("activation", "hidden_act", "act_layer")) {
            String text = node.asText().toLowerCase(Locale.ROOT);
            if (text.startsWith("quick_gelu") || text.startsWith("quickgelu")) {
                return Optional.of(Activation.QUICK_GELU);
            }
            if (text.equals("gelu") || text.equals("gelu (erf)")) {
                return Optional.of(Activation.GELU);
            }
            throw wrong("activation", node, "quick_gelu or gelu");
        }
        return Optional.empty();
    }

    Optional<List<Double>> channels(String mean) throws WeightsException {
        for (JsonNode node : found(mean, "image_" + mean)) {
            List<Double> out = new ArrayList<>();
            node.forEach(v -> out.add(v.isNumber() ? v.doubleValue() : Double.NaN));
            boolean good = out.size() == 3 && out.stream().allMatch(Double::isFinite);
            if (!good || (mean.equals("std") && out.stream().anyMatch(v -> v <= 0))) {
                throw wrong(mean, node, "three numbers");
            }
            return Optional.of(List.copyOf(out));
        }
        return Optional.empty();
    }

    private OptionalInt whole(String... names) throws WeightsException {
        return whole(1, 100_000, names);
    }

    private OptionalInt whole(int least, int most, String... names) throws WeightsException {
        for (JsonNode node : found(names)) {
            JsonNode value = node.isArray() && !node.isEmpty() ? node.get(0) : node;
            if (!value.isIntegralNumber() || value.longValue() < least || value.longValue() > most) {
                throw wrong(names[0], node, "a whole number from " + least);
            }
            return OptionalInt.of(value.intValue());
        }
        return OptionalInt.empty();
    }

    private List<JsonNode> found(String... names) {
        List<JsonNode> out = new ArrayList<>();
        for (JsonNode place : places) {
            for (String name : names) {
                if (place.has(name) && !place.get(name).isNull()) {
                    out.add(place.get(name));
                }
            }
        }
        return out;
    }

    private WeightsException wrong(String field, JsonNode value, String wanted) {
        String shown = value.toString();
        return new WeightsException(file.getFileName() + ": " + field + " is "
                + (shown.length() > 60 ? shown.substring(0, 60) + "…" : shown) + ", wanted " + wanted);
    }
}
