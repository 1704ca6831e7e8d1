package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.Json;
import dev.runyard.spec.PretrainSpec;
import dev.runyard.vision.backbone.VisionTransformer;
import dev.runyard.vision.backbone.VitShape;
import dev.runyard.vision.backbone.VitShape.Activation;
import dev.runyard.vision.backbone.VitShape.Naming;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A small vision transformer that learns from scratch, supervised; what comes out is a backbone in timm's naming. */
public final class NewVit implements Model {
    /** Of the class token and the positions. */
    private static final double TOKEN_DEVIATION = 0.1;

    private static final List<Double> HALF = List.of(.5, .5, .5);
    private static final int MLP_RATIO = 4;

    private final VitShape shape;
    private final VisionTransformer transformer;
    private final NDManager manager = Torch.manager();
    private final Tensors parameters;
    private final Tensors buffers = new Tensors(Map.of());

    /**
     * Weights N(0, 1/inputs) cut at two deviations, biases 0, norms 1 and 0. The usual 0.02 suits wide models and adaptive optimisers;
     * at these widths SGD would hardly leave the start with it.
     */
    public NewVit(PretrainSpec spec, List<Double> mean, List<Double> std, int classes, long seed) {
        int width = spec.width();
        shape = new VitShape(
                Naming.TIMM,
                spec.patch(),
                width,
                spec.depth(),
                spec.heads(),
                spec.imageSize(),
                Activation.GELU,
                1e-6,
                mean,
                std,
                width,
                classes);
        transformer = new VisionTransformer(shape);
        Init init = new Init(manager, seed);
        weight(init, "patch_embed", width, 3, spec.patch(), spec.patch());
        init.clippedNormal("cls_token", TOKEN_DEVIATION, 1, 1, width);
        init.clippedNormal("pos_embed", TOKEN_DEVIATION, 1, shape.tokens(), width);
        for (int i = 0; i < spec.depth(); i++) {
            String name = "blocks." + i + ".";
            norm(init, name + "norm1", width);
            weight(init, name + "attn.qkv", 3L * width, width);
            weight(init, name + "attn.proj", width, width);
            norm(init, name + "norm2", width);
            weight(init, name + "mlp.fc1", (long) MLP_RATIO * width, width);
            weight(init, name + "mlp.fc2", width, (long) MLP_RATIO * width);
        }
        norm(init, "norm", width);
        weight(init, "head", classes, width);
        parameters = new Tensors(init.parameters());
    }

    /** With mean and deviation one half, as timm's own. */
    public NewVit(PretrainSpec spec, int classes, long seed) {
        this(spec, HALF, HALF, classes, seed);
    }

    private static void weight(Init init, String name, long... shape) {
        long inputs = 1;
        for (int i = 1; i < shape.length; i++) {
            inputs *= shape[i];
        }
        init.clippedNormal(name + ".weight", 1 / Math.sqrt(inputs), shape);
        init.constant(name + ".bias", 0, shape[0]);
    }

    private static void norm(Init init, String name, long width) {
        init.constant(name + ".weight", 1, width);
        init.constant(name + ".bias", 0, width);
    }

    public VitShape shape() {
        return shape;
    }

    @Override
    public Tensors parameters() {
        return parameters;
    }

    @Override
    public Tensors buffers() {
        return buffers;
    }

    @Override
    public NDArray scores(Tensors leaves, NDArray pixels, boolean training) {
        return transformer.head(
                leaves, transformer.encode(leaves, pixels, null, false).embedding());
    }

    /** Writes {@code weights.safetensors} in half precision and the {@code config.json} that belongs to it. */
    public void write(Path folder, List<String> classNames) throws IOException {
        Files.createDirectories(folder);
        SafetensorsWriter out = new SafetensorsWriter();
        parameters.byName().forEach((name, array) -> {
            String timm = name.startsWith("patch_embed.") ? name.replace("patch_embed.", "patch_embed.proj.") : name;
            out.halves(timm, array.getShape().getShape(), array.toFloatArray());
        });
        out.write(folder.resolve("weights.safetensors"));
        ObjectNode config = Json.mapper().createObjectNode();
        config.put("naming", "timm");
        config.put("patch", shape.patch());
        config.put("width", shape.width());
        config.put("layers", shape.depth());
        config.put("heads", shape.heads());
        config.put("image_size", shape.imageSize());
        config.put("activation", "gelu");
        config.put("eps", shape.eps());
        config.put("pooling", "token");
        config.put("classes", shape.classes());
        config.putPOJO("mean", shape.mean());
        config.putPOJO("std", shape.std());
        config.putPOJO("labels", classNames);
        Files.writeString(
                folder.resolve("config.json"),
                Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
    }

    @Override
    public void close() {
        manager.close();
        transformer.close();
    }
}
