package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.spec.model.MethodSpec.Mixing;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.spec.training.ScheduleSpec;
import dev.runyard.vision.Golden;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.method.Pgn;
import dev.runyard.vision.method.PromptNetwork;
import dev.runyard.vision.method.PromptNetwork.Trained;
import dev.runyard.vision.method.head.Classifier;
import dev.runyard.vision.method.net.ResNet10;
import dev.runyard.vision.method.net.State;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.optim.Schedule;
import dev.runyard.vision.train.optim.Sgd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Twelve steps of the authors' training on a tiny CLIP: losses, gradients, weights, statistics, momentum; and a resume at six. */
class TrainingParityTest {
    private static final int BATCH = 8;
    private static final int BATCHES = 6;
    private static final ScheduleSpec SCHEDULE = new ScheduleSpec(10, 3, 0.01);

    private Golden golden;
    private NDManager manager;
    private FrozenBackbone backbone;
    private Pgn model;
    private Sgd sgd;

    @BeforeEach
    void build() throws IOException {
        golden = new Golden("pgn-training");
        Torch.enter();
        Torch.threads(1);
        manager = Torch.manager();
        backbone = FrozenBackbone.open(
                golden.file("../openai-clip/weights.safetensors").normalize().toString());
        Trained trained = PromptNetwork.read(golden.file("weights.safetensors"), manager);
        assertThat(trained.net()).isEqualTo(new ResNet10(List.of(6, 12, 24, 48)));
        Map<String, NDArray> parameters = new LinkedHashMap<>();
        Map<String, NDArray> buffers = new LinkedHashMap<>();
        trained.weights().byName().forEach((name, array) -> {
            boolean buffer = name.contains("running_") || name.contains("num_batches") || name.equals("one");
            (buffer ? buffers : parameters).put(name, array);
        });
        NDArray scale = Torch.scalar(manager, Math.exp(backbone.logitScale().orElseThrow()));
        Classifier text = new Classifier.Text(golden.input(manager, "text_features"), scale);
        PromptNetwork network = new PromptNetwork(4, 32, Mixing.SOFTMAX, false);
        model = new Pgn(manager, new State(parameters, buffers), network, backbone, text);
        sgd = new Sgd(new OptimizerSpec(null, 0.1, 0.9, 0.0), model.parameters());
    }

    @AfterEach
    void close() {
        sgd.close();
        model.close();
        backbone.close();
    }

    @Test
    void twelveSteps() throws IOException {
        float[] expected = golden.floats("io.safetensors", "losses");
        float[] norms = golden.floats("io.safetensors", "grad_l2_norms");
        assertRelative("step0_eval_logits", golden.floats("io.safetensors", "step0_eval_logits"), evaluate(), 1e-4);
        for (int step = 0; step < 12; step++) {
            Step got = step(step);
            assertThat(got.loss).isCloseTo(expected[step], within(1e-4f * expected[step]));
            assertThat(got.norm).isCloseTo(norms[step], within(1e-3 * norms[step]));
            if (step == 0) {
                for (Map.Entry<String, float[]> g : got.gradients.entrySet()) {
                    Golden.assertRelativeToMax(
                            g.getKey(), golden.floats("io.safetensors", "grad0." + g.getKey()), g.getValue(), 1e-3);
                }
            }
            if (step == 5 || step == 11) {
                assertState(step + 1);
            }
        }
        Golden.assertRelativeToMax(
                "final_eval_logits", golden.floats("io.safetensors", "final_eval_logits"), evaluate(), 5e-4);
        assertThat(backbone.sha256Now()).isEqualTo(backbone.sha256());
    }

    @Test
    void resumedAtSix() throws IOException {
        try (NDScope scope = new NDScope();
                var in = dev.runyard.vision.tensor.Safetensors.open(golden.file("state-step6.safetensors"))) {
            scope.suppressNotUsedWarning();
            List<String> differences = new ArrayList<>();
            for (var e : model.parameters().byName().entrySet()) {
                fill(in, "after6.", e.getKey(), e.getValue(), differences);
                fill(in, "momentum6.", e.getKey(), sgd.velocities().get(e.getKey()), differences);
            }
            for (var e : model.buffers().byName().entrySet()) {
                if (!e.getKey().equals("one")) {
                    fill(in, "after6.", e.getKey(), e.getValue(), differences);
                }
            }
            assertThat(differences).isEmpty();
        }
        float[] expected = golden.floats("io.safetensors", "losses");
        for (int step = 6; step < 12; step++) {
            assertThat(step(step).loss).isCloseTo(expected[step], within(1e-4f * expected[step]));
        }
        assertState(12);
    }

    @Test
    void rates() throws IOException {
        JsonNode schedules =
                new ObjectMapper().readTree(golden.file("lr.json").toFile()).path("schedules");
        for (JsonNode s : schedules) {
            double peak = s.path("lr").doubleValue();
            ScheduleSpec spec = new ScheduleSpec(
                    s.path("epochs").intValue(),
                    s.path("warmup").intValue(),
                    s.path("eta_min").doubleValue() / peak);
            for (int e = 0; e < s.path("lr_per_epoch").size(); e++) {
                assertThat(Schedule.rate(spec, peak, e))
                        .isCloseTo(s.path("lr_per_epoch").get(e).doubleValue(), within(1e-12));
            }
        }
        assertThat(schedules.size()).isGreaterThan(2);
    }

    private record Step(float loss, double norm, Map<String, float[]> gradients) {}

    private Step step(int step) throws IOException {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            int batch = step % BATCHES;
            int[] labels = new int[BATCH];
            System.arraycopy(golden.labels(), batch * BATCH, labels, 0, BATCH);
            NDArray targets = Torch.floats(manager, Nn.targets(labels, 5), BATCH, 5);
            Tensors leaves = model.parameters().leaves();
            try (Tape tape = new Tape()) {
                NDArray loss = Nn.crossEntropy(model.scores(leaves, pixels(batch), true), targets);
                tape.backward(loss);
                Map<String, float[]> gradients = new LinkedHashMap<>();
                double squares = 0;
                for (var e : leaves.byName().entrySet()) {
                    float[] g = e.getValue().getGradient().toFloatArray();
                    gradients.put(e.getKey(), g);
                    for (float v : g) {
                        squares += (double) v * v;
                    }
                }
                Step out = new Step(loss.toFloatArray()[0], Math.sqrt(squares), gradients);
                tape.close();
                sgd.step(model.parameters(), leaves, Schedule.rate(SCHEDULE, 0.1, step / 3));
                return out;
            }
        }
    }

    private float[] evaluate() throws IOException {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return model.scores(model.parameters(), pixels(0), false).toFloatArray();
        }
    }

    private NDArray pixels(int batch) throws IOException {
        return golden.input(manager, "pixels").get(batch);
    }

    private void assertState(int step) throws IOException {
        String file = "state-step" + step + ".safetensors";
        for (var e : model.parameters().byName().entrySet()) {
            Golden.assertRelativeToMax(
                    e.getKey(),
                    golden.floats(file, "after" + step + "." + e.getKey()),
                    e.getValue().toFloatArray(),
                    1e-3);
            Golden.assertRelativeToMax(
                    "momentum of " + e.getKey(),
                    golden.floats(file, "momentum" + step + "." + e.getKey()),
                    sgd.velocities().get(e.getKey()).toFloatArray(),
                    1e-3);
        }
        for (var e : model.buffers().byName().entrySet()) {
            if (e.getKey().contains("num_batches")) {
                assertThat(e.getValue().toLongArray()).isEqualTo(golden.longs(file, "after" + step + "." + e.getKey()));
            } else if (e.getKey().contains("running_")) {
                Golden.assertRelativeToMax(
                        e.getKey(),
                        golden.floats(file, "after" + step + "." + e.getKey()),
                        e.getValue().toFloatArray(),
                        1e-3);
            }
        }
    }

    private static void assertRelative(String name, float[] expected, float[] actual, double atol) {
        assertThat(actual).as(name).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).as(name).isCloseTo(expected[i], within(atol));
        }
    }

    private static void fill(
            dev.runyard.vision.tensor.Safetensors in,
            String prefix,
            String name,
            NDArray target,
            List<String> differences)
            throws IOException {
        dev.runyard.vision.method.net.StoredTensors.fill(in, prefix + name, name, target, differences);
    }
}
