package dev.runyard.vision.method.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.method.net.StoredTensors;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A frozen DINO head as classifier (science reference §1.3; released code, pgn/lightning/pgn_dino.py): three layers with GELU between,
 * L2-normalised, times one prototype a class, drawn by the seed out of those of the head. The sizes are read from the tensors.
 *
 * @param layers weight and bias of {@code mlp.0}, {@code mlp.2} and so on
 * @param prototypes [C, bottleneck]
 */
public record Prototypes(List<Layer> layers, NDArray prototypes) implements Classifier {
    /** No epoch: batches and augmentations count theirs from 0, first values have -1. */
    private static final long PURPOSE = -3;

    private static final List<String> PREFIXES =
            List.of("", "module.head.", "head.", "student.module.head.", "student.head.", "teacher.head.");

    /** One linear layer. */
    record Layer(NDArray weight, NDArray bias) {}

    @Override
    public Map<String, NDArray> parameters() {
        return Map.of();
    }

    @Override
    public NDArray scores(Tensors w, NDArray embedding) {
        NDArray x = embedding;
        for (int i = 0; i < layers.size(); i++) {
            x = i == 0 ? x : Nn.gelu(x);
            x = Nn.linear(x, layers.get(i).weight, layers.get(i).bias);
        }
        return Nn.linear(x.normalize(2, 1), prototypes, null);
    }

    /**
     * @param classes at most as many as the head has prototypes
     * @throws WeightsException when the file holds no DINO head, or none for embeddings of this length
     */
    public static Prototypes read(NDManager manager, Path file, FrozenBackbone backbone, int classes, long seed)
            throws IOException {
        String name = String.valueOf(file.getFileName());
        if (!Files.isRegularFile(file)) {
            throw new WeightsException("classifier.head: there is no file " + file);
        }
        try (Safetensors in = Safetensors.open(file)) {
            String prefix = PREFIXES.stream()
                    .filter(p -> in.has(p + "mlp.0.weight"))
                    .findFirst()
                    .orElseThrow(() -> new WeightsException(name + ": holds no DINO head: mlp.0.weight is missing"));
            List<String> differences = new ArrayList<>();
            List<Layer> layers = new ArrayList<>();
            long width = backbone.shape().embedding();
            for (int i = 0; in.has(prefix + "mlp." + i + ".weight"); i += 2) {
                String layer = prefix + "mlp." + i + ".";
                List<Long> shape = in.info(layer + "weight").shape();
                if (shape.size() != 2 || shape.get(1) != width) {
                    differences.add(layer + "weight has shape " + shape + ", wanted [*, " + width + "]");
                    break;
                }
                width = shape.get(0);
                NDArray bias = manager.zeros(new Shape(width));
                StoredTensors.fill(in, layer + "bias", layer + "bias", bias, differences);
                layers.add(new Layer(
                        Torch.floats(
                                manager,
                                in.finiteFloats(layer + "weight"),
                                in.info(layer + "weight").shapeArray()),
                        bias));
            }
            String last = prefix + "last_layer.";
            String direction = in.has(last + "weight_v") ? last + "weight_v" : last + "weight";
            if (differences.isEmpty()
                    && (!in.has(direction) || in.info(direction).axis(1) != width)) {
                differences.add(direction
                        + (in.has(direction)
                                ? " has shape " + in.info(direction).shape()
                                : " is missing") + ", wanted [*, " + width + "]");
            }
            if (!differences.isEmpty()) {
                throw WeightsException.of(
                        name,
                        "a DINO head for embeddings of " + backbone.shape().embedding(),
                        differences);
            }
            return new Prototypes(layers, drawn(manager, in, last, direction, classes, seed, name));
        }
    }

    /** Rows of the weight-normalised last layer: g·v/|v|. */
    private static NDArray drawn(
            NDManager manager, Safetensors in, String last, String direction, int classes, long seed, String name)
            throws IOException {
        int all = in.info(direction).axis(0);
        int width = in.info(direction).axis(1);
        if (all < classes) {
            throw new WeightsException(name + ": has " + all + " prototypes for " + classes + " classes");
        }
        float[] v = in.finiteFloats(direction);
        boolean normed = direction.endsWith("_v");
        float[] g = normed && in.has(last + "weight_g") ? in.finiteFloats(last + "weight_g") : new float[0];
        int[] order = new Draws(seed, PURPOSE, "prototypes".hashCode()).order(0, all);
        float[] out = new float[classes * width];
        for (int c = 0; c < classes; c++) {
            int row = order[c];
            double squares = 0;
            for (int i = 0; i < width; i++) {
                squares += (double) v[row * width + i] * v[row * width + i];
            }
            double factor = normed ? (g.length > row ? g[row] : 1) / Math.sqrt(squares) : 1;
            for (int i = 0; i < width; i++) {
                out[c * width + i] = (float) (v[row * width + i] * factor);
            }
        }
        return Torch.floats(manager, out, classes, width);
    }
}
