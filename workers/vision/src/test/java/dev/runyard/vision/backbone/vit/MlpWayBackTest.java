package dev.runyard.vision.backbone.vit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The MLP's own way back through frozen weights against the engine's. */
class MlpWayBackTest {
    static final int WIDTH = 48;
    private static final int DEPTH = 3;

    @BeforeAll
    static void enter() {
        Torch.enter();
        Torch.threads(1);
    }

    static Stream<Arguments> ways() {
        return Stream.of(
                Arguments.of(Activation.QUICK_GELU, false),
                Arguments.of(Activation.QUICK_GELU, true),
                Arguments.of(Activation.GELU, true));
    }

    /**
     * The engine's own graph is had by giving the MLPs' last weights gradients, which turns the other way off and changes nothing of what
     * reaches the prompts.
     */
    @ParameterizedTest
    @MethodSource("ways")
    void givesTheEnginesGradients(Activation activation, boolean recompute) {
        try (NDManager manager = Torch.manager()) {
            Tensors frozen = weights(manager);
            NDArray x = manager.randomNormal(0, 1, new Shape(3, 9, WIDTH), DataType.FLOAT32);
            try (EncoderBlock own = new EncoderBlock(WIDTH, 4, activation, 1e-5, recompute);
                    EncoderBlock engines = new EncoderBlock(WIDTH, 4, activation, 1e-5, false)) {
                List<float[]> got = gradient(own, frozen, x);
                List<float[]> wanted = gradient(engines, lastAsLeaves(frozen), x);
                assertThat(got.get(0)).isEqualTo(wanted.get(0));
                assertThat(farthest(got.get(1), wanted.get(1))).isLessThan(1e-6);
            }
        }
    }

    /** The largest difference, to the largest value. */
    static double farthest(float[] got, float[] wanted) {
        double difference = 0;
        double value = 0;
        for (int i = 0; i < wanted.length; i++) {
            difference = Math.max(difference, Math.abs(got[i] - wanted[i]));
            value = Math.max(value, Math.abs(wanted[i]));
        }
        return difference / value;
    }

    private static Tensors lastAsLeaves(Tensors frozen) {
        Map<String, NDArray> out = new LinkedHashMap<>(frozen.byName());
        out.replaceAll((name, array) -> {
            if (!name.endsWith("mlp.fc2.weight")) {
                return array;
            }
            NDArray leaf = array.stopGradient();
            leaf.setRequiresGradient(true);
            return leaf;
        });
        return new Tensors(out);
    }

    /** Output and gradient of what came in. */
    private static List<float[]> gradient(EncoderBlock block, Tensors w, NDArray x) {
        List<float[]> out = new ArrayList<>();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray leaf = x.stopGradient();
            leaf.setRequiresGradient(true);
            NDArray end;
            try (Tape tape = new Tape()) {
                NDArray y = Nn.relu(leaf);
                for (int i = 0; i < DEPTH - 1; i++) {
                    // Else the engine keeps the whole MLP: the engine itself says of a computed array that it has no
                    // gradient.
                    assertThat(Tape.records(y)).isTrue();
                    y = block.forward(w, "blocks." + i + ".", y, null);
                }
                assertThat(Tape.records(Nn.relu(x))).isFalse();
                end = block.forwardFirst(w, "blocks." + (DEPTH - 1) + ".", y).output();
                tape.backward(end.mul(end).sum());
            }
            out.add(Torch.read(end));
            out.add(Torch.read(leaf.getGradient()));
        }
        return out;
    }

    static Tensors weights(NDManager manager) {
        Map<String, NDArray> w = new LinkedHashMap<>();
        for (int i = 0; i < DEPTH; i++) {
            String block = "blocks." + i + ".";
            for (String norm : List.of("norm1", "norm2")) {
                w.put(block + norm + ".weight", random(manager, WIDTH));
                w.put(block + norm + ".bias", random(manager, WIDTH));
            }
            linear(manager, w, block + "attn.qkv", 3 * WIDTH, WIDTH);
            linear(manager, w, block + "attn.proj", WIDTH, WIDTH);
            linear(manager, w, block + "mlp.fc1", 4 * WIDTH, WIDTH);
            linear(manager, w, block + "mlp.fc2", WIDTH, 4 * WIDTH);
        }
        return new Tensors(w);
    }

    private static void linear(NDManager manager, Map<String, NDArray> w, String name, int out, int in) {
        w.put(name + ".weight", random(manager, out, in));
        w.put(name + ".bias", random(manager, out));
    }

    private static NDArray random(NDManager manager, long... shape) {
        return manager.randomNormal(0, 0.2f, new Shape(shape), DataType.FLOAT32);
    }
}
