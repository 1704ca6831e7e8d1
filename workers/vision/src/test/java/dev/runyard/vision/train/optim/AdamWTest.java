package dev.runyard.vision.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.spec.training.OptimizerSpec.Decay;
import dev.runyard.spec.training.OptimizerSpec.Kind;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Twenty steps beside those of PyTorch's AdamW, with a changing rate: a matrix, a bias and positions. */
class AdamWTest {
    private static final double ALLOWED = 2e-5;

    @ParameterizedTest
    @EnumSource(Decay.class)
    void twentyStepsAsPyTorch(Decay decay) throws IOException {
        JsonNode reference;
        try (InputStream in = AdamWTest.class.getResourceAsStream("adamw.json")) {
            reference = new ObjectMapper().readTree(in);
        }
        Torch.enter();
        Torch.threads(1);
        JsonNode wanted = reference.path(decay == Decay.ALL ? "all" : "matrices");
        OptimizerSpec spec = new OptimizerSpec(Kind.ADAMW, 1.0, null, 0.3, 0.85, 0.97, decay);
        try (NDManager manager = Torch.manager()) {
            Map<String, NDArray> start = new LinkedHashMap<>();
            start.put("linear.weight", Torch.floats(manager, floats(reference.at("/start/linear.weight")), 3, 4));
            start.put("linear.bias", Torch.floats(manager, floats(reference.at("/start/linear.bias")), 4));
            start.put("pos_embed", Torch.floats(manager, floats(reference.at("/start/pos_embed")), 2, 4));
            Tensors parameters = new Tensors(start);
            try (Optimiser optimiser = Optimiser.of(spec, parameters)) {
                for (int step = 0; step < 20; step++) {
                    double rate = reference.path("rates").get(step).doubleValue();
                    double loss = step(optimiser, parameters, reference, step, rate);
                    assertThat(loss)
                            .as("step " + step)
                            .isCloseTo(
                                    wanted.path("losses").get(step).doubleValue(), within(ALLOWED * Math.max(1, loss)));
                }
            }
            for (Map.Entry<String, NDArray> e : start.entrySet()) {
                float[] end = floats(wanted.path("end").path(e.getKey()));
                float[] got = e.getValue().toFloatArray();
                for (int i = 0; i < end.length; i++) {
                    assertThat((double) got[i]).as(e.getKey()).isCloseTo(end[i], within(ALLOWED));
                }
            }
        }
    }

    private static double step(Optimiser optimiser, Tensors parameters, JsonNode reference, int step, double rate) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Tensors leaves = parameters.leaves();
            NDArray x = Torch.floats(manager, row(reference.path("x"), step, 3), 1, 3);
            NDArray y = Torch.floats(manager, row(reference.path("y"), step, 4), 1, 4);
            double loss;
            try (Tape tape = new Tape()) {
                NDArray out = x.matMul(leaves.get("linear.weight"))
                        .add(leaves.get("linear.bias"))
                        .add(leaves.get("pos_embed").sum(new int[] {0}, true));
                NDArray difference = out.sub(y);
                NDArray sum = difference.mul(difference).sum();
                tape.backward(sum);
                loss = sum.toFloatArray()[0];
            }
            optimiser.step(parameters, leaves, rate);
            return loss;
        }
    }

    private static float[] row(JsonNode values, int row, int length) {
        float[] out = new float[length];
        for (int i = 0; i < length; i++) {
            out[i] = values.get(row * length + i).floatValue();
        }
        return out;
    }

    private static float[] floats(JsonNode values) {
        return row(values, 0, values.size());
    }
}
