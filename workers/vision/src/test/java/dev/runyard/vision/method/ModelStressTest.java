package dev.runyard.vision.method;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.model.BackboneSpec.Precision;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.AllMethods.Case;
import dev.runyard.vision.nd.GradientPressure;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.optim.Sgd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole of what is trained, on the shipped backbone: gradients under memory pressure, and memory over many steps. */
class ModelStressTest {
    private static final int BATCH = 4;
    private static final int CLASSES = 8;
    private static final double DECAY = 0.01;

    @TempDir
    static Path folder;

    static Stream<Case> methods() throws IOException {
        int d = FrozenBackbone.shared(BackboneSpec.SMALL).shape().embedding();
        return Stream.concat(
                AllMethods.trained(),
                Stream.of(
                        AllMethods.prototypes(folder, d), AllMethods.text(folder, new MethodSpec.Iip(2), CLASSES, d)));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void threeStepsAreTheSameUnderPressure(Case method) throws Exception {
        List<Float> calm = losses(method, 3, false);
        assertThat(losses(method, 3, true)).isEqualTo(calm);
        assertThat(calm).allMatch(loss -> Float.isFinite(loss));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pgn", "iip", "vp-random-patch", "vpt-deep"})
    void threeStepsInBf16AreTheSameUnderPressure(String name) throws Exception {
        Case method = methods().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
        List<Float> calm = losses(method, 3, false, Precision.BF16);
        assertThat(losses(method, 3, true, Precision.BF16)).isEqualTo(calm);
        assertThat(calm).allMatch(loss -> Float.isFinite(loss)).isNotEqualTo(losses(method, 3, false, Precision.FP32));
    }

    /** A part that left the graph would stay as it was, and nothing else would say so. */
    @ParameterizedTest
    @MethodSource("methods")
    void everyParameterLearns(Case method) throws Exception {
        try (Steps steps = new Steps(method, 0)) {
            Map<String, float[]> before = steps.values();
            steps.run(2, false);
            Map<String, float[]> after = steps.values();
            before.forEach(
                    (name, values) -> assertThat(after.get(name)).as(name).isNotEqualTo(values));
        }
    }

    /** Arrays live outside the Java heap, so a leak shows in the process's resident memory alone. */
    @Test
    void memoryStaysFlat() throws Exception {
        try (Steps steps = new Steps(methods().findFirst().orElseThrow(), DECAY)) {
            steps.run(40, false);
            System.gc();
            long before = residentKiB();
            steps.run(160, false);
            System.gc();
            assertThat(residentKiB() - before).isLessThan(60 * 1024);
        }
    }

    private static long residentKiB() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no VmRSS");
    }

    private static List<Float> losses(Case method, int count, boolean pressure) throws Exception {
        return losses(method, count, pressure, Precision.FP32);
    }

    private static List<Float> losses(Case method, int count, boolean pressure, Precision precision) throws Exception {
        try (Steps steps = new Steps(method, DECAY, precision)) {
            return steps.run(count, pressure);
        }
    }

    /** A model, its optimiser and one batch. */
    private static final class Steps implements AutoCloseable {
        private final FrozenBackbone backbone;
        private final Model model;
        private final Sgd sgd;

        Steps(Case method, double decay) throws IOException {
            this(method, decay, Precision.FP32);
        }

        Steps(Case method, double decay, Precision precision) throws IOException {
            Torch.enter();
            Torch.threads(1);
            backbone = FrozenBackbone.shared(BackboneSpec.SMALL).in(precision);
            RunSpec spec = new RunSpec(
                    null,
                    new DatasetSpec("shapes", null, null, null, null),
                    null,
                    method.method(),
                    method.classifier(),
                    null,
                    null,
                    BATCH,
                    null,
                    null,
                    null,
                    null,
                    null);
            model = Models.of(spec, backbone, Collections.nCopies(CLASSES, "thing"));
            sgd = new Sgd(new OptimizerSpec(null, null, null, decay), model.parameters());
        }

        List<Float> run(int count, boolean pressure) throws Exception {
            List<Float> losses = new ArrayList<>();
            int side = backbone.shape().imageSize();
            float[] pixels = new float[BATCH * 3 * side * side];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) Math.sin(i * 0.37);
            }
            for (int step = 0; step < count; step++) {
                try (NDManager manager = Torch.manager();
                        NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    Tensors leaves = model.parameters().leaves();
                    NDArray images = Torch.floats(manager, pixels, BATCH, 3, side, side);
                    try (Tape tape = new Tape()) {
                        NDArray scores = model.scores(leaves, images, true);
                        int outputs = (int) scores.getShape().get(1);
                        NDArray targets =
                                Torch.floats(manager, Nn.targets(new int[] {0, 3, 5, 7}, outputs), BATCH, outputs);
                        NDArray loss = Nn.crossEntropy(scores, targets);
                        if (pressure) {
                            GradientPressure.press();
                        }
                        tape.backward(loss);
                        losses.add(loss.toFloatArray()[0]);
                    }
                    sgd.step(model.parameters(), leaves, 0.05);
                }
            }
            assertThat(Arrays.asList(backbone.sha256Now())).containsExactly(backbone.sha256());
            return losses;
        }

        Map<String, float[]> values() {
            Map<String, float[]> out = new LinkedHashMap<>();
            model.parameters().byName().forEach((name, array) -> out.put(name, array.toFloatArray()));
            return out;
        }

        @Override
        public void close() {
            sgd.close();
            model.close();
        }
    }
}
