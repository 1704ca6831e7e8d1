package dev.runyard.vision.backbone.vit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.runyard.vision.backbone.vit.VitShape.Activation;
import dev.runyard.vision.nd.ArraysAlive;
import dev.runyard.vision.nd.GradientPressure;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention in one call of the engine, as many tokens have it, against the same operation by operation. */
class LongSequenceTest {
    private static final int TOKENS = EncoderBlock.ONE_CALL_FROM + 69;

    @BeforeAll
    static void enter() {
        Torch.enter();
        Torch.threads(1);
    }

    private static EncoderBlock block() {
        return new EncoderBlock(MlpWayBackTest.WIDTH, 4, Activation.QUICK_GELU, 1e-5);
    }

    private static NDArray tokens(NDManager manager, int count) {
        return manager.randomNormal(0, 1, new Shape(3, count, MlpWayBackTest.WIDTH), DataType.FLOAT32);
    }

    /** A mask that hides nothing is not for the one call. */
    @Test
    void isWhatItIsOperationByOperation() {
        try (NDManager manager = Torch.manager();
                EncoderBlock block = block()) {
            Tensors w = MlpWayBackTest.weights(manager);
            NDArray x = tokens(manager, TOKENS);
            List<float[]> got = step(block, w, x, null);
            List<float[]> wanted = step(block, w, x, manager.zeros(new Shape(TOKENS, TOKENS)));
            assertThat(got.get(0)).isNotEqualTo(wanted.get(0)); // else both went the same way
            assertThat(MlpWayBackTest.farthest(got.get(0), wanted.get(0))).isLessThan(1e-6);
            assertThat(MlpWayBackTest.farthest(got.get(1), wanted.get(1))).isLessThan(1e-5);
        }
    }

    @Test
    void fewTokensHaveTheBitsThatTheyHad() {
        try (NDManager manager = Torch.manager();
                EncoderBlock block = block()) {
            Tensors w = MlpWayBackTest.weights(manager);
            NDArray x = tokens(manager, EncoderBlock.ONE_CALL_FROM - 1);
            int count = EncoderBlock.ONE_CALL_FROM - 1;
            List<float[]> got = step(block, w, x, null);
            List<float[]> wanted = step(block, w, x, manager.zeros(new Shape(count, count)));
            assertThat(got.get(0)).isEqualTo(wanted.get(0));
            assertThat(got.get(1)).isEqualTo(wanted.get(1));
        }
    }

    /** A resumed run begins with a new block and must go on with the bits that it would have had. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aNewBlockHasTheBitsOfAWarmOne(int threads) throws InterruptedException {
        Torch.threads(threads);
        try (NDManager manager = Torch.manager();
                EncoderBlock warm = block()) {
            Tensors w = MlpWayBackTest.weights(manager);
            NDArray x = tokens(manager, TOKENS);
            List<float[]> first = step(warm, w, x, null);
            for (int i = 0; i < 4; i++) {
                assertThat(GradientPressure.press()).isPositive();
                List<float[]> again = step(warm, w, x, null);
                assertThat(again.get(0)).isEqualTo(first.get(0));
                assertThat(again.get(1)).isEqualTo(first.get(1));
            }
            try (EncoderBlock fresh = block()) {
                List<float[]> other = step(fresh, w, x, null);
                assertThat(other.get(0)).isEqualTo(first.get(0));
                assertThat(other.get(1)).isEqualTo(first.get(1));
            }
        } finally {
            Torch.threads(1);
        }
    }

    @Test
    void leavesNothingBehind() {
        try (NDManager manager = Torch.manager();
                EncoderBlock block = block()) {
            Tensors w = MlpWayBackTest.weights(manager);
            NDArray x = tokens(manager, TOKENS);
            step(block, w, x, null);
            long before = ArraysAlive.of("ai.djl.pytorch.engine.PtNDArray");
            for (int i = 0; i < 5; i++) {
                step(block, w, x, null);
            }
            assertThat(ArraysAlive.of("ai.djl.pytorch.engine.PtNDArray")).isLessThanOrEqualTo(before);
        }
    }

    /** What a block makes of tokens, and the gradient at them. */
    private static List<float[]> step(EncoderBlock block, Tensors w, NDArray x, @Nullable NDArray mask) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray leaf = x.stopGradient();
            leaf.setRequiresGradient(true);
            NDArray y;
            try (Tape tape = new Tape()) {
                y = block.forward(w, "blocks.0.", leaf, mask);
                tape.backward(y.mul(y).sum());
            }
            return List.of(Torch.read(y), Torch.read(leaf.getGradient()));
        }
    }
}
