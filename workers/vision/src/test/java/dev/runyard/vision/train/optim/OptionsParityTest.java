package dev.runyard.vision.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.spec.training.TrainingSpec;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.method.solver.Objective.Seen;
import dev.runyard.vision.method.solver.Targets;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The options of a training, held against PyTorch 1.13.1 (options.json; inputs are sine waves that both sides make). */
class OptionsParityTest {
    private static final double TOLERANCE = 1e-5;

    private NDManager manager = Torch.manager();
    private NDScope scope = new NDScope();
    private JsonNode expected;

    @BeforeEach
    void engine() throws IOException {
        Torch.enter();
        scope.suppressNotUsedWarning();
        try (InputStream in = OptionsParityTest.class.getResourceAsStream("options.json")) {
            expected = new ObjectMapper().readTree(in);
        }
    }

    @AfterEach
    void close() {
        scope.close();
        manager.close();
    }

    private NDArray waves(double from, double scale, long... shape) {
        long count = 1;
        for (long axis : shape) {
            count *= axis;
        }
        float[] values = new float[(int) count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (Math.sin(from + 0.7 * i) * scale);
        }
        return Torch.floats(manager, values, shape);
    }

    private static void assertClose(JsonNode wanted, NDArray got) {
        float[] values = Torch.read(got);
        assertThat(wanted).hasSize(values.length);
        for (int i = 0; i < values.length; i++) {
            assertThat((double) values[i])
                    .as("number " + i)
                    .isCloseTo(wanted.get(i).doubleValue(), within(TOLERANCE));
        }
    }

    private void assertLoss(String name, Targets asked) {
        try (Tape tape = new Tape()) {
            NDArray scores = waves(50, 1, 4, 5);
            scores.setRequiresGradient(true);
            NDArray labels = Torch.longs(manager, new long[] {0, 3, 4, 1}, 4);
            Seen seen = new Seen(List.of(), new int[] {0, 3, 4, 1}, labels, asked);
            NDArray loss = Nn.crossEntropy(scores, seen.targets(manager, 5));
            tape.backward(loss);
            assertThat((double) Torch.read(loss)[0])
                    .isCloseTo(expected.path(name).path("loss").doubleValue(), within(TOLERANCE));
            assertClose(expected.path(name).path("gradient"), scores.getGradient());
        }
    }

    @Test
    void smoothedLabels() {
        assertLoss("smoothed", new Targets(0.1, null, 1));
    }

    @Test
    void mixedLabels() {
        assertLoss("mixed", new Targets(0.1, Torch.longs(manager, new long[] {1, 4, 3, 0}, 4), 0.3));
    }

    @Test
    void clippedGradients() {
        Map<String, NDArray> gradients = new LinkedHashMap<>();
        gradients.put("first", waves(62, 3, 3, 2));
        gradients.put("second", waves(63, 3, 4));
        Tensors parameters = new Tensors(gradients); // of the same names and shapes
        try (Clipping clipping = new Clipping(1.5)) {
            Gradients clipped = clipping.clipped(parameters, new Gradients(gradients::get, null));
            for (String name : gradients.keySet()) {
                assertClose(expected.path("clipped").path(name), clipped.of().apply(name));
            }
            NDArray small = waves(62, 0.1, 3, 2);
            Gradients within = clipping.clipped(new Tensors(Map.of("first", small)), new Gradients(n -> small, null));
            assertClose(expected.path("within").path("first"), within.of().apply("first"));
        }
    }

    @Test
    void averagedParameters() {
        NDArray parameter = waves(0, 1, 2, 3);
        try (Average average = new Average(0.9, new Tensors(Map.of("w", parameter)))) {
            for (int i = 0; i < 4; i++) {
                Torch.assign(parameter, waves(70 + i, 1, 2, 3));
                average.follow(i);
            }
            float[] last = Torch.read(parameter);
            average.swap();
            assertClose(expected.path("averaged"), parameter);
            average.swap();
            assertThat(Torch.read(parameter)).isEqualTo(last);
        }
    }

    @Test
    void boxes() {
        for (JsonNode one : expected.path("boxes")) {
            int height = one.get(0).intValue();
            int width = one.get(1).intValue();
            Mixing.Box box = Mixing.Box.of(
                    height,
                    width,
                    one.get(2).doubleValue(),
                    one.get(3).intValue(),
                    one.get(4).intValue());
            assertThat(List.of(box.top(), box.bottom(), box.left(), box.right()))
                    .isEqualTo(List.of(
                            one.get(5).intValue(),
                            one.get(6).intValue(),
                            one.get(7).intValue(),
                            one.get(8).intValue()));
            assertThat(box.outside(height, width)).isCloseTo(one.get(9).doubleValue(), within(1e-12));
        }
    }

    /** Beta(α, α) has mean ½ and variance 1/(4(2α + 1)). */
    @Test
    void sharesAreThoseOfTheDistribution() {
        for (double alpha : new double[] {0.1, 0.4, 1, 5}) {
            double sum = 0;
            double squares = 0;
            int n = 4_000;
            for (int i = 0; i < n; i++) {
                double share = Mixing.share(alpha, new Draws(3, -3, i));
                assertThat(share).isBetween(0.0, 1.0);
                sum += share;
                squares += (share - 0.5) * (share - 0.5);
            }
            assertThat(sum / n).isCloseTo(0.5, within(0.03));
            assertThat(squares / n).isCloseTo(1 / (4 * (2 * alpha + 1)), within(0.01));
        }
    }

    /** What a batch becomes is a function of the seed and the step, and is what its targets say of it. */
    @Test
    void aBatchIsMixedByItsTargets() {
        float[] values = new float[4 * 3 * 8 * 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / (3 * 8 * 8); // an image is its number
        }
        NDArray images = Torch.floats(manager, values, 4, 3, 8, 8);
        int[] labels = {0, 1, 2, 3};
        Seen seen = new Seen(List.of(images), labels, Torch.longs(manager, new long[] {0, 1, 2, 3}, 4));
        for (TrainingSpec spec : List.of(
                new TrainingSpec(null, null, 1.0, null, null, null),
                new TrainingSpec(null, null, null, 1.0, null, null),
                new TrainingSpec(null, null, 1.0, 1.0, null, null))) {
            Mixing mixing = new Mixing(spec, 5);
            for (int step = 0; step < 6; step++) {
                Mixing.Mix mix = mixing.drawn(manager, labels, images.getShape(), step);
                long before = Torch.crossings();
                Seen mixed = mixing.mixed(manager, seen, mix);
                assertThat(Torch.crossings()).as("a GPU would wait").isEqualTo(before);
                float[] pixels = Torch.read(mixed.views().get(0));
                assertThat(Torch.read(new Mixing(spec, 5)
                                .mixed(manager, seen, mixing.drawn(manager, labels, images.getShape(), step))
                                .views()
                                .get(0)))
                        .isEqualTo(pixels);
                long[] others = Torch.readLongs(mixed.asked().others());
                double share = mixed.asked().share();
                for (int i = 0; i < 4; i++) {
                    double mean = 0;
                    for (int p = 0; p < 192; p++) {
                        mean += pixels[i * 192 + p] / 192.0;
                    }
                    assertThat(mean).isCloseTo(share * i + (1 - share) * others[i], within(1e-5));
                }
            }
        }
        Seen same = new Mixing(TrainingSpec.NONE, 5).mixed(manager, seen, null);
        assertThat(same).isSameAs(seen);
        assertThat(new Mixing(TrainingSpec.NONE, 5).drawn(manager, labels, images.getShape(), 0))
                .isNull();
    }
}
