package dev.runyard.vision.nd;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Gradients while the collector frees direct memory between forward and backward, and others write NaN into it. An operand that the
 * engine's graph refers to but Java does not hold would show as a wrong gradient; without this pressure it does not show at all.
 */
class GradientStressTest {
    private static final int ROUNDS = 30;

    @BeforeEach
    void engine() {
        Torch.enter();
        Torch.threads(1);
    }

    static Stream<Arguments> operations() {
        NDManager kept = Torch.manager();
        NDArray scalar = Torch.scalar(kept, 1.702);
        NDArray weight = Torch.floats(kept, new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 4);
        NDArray ones = Torch.floats(kept, new float[] {1, 1, 1, 1}, 4);
        NDArray kernel = Torch.floats(kept, new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 1, 3, 3);
        return Stream.of(
                operation("product with a kept scalar", x -> x.mul(scalar)),
                operation(
                        "product with values of this step",
                        x -> x.mul(Torch.floats(x.getManager(), new float[] {1, 2, 3, 4}, 4))),
                operation("linear", x -> Nn.linear(x.reshape(1, 4), weight, null)),
                operation("layer norm", x -> Nn.layerNorm(x.mul(ones), ones, ones, 1e-5)
                        .mul(weight.get(0))),
                operation("softmax", x -> x.mul(weight.get(0)).softmax(-1).mul(weight.get(1))),
                operation("gelu", Nn::gelu),
                operation("sigmoid", Nn::sigmoid),
                operation("convolution", x -> Nn.conv2d(x.reshape(1, 1, 2, 2), kernel, null, 1, 1)),
                operation("max pool", x -> Nn.maxPool(x.reshape(1, 1, 2, 2), 3, 2, 1)),
                operation("mean over the image", x -> Nn.averageOverImage(x.reshape(1, 1, 2, 2))),
                operation("broadcast and concat", x -> Nn.concat(x.reshape(1, 4).broadcast(3, 4), weight, 0)),
                operation(
                        "normalise and matrix product",
                        x -> x.reshape(1, 4).normalize(2, 1).matMul(weight.transpose())),
                operation(
                        "cross-entropy",
                        x -> Nn.crossEntropy(
                                x.reshape(2, 2), Torch.floats(x.getManager(), Nn.targets(new int[] {0, 1}, 2), 2, 2))));
    }

    private static Arguments operation(String name, Function<NDArray, NDArray> operation) {
        return Arguments.of(name, operation);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operations")
    void gradientIsTheSameUnderPressure(String name, Function<NDArray, NDArray> operation) throws Exception {
        float[] calm = gradient(operation, false);
        assertThat(calm).doesNotContain(Float.NaN);
        for (int round = 0; round < ROUNDS; round++) {
            assertThat(gradient(operation, true)).as(name + ", round " + round).isEqualTo(calm);
        }
    }

    private static float[] gradient(Function<NDArray, NDArray> operation, boolean pressure) throws Exception {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray leaf = manager.ones(new Shape(4));
            leaf.setRequiresGradient(true);
            try (Tape tape = new Tape()) {
                NDArray sum = operation.apply(leaf).sum();
                if (pressure) {
                    GradientPressure.press();
                }
                tape.backward(sum);
                return leaf.getGradient().toFloatArray();
            }
        }
    }
}
