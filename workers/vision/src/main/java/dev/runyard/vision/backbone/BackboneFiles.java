package dev.runyard.vision.backbone;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.backbone.weights.Entry;
import dev.runyard.vision.backbone.weights.Layout;
import dev.runyard.vision.backbone.weights.Layout.Parts;
import dev.runyard.vision.backbone.weights.Layout.Sizes;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes a backbone as {@code weights.safetensors}, in half precision and in its naming, with the {@code config.json} that says what
 * the tensors leave open. What is written is read again by {@link FrozenBackbone}.
 */
public final class BackboneFiles {
    /** The weights' file. */
    public static final String WEIGHTS = "weights.safetensors";

    /** The file beside it. */
    public static final String CONFIG = "config.json";

    private final VitShape shape;
    private final Tensors weights;
    private final Map<String, NDArray> further = new LinkedHashMap<>();
    private final ObjectNode config = Json.mapper().createObjectNode();

    /** @param weights by the transformer's names; what is no part of a backbone of this shape is left out */
    public BackboneFiles(VitShape shape, Tensors weights) {
        this.shape = shape;
        this.weights = weights;
        config.put("naming", shape.naming().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        config.put("patch", shape.patch());
        config.put("width", shape.width());
        config.put("layers", shape.depth());
        config.put("heads", shape.heads());
        config.put("image_size", shape.imageSize());
        config.put("activation", shape.activation() == Activation.GELU ? "gelu" : "quick_gelu");
        config.put("eps", shape.eps());
        config.put("pooling", "token");
        config.put("classes", shape.classes());
        config.putPOJO("mean", shape.mean());
        config.putPOJO("std", shape.std());
        config.put("interpolation", shape.transform().filter().name().toLowerCase(Locale.ROOT));
        config.put("crop_pct", shape.transform().crop());
    }

    /** Names of the classes of its head. */
    public BackboneFiles labels(List<String> classNames) {
        config.putPOJO("labels", classNames);
        return this;
    }

    /** More for the configuration. */
    public BackboneFiles config(Consumer<ObjectNode> addition) {
        addition.accept(config);
        return this;
    }

    /** One more tensor, by its name in the file. */
    public BackboneFiles and(String name, NDArray array) {
        further.put(name, array);
        return this;
    }

    /** Returns the names of the files. */
    public List<String> write(Path folder) throws IOException {
        Files.createDirectories(folder);
        SafetensorsWriter out = new SafetensorsWriter();
        for (Entry entry : entries()) {
            put(out, entry, weights.get(entry.name()));
        }
        further.forEach((name, array) -> out.halves(name, array.getShape().getShape(), Torch.read(array)));
        out.write(folder.resolve(WEIGHTS));
        Files.writeString(
                folder.resolve(CONFIG),
                Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
        return List.of(WEIGHTS, CONFIG);
    }

    private List<Entry> entries() {
        NDArray mlp = weights.get("blocks.0.mlp.fc1.weight");
        Sizes sizes = new Sizes(
                shape.width(),
                shape.patch(),
                shape.tokens(),
                shape.depth(),
                mlp.getShape().get(0),
                shape.embedding(),
                shape.classes());
        Parts parts = new Parts(
                weights.has("patch_embed.bias"),
                weights.has("norm_pre.weight"),
                weights.has("projection"),
                weights.has("head.weight"),
                weights.has("head.bias"));
        return Layout.entries(shape.naming(), sizes, parts, false);
    }

    /** Takes a tensor apart again where the naming keeps several for it, and turns it where the naming has it the other way. */
    private static void put(SafetensorsWriter out, Entry entry, NDArray array) {
        float[] values = Torch.read((entry.transposed() ? array.transpose() : array));
        int count = entry.sources().size();
        List<Long> part = new ArrayList<>(entry.shape());
        part.set(0, part.get(0) / count);
        long[] shape = part.stream().mapToLong(Long::longValue).toArray();
        int length = values.length / count;
        for (int i = 0; i < count; i++) {
            float[] own = java.util.Arrays.copyOfRange(values, i * length, (i + 1) * length);
            out.halves(entry.sources().get(i), shape, own);
        }
    }
}
