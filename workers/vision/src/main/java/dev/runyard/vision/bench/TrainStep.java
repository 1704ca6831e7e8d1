package dev.runyard.vision.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import dev.runyard.spec.model.BackboneSpec.Precision;
import dev.runyard.spec.model.MethodSpec.Mixing;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.vision.backbone.vit.Encoder;
import dev.runyard.vision.backbone.vit.VisionTransformer;
import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.method.PromptNetwork;
import dev.runyard.vision.method.net.Init;
import dev.runyard.vision.method.net.ResNet10;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.optim.Sgd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * PGN (K = 16, N = 256, ResNet10 at 224 px) on a ViT-B/32, or a ViT-Ti/16, with random weights, as {@code step.py} has it in PyTorch: one training step
 * for each line "step" on standard input, the scores of one batch in evaluation for each line "evaluate". Prints milliseconds, resident
 * memory (the peak, and before the first line) and loss or mean score as a line of JSON.
 */
public final class TrainStep {
    private static final int CLASSES = 100;
    private static final String STEP = "step";
    private static final String EVALUATE = "evaluate";

    /** Side of the images that the small network sees, px. */
    private static final int SEEN = 224;

    private TrainStep() {}

    /** A tower of this size, with CLIP's layers. */
    private static VitShape shape(String name, int side) {
        boolean tiny = name.equals("ti16");
        return new VitShape(
                VitShape.Naming.OPENAI_CLIP,
                tiny ? 16 : 32,
                tiny ? 192 : 768,
                12,
                tiny ? 3 : 12,
                side,
                VitShape.Activation.QUICK_GELU,
                1e-5,
                List.of(0.0, 0.0, 0.0),
                List.of(1.0, 1.0, 1.0),
                512,
                0);
    }

    public static void main(String[] arguments) throws IOException {
        int side = Options.whole(arguments, "--side", SEEN);
        VitShape shape = shape(Options.text(arguments, "--vit", "b32"), side);
        int batch = Options.whole(arguments, "--batch", 16);
        Torch.use(Options.device(arguments, "cpu"));
        Torch.enter();
        Torch.threads(Options.whole(arguments, "--threads", 1));
        NDManager manager = Torch.manager();
        State state = PromptNetwork.init(manager, 0, ResNet10.CHANNELS, 16, 256, shape.width());
        Init head = new Init(manager, 0);
        head.linear("classifier.", shape.embedding(), CLASSES);
        Map<String, NDArray> trained = new LinkedHashMap<>(state.parameters());
        trained.putAll(head.parameters());
        Tensors parameters = new Tensors(trained);
        Tensors buffers = new Tensors(state.buffers()).and(Tensors.one(manager));
        Tensors frozen = weights(manager, shape);
        Precision precision =
                Precision.valueOf(Options.text(arguments, "--precision", "fp32").toUpperCase(Locale.ROOT));
        boolean recompute = Options.text(arguments, "--recompute", "none").equals("mlp");
        // As a run in this precision lets the weights go that are copied.
        Encoder encoder = Encoder.of(new VisionTransformer(shape, recompute), frozen, precision, true);
        Torch.giveBack();
        PromptNetwork network = new PromptNetwork(16, SEEN, Mixing.SOFTMAX, false);
        Sgd sgd = new Sgd(new OptimizerSpec(OptimizerSpec.Kind.SGD, 0.01, 0.9, 0.0), parameters);
        NDArray pixels = manager.randomNormal(0, 1, new Shape(batch, 3, side, side), DataType.FLOAT32);
        long[] labels = new long[batch];
        for (int i = 0; i < batch; i++) {
            labels[i] = i % CLASSES;
        }
        NDArray target = Torch.longs(manager, labels, batch);
        Loss crossEntropy = Loss.softmaxCrossEntropyLoss();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        double base = peak();
        for (String line = in.readLine(); STEP.equals(line) || EVALUATE.equals(line); line = in.readLine()) {
            long begin = System.nanoTime();
            float loss;
            if (line.equals(EVALUATE)) {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    Tensors w = parameters.and(buffers);
                    NDArray prompts = network.forward(w, pixels, false).prompts();
                    NDArray embedding = encoder.encode(pixels, prompts);
                    NDArray scores = Nn.linear(embedding, w.get("classifier.weight"), w.get("classifier.bias"));
                    loss = Torch.read(scores.mean())[0];
                }
                print(System.nanoTime() - begin, base, loss);
                continue;
            }
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                Tensors leaves = parameters.leaves();
                NDArray value;
                try (Tape tape = new Tape()) {
                    Tensors w = leaves.and(buffers);
                    NDArray prompts = network.forward(w, pixels, true).prompts();
                    NDArray embedding = encoder.encode(pixels, prompts);
                    NDArray scores = Nn.linear(embedding, w.get("classifier.weight"), w.get("classifier.bias"));
                    value = crossEntropy.evaluate(new NDList(target), new NDList(scores));
                    tape.backward(value);
                }
                sgd.step(parameters, leaves, 0.01);
                loss = Torch.read(value)[0];
            }
            print(System.nanoTime() - begin, base, loss);
        }
    }

    /**
     * The answer to one line of standard input.
     *
     * @param nanos that the work took
     * @param base MB, resident before the first piece of work
     */
    static void print(long nanos, double base, double loss) throws IOException {
        System.out.printf(
                Locale.ROOT,
                "{\"ms\": %.3f, \"peak_mb\": %.1f, \"base_mb\": %.1f, \"loss\": %s}%n",
                nanos / 1e6,
                peak(),
                base,
                Double.isFinite(loss) ? Double.toString(loss) : "null");
    }

    /** Random weights by timm's names, small enough that twelve blocks keep them finite. */
    private static Tensors weights(NDManager manager, VitShape shape) {
        Map<String, NDArray> w = new LinkedHashMap<>();
        int d = shape.width();
        w.put("patch_embed.weight", random(manager, d, 3, shape.patch(), shape.patch()));
        w.put("cls_token", random(manager, 1, 1, d));
        w.put("pos_embed", random(manager, 1, shape.tokens(), d));
        for (String norm : List.of("norm_pre", "norm")) {
            norm(manager, w, norm, d);
        }
        for (int i = 0; i < shape.depth(); i++) {
            String block = "blocks." + i + ".";
            norm(manager, w, block + "norm1", d);
            norm(manager, w, block + "norm2", d);
            linear(manager, w, block + "attn.qkv", 3 * d, d);
            linear(manager, w, block + "attn.proj", d, d);
            linear(manager, w, block + "mlp.fc1", 4 * d, d);
            linear(manager, w, block + "mlp.fc2", d, 4 * d);
        }
        w.put("projection", random(manager, d, shape.embedding()));
        return new Tensors(w);
    }

    private static void norm(NDManager manager, Map<String, NDArray> w, String name, int width) {
        w.put(name + ".weight", manager.ones(new Shape(width)));
        w.put(name + ".bias", manager.zeros(new Shape(width)));
    }

    private static void linear(NDManager manager, Map<String, NDArray> w, String name, int out, int in) {
        w.put(name + ".weight", random(manager, out, in));
        w.put(name + ".bias", random(manager, out));
    }

    private static NDArray random(NDManager manager, long... shape) {
        return manager.randomNormal(0, 0.02f, new Shape(shape), DataType.FLOAT32);
    }

    /** Highest resident size of this process so far, in MB. */
    static double peak() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Double.parseDouble(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return Double.NaN;
    }
}
