package dev.runyard.vision.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.vision.Golden;
import dev.runyard.vision.method.solver.LogisticRegression;
import dev.runyard.vision.method.solver.LogisticRegression.Fit;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.DType;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Visual prompts against their authors' code, and the linear probe against scikit-learn's converged optimum. */
class BaselineParityTest {
    private static final String IO = "io.safetensors";
    private static final List<String> FRAME = List.of("pad_up", "pad_down", "pad_left", "pad_right");

    private Golden golden;

    @BeforeEach
    void open() throws IOException {
        golden = new Golden("baselines");
        Torch.enter();
    }

    @Test
    void frame() throws IOException {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope();
                Tape tape = new Tape()) {
            scope.suppressNotUsedWarning();
            Map<String, NDArray> parts = new LinkedHashMap<>();
            for (String name : FRAME) {
                parts.put(name, golden.input(manager, name));
            }
            Tensors leaves = new Tensors(parts).leaves();
            NDArray padded = VisualPrompts.framed(leaves, golden.input(manager, "pixels"));
            close("padded_pixels", padded.toFloatArray(), 1e-6);
            tape.backward(padded.mul(golden.input(manager, "weighting")).sum());
            for (String name : FRAME) {
                close("grad_" + name, leaves.get(name).getGradient().toFloatArray(), 1e-4);
            }
        }
    }

    @Test
    void fixedPatch() throws IOException {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Tensors w = new Tensors(Map.of("patch", golden.input(manager, "patch")));
            close(
                    "fixed_patch_pixels",
                    VisualPrompts.patched(w, golden.input(manager, "pixels"), 0, 0)
                            .toFloatArray(),
                    1e-6);
        }
    }

    @Test
    void linearProbe() throws IOException {
        JsonNode fields =
                new ObjectMapper().readTree(golden.file("config.json").toFile()).path("fields");
        double c = fields.path("C").doubleValue();
        int d;
        try (Safetensors in = Safetensors.open(golden.file(IO))) {
            d = in.info("train_features").axis(1);
        }
        int classes = golden.floats(IO, "lr_converged_intercept").length;
        int[] labels = ints("train_labels");
        try (LogisticRegression train =
                        new LogisticRegression(golden.floats(IO, "train_features"), d, labels, classes);
                LogisticRegression test =
                        new LogisticRegression(golden.floats(IO, "test_features"), d, ints("test_labels"), classes)) {
            Fit fit = train.fit(c, new double[0], 1_000, 1e-9, (i, value) -> true);
            assertThat(fit.converged()).isTrue();
            double[] coef = doubles("lr_converged_coef");
            double[] intercept = doubles("lr_converged_intercept");
            for (int i = 0; i < coef.length; i++) {
                assertThat(fit.point()[i]).isCloseTo(coef[i], within(1e-4));
            }
            for (int i = 0; i < classes; i++) {
                assertThat(fit.point()[coef.length + i]).isCloseTo(intercept[i], within(1e-4));
            }
            double objective = doubles("lr_converged_objective")[0];
            assertThat(fit.objective()).isCloseTo(objective, within(1e-8 * objective));
            double[] logits = test.logits(fit.point());
            float[] probabilities = golden.floats(IO, "lr_converged_probabilities");
            int[] predictions = ints("lr_converged_predictions");
            for (int row = 0; row < predictions.length; row++) {
                double sum = 0;
                int best = 0;
                for (int k = 0; k < classes; k++) {
                    sum += Math.exp(logits[row * classes + k]);
                    best = logits[row * classes + k] > logits[row * classes + best] ? k : best;
                }
                for (int k = 0; k < classes; k++) {
                    assertThat(Math.exp(logits[row * classes + k]) / sum)
                            .isCloseTo(probabilities[row * classes + k], within(1e-4));
                }
                assertThat(best).isEqualTo(predictions[row]);
            }
        }
    }

    /** Away from the optimum, where the line search has work to do: a strength so small that the weights stay tiny, and a large one. */
    @Test
    void gradientIsZeroWhereAFitEnds() throws IOException {
        int[] labels = ints("train_labels");
        float[] features = golden.floats(IO, "train_features");
        try (LogisticRegression train = new LogisticRegression(features, features.length / labels.length, labels, 5)) {
            for (double c : new double[] {1e-6, 1, 1e3}) {
                Fit fit = train.fit(c, new double[0], 5_000, 1e-8, (i, value) -> true);
                assertThat(fit.converged()).as("C = " + c).isTrue();
                Fit again = train.fit(c, fit.point(), 5_000, 1e-8, (i, value) -> true);
                assertThat(again.iterations()).isZero();
            }
        }
    }

    private void close(String name, float[] got, double atol) throws IOException {
        float[] expected = golden.floats(IO, name);
        assertThat(got).as(name).hasSameSizeAs(expected);
        for (int i = 0; i < got.length; i++) {
            assertThat((double) got[i]).as(name).isCloseTo(expected[i], within(atol));
        }
    }

    private int[] ints(String name) throws IOException {
        long[] values = golden.longs(IO, name);
        int[] out = new int[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.toIntExact(values[i]);
        }
        return out;
    }

    /** Of a float64 tensor, whose last digits the product never needs. */
    private double[] doubles(String name) throws IOException {
        try (Safetensors in = Safetensors.open(golden.file(IO))) {
            assertThat(in.info(name).dtype()).isEqualTo(DType.F64);
            ByteBuffer file =
                    ByteBuffer.wrap(Files.readAllBytes(golden.file(IO))).order(ByteOrder.LITTLE_ENDIAN);
            int from = Math.toIntExact(8 + file.getLong(0) + in.info(name).begin());
            double[] out = new double[Math.toIntExact(in.info(name).elements())];
            for (int i = 0; i < out.length; i++) {
                out[i] = file.getDouble(from + 8 * i);
            }
            return out;
        }
    }
}
