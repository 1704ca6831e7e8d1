package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.model.MethodSpec.Head;
import dev.runyard.spec.model.MethodSpec.Mixing;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.method.net.CentreMlp;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.InputResize;
import dev.runyard.vision.method.net.ResNet10;
import dev.runyard.vision.method.net.SmallNet;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.method.net.StoredTensors;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;
import dev.runyard.vision.tensor.TensorInfo;
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
     * @param logits [n, K, N]; null without a library
     * @param coefficients [n, K, N], mixed; null without a library
     * @param prompts [n, K, D]
     */
    public record Prompts(
            @Nullable NDArray logits, @Nullable NDArray coefficients, NDArray prompts) {}

    /**
     * New parameters and buffers of a spec's network.
     *
     * @param width D, of a prompt
     * @throws InvalidSpec when one tensor would hold more numbers than an array can
     */
    static State init(MethodSpec.Pgn spec, NDManager manager, long seed, int width) throws IOException {
        SmallNet net = SmallNet.of(spec.net(), spec.crop(), spec.hidden());
        Integer combination = spec.combinationWidth();
        int library = spec.head() == Head.LIBRARY ? spec.librarySize() : 0;
        long outputs = (long) spec.prompts() * (library == 0 ? width : library);
        if (outputs * (combination == null ? net.features() : combination) > Integer.MAX_VALUE) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    library == 0 ? "method.prompts" : "method.librarySize",
                    library == 0 ? spec.prompts() : library,
                    "makes a last layer of " + outputs + " outputs, too large for one tensor",
                    "lower method.prompts or method.librarySize");
        }
        State state = init(manager, seed, net, spec.prompts(), library, combination == null ? 0 : combination, width);
        net.begin(state, spec.netWeights());
        return state;
    }

    /** How many parameters {@link #init(MethodSpec.Pgn, NDManager, long, int)} makes. */
    static long parameters(MethodSpec.Pgn spec, long width) {
        long library = spec.head() == Head.LIBRARY ? spec.librarySize() : 0;
        long outputs = spec.prompts() * (library == 0 ? width : library);
        return library * width
                + SmallNet.of(spec.net(), spec.crop(), spec.hidden()).parameters(spec.combinationWidth(), outputs);
    }

    /** New parameters and buffers of the paper's: a ResNet10 with a library and one linear layer as its end. */
    public static State init(
            NDManager manager, long seed, List<Integer> channels, int prompts, int librarySize, int width) {
        return init(manager, seed, new ResNet10(channels), prompts, librarySize, 0, width);
    }

    /**
     * @param librarySize N, or 0 for prompts without a library
     * @param combination width of the end's hidden layer, or 0 for none
     */
    private static State init(
            NDManager manager, long seed, SmallNet net, int prompts, int librarySize, int combination, int width) {
        Init init = new Init(manager, seed);
        if (librarySize > 0) {
            init.normal(LIBRARY, LIBRARY_DEVIATION, librarySize, width);
        }
        net.init(init);
        if (combination > 0) {
            init.linear(SmallNet.COMBINATION, net.features(), combination);
        }
        int outputs = prompts * (librarySize > 0 ? librarySize : width);
        init.linear(net.output(), combination > 0 ? combination : net.features(), outputs);
        return State.of(init);
    }

    /** @param pixels [n, 3, H, W], normalised; resized to the network's resolution first */
    public Prompts forward(Tensors w, NDArray pixels, boolean training) {
        long n = pixels.getShape().get(0);
        NDArray outputs = // [n, K·N] or [n, K·D]
                Tape.part(() -> SmallNet.in(w).outputs(w, resize.apply(pixels), training));
        NDArray library = w.find(LIBRARY); // [N, D]
        if (library == null) {
            return new Prompts(
                    null, null, outputs.reshape(n, prompts, outputs.getShape().get(1) / prompts));
        }
        NDArray logits = outputs.reshape(n, prompts, library.getShape().get(0)); // [n, K, N]
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
            SmallNet net = SmallNet.find(n -> shape(in, n))
                    .filter(found -> in.has(found.output() + "weight"))
                    .orElseThrow(() -> new WeightsException(name + ": is not a prompt generation network: neither "
                            + ResNet10.STEM + "0.weight, model.conv1.weight nor " + CentreMlp.HIDDEN
                            + "weight with a last layer is there"));
            int outputs = axis(in, net.output() + "weight", 0);
            int size = in.has(LIBRARY) ? axis(in, LIBRARY, 0) : 0;
            int prompts = size > 0 ? outputs / size : declared(in, name);
            int width = size > 0 ? axis(in, LIBRARY, 1) : outputs / prompts;
            if (prompts < 1 || outputs != (long) prompts * (size > 0 ? size : width)) {
                throw new WeightsException(name + ": " + outputs + " outputs are not a multiple of "
                        + (size > 0 ? "the library's " + size + " tokens" : prompts + " prompts"));
            }
            String combination = SmallNet.COMBINATION + "weight";
            State fresh =
                    init(manager, 0, net, prompts, size, in.has(combination) ? axis(in, combination, 0) : 0, width);
            List<String> differences = new ArrayList<>();
            Map<String, NDArray> all = new LinkedHashMap<>(fresh.parameters());
            all.putAll(fresh.buffers());
            for (Map.Entry<String, NDArray> e : all.entrySet()) {
                // The count of batches says how long it was trained, not what it computes; some files lack it.
                if (in.has(e.getKey()) || !e.getKey().endsWith(".num_batches_tracked")) {
                    StoredTensors.fill(in, e.getKey(), e.getKey(), e.getValue(), differences);
                }
            }
            long more = in.tensors().keySet().stream()
                    .filter(extra ->
                            !all.containsKey(extra) && !extra.startsWith("classifier.") && !extra.startsWith("head."))
                    .count();
            if (more > 0) {
                differences.add(0, more + " of its tensors are not part of it (runyard weights inspect lists them)");
            }
            if (!differences.isEmpty()) {
                throw WeightsException.of(name, "a prompt generation network", differences);
            }
            return new Trained(new Tensors(all).and(Tensors.one(manager)), net, prompts, size, width);
        }
    }

    private static long[] shape(Safetensors in, String name) {
        TensorInfo info = in.tensors().get(name);
        return info == null ? SmallNet.NONE : info.shapeArray();
    }

    private static int axis(Safetensors in, String name, int axis) throws SafetensorsException {
        return in.info(name).axis(axis);
    }

    /** K as the file's own description says it; without a library the shapes leave it open. */
    private static int declared(Safetensors in, String name) throws WeightsException {
        String method = in.metadata().get("runyard.method");
        if (method != null && Json.read(Json.tree(method), MethodSpec.class) instanceof MethodSpec.Pgn pgn) {
            return pgn.prompts();
        }
        throw new WeightsException(name + ": is not a prompt generation network: " + LIBRARY
                + " is missing, and no runyard.method tells how many prompts it makes");
    }

    /** A network that was read: K, N (0 without a library) and D. */
    public record Trained(Tensors weights, SmallNet net, int prompts, int librarySize, int width) {}

    @Override
    public void close() {
        resize.close();
    }
}
