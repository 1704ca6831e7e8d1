package dev.runyard.vision.train.optim;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients that leave the range of a type. */
class LossScaleTest {
    @BeforeAll
    static void enter() {
        Torch.enter();
    }

    /** A step whose gradient is infinite changes nothing but the scale; the ones around it are those of a training without. */
    @ParameterizedTest
    @EnumSource(OptimizerSpec.Kind.class)
    void halvesAndSkips(OptimizerSpec.Kind kind) {
        OptimizerSpec spec = new OptimizerSpec(kind, 0.1, null, null);
        try (NDManager manager = Torch.manager();
                LossScale scale = new LossScale()) {
            Tensors scaled = parameters(manager);
            Tensors plain = parameters(manager);
            try (Optimiser one = Optimiser.of(spec, scaled);
                    Optimiser other = Optimiser.of(spec, plain)) {
                step(one, scaled, 1, scale);
                step(other, plain, 1, null);
                float[] before = Torch.read(scaled.get("w.weight"));
                step(one, scaled, 1e38f, scale);
                assertThat(Torch.read(scaled.get("w.weight"))).isEqualTo(before);
                assertThat(scale.skipped()).isEqualTo(1);
                assertThat(Torch.read(scale.state().get("fp16.scale"))).containsExactly(32_768);
                if (kind == OptimizerSpec.Kind.SGD) { // AdamW's bias correction counts the skipped step too
                    step(one, scaled, 2, scale);
                    step(other, plain, 2, null);
                    assertThat(Torch.read(scaled.get("w.weight"))).isEqualTo(Torch.read(plain.get("w.weight")));
                }
                assertThat(scale.skipped()).isEqualTo(1);
            }
        }
    }

    private static Tensors parameters(NDManager manager) {
        return new Tensors(Map.of("w.weight", Torch.floats(manager, new float[] {1, -2, 3, 0.5f}, 2, 2)));
    }

    /** Of the loss factor · sum w²: its gradient is 2 · factor · w. */
    private static void step(Optimiser optimiser, Tensors parameters, float factor, LossScale scale) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Tensors leaves = parameters.leaves();
            try (Tape tape = new Tape()) {
                NDArray w = leaves.get("w.weight");
                NDArray loss = w.mul(w).sum().mul(Torch.scalar(manager, factor));
                tape.backward(scale == null ? loss : scale.scaled(loss));
            }
            optimiser.step(parameters, scale == null ? Gradients.at(leaves) : scale.taken(leaves), 0.1);
        }
    }
}
