package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.MethodSpec.Mixing;
import dev.runyard.vision.backbone.WeightsException;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Prompt Generation Network (paper §3, science reference §1): a small network looks at the image and gives K rows of N
 * coefficients; each row mixes the N tokens of a learned library into one prompt. Tensors are named as in the released checkpoints.
 */
public final class PromptNetwork implements AutoCloseable {
    /** Name of the token library, [N, D]. */
    public static final String LIBRARY = "tl_vectors";

    private static final double LIBRARY_DEVIATION = 0.02;

    private final int prompts;
    private final Mixing mixing;
    private final InputResize resize;

    /**
     * @param prompts K
     * @param resolution side of the image that the small network sees
     */
    public PromptNetwork(int prompts, int resolution, Mixing mixing, boolean antialias) {
        this.prompts = prompts;
        this.mixing = mixing;
        this.resize = new InputResize(resolution, antialias);
    }

    /**
     * What it makes of a batch.
     *
     * @param logits [n, K, N]; null where no library is mixed
     * @param coefficients [n, K, N], mixed; null likewise
     * @param prompts [n, K, D]
     */
    public record Prompts(
            @Nullable NDArray logits, @Nullable NDArray coefficients, NDArray prompts) {}

    /** New parameters and buffers. */
    public static ResNet10.State init(
            NDManager manager, long seed, List<Integer> channels, int prompts, int librarySize, int width) {
        Init library = new Init(manager, seed);
        library.normal(LIBRARY, LIBRARY_DEVIATION, librarySize, width);
        ResNet10.State net = ResNet10.init(manager, seed, channels, prompts * librarySize);
        Map<String, NDArray> parameters = new LinkedHashMap<>(library.parameters());
        parameters.putAll(net.parameters());
        return new ResNet10.State(parameters, net.buffers());
    }

    /** @param pixels [n, 3, H, W], normalised; resized to the network's resolution first */
    public Prompts forward(Tensors w, NDArray pixels, boolean training) {
        NDArray library = w.get(LIBRARY); // [N, D]
        long n = pixels.getShape().get(0);
        NDArray logits = ResNet10.forward(w, resize.apply(pixels), training)
                .reshape(n, prompts, library.getShape().get(0)); // [n, K, N]
        NDArray coefficients = mixing == Mixing.SOFTMAX ? logits.softmax(-1) : Nn.sigmoid(logits);
        return new Prompts(logits, coefficients, coefficients.matMul(library));
    }

    /** The pixels as the small network sees them. */
    public NDArray resized(NDArray pixels) {
        return resize.apply(pixels);
    }

    /**
     * A trained network, as Runyard or the authors name its tensors; tensors of a classifier beside it are left alone.
     *
     * @throws WeightsException with the first differences when it is not one
     */
    public static Trained read(Path file, NDManager manager) throws IOException {
        try (Safetensors in = Safetensors.open(file)) {
            String name = String.valueOf(file.getFileName());
            for (String needed : List.of(LIBRARY, ResNet10.OUTPUT + "weight", "model.input_net.0.weight")) {
                if (!in.has(needed)) {
                    throw new WeightsException(
                            name + ": is not a prompt generation network: " + needed + " is missing");
                }
            }
            List<Integer> channels = new ArrayList<>();
            for (int i = 0; in.has("model.blocks." + i + ".net.0.weight"); i++) {
                channels.add(in.info("model.blocks." + i + ".net.0.weight").axis(0));
            }
            int size = in.info(LIBRARY).axis(0);
            int width = in.info(LIBRARY).axis(1);
            int outputs = in.info(ResNet10.OUTPUT + "weight").axis(0);
            if (channels.isEmpty() || size < 1 || outputs % size != 0) {
                throw new WeightsException(
                        name + ": " + outputs + " outputs are not a multiple of the library's " + size + " tokens");
            }
            ResNet10.State fresh = init(manager, 0, channels, outputs / size, size, width);
            List<String> differences = new ArrayList<>();
            Map<String, NDArray> all = new LinkedHashMap<>(fresh.parameters());
            all.putAll(fresh.buffers());
            for (Map.Entry<String, NDArray> e : all.entrySet()) {
                // The count of batches says how long it was trained, not what it computes; some files lack it.
                if (in.has(e.getKey()) || !e.getKey().endsWith(".num_batches_tracked")) {
                    StoredTensors.fill(in, e.getKey(), e.getKey(), e.getValue(), differences);
                }
            }
            for (String extra : in.tensors().keySet()) {
                if (!all.containsKey(extra) && !extra.startsWith("classifier.") && !extra.startsWith("head.")) {
                    differences.add(extra + " is not part of it");
                }
            }
            if (!differences.isEmpty()) {
                throw WeightsException.of(name, "a prompt generation network", differences);
            }
            return new Trained(new Tensors(all).and(Tensors.one(manager)), channels, outputs / size, size, width);
        }
    }

    /** A network that was read: K, N and D. */
    public record Trained(Tensors weights, List<Integer> channels, int prompts, int librarySize, int width) {}

    @Override
    public void close() {
        resize.close();
    }
}
