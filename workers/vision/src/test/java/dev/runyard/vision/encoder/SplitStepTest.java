package dev.runyard.vision.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.invert.TinyRuns;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.Models;
import dev.runyard.vision.method.PromptNetwork;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.serve.ModelServer;
import dev.runyard.vision.serve.ServerOptions;
import dev.runyard.vision.train.optim.Sgd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training against an encoder, here and over HTTP, beside training through the whole graph: equal to the bit. */
class SplitStepTest {
    private static final int STEPS = 4;
    private static final double RATE = 0.05;
    private static final OptimizerSpec SGD = new OptimizerSpec(OptimizerSpec.Kind.SGD, RATE, 0.9, 0.0);
    private static final int[] LABELS = {0, 3, 1, 7, 2};

    @TempDir
    static Path shared;

    private static Path weights = Path.of("");

    @BeforeAll
    static void train() {
        weights = TinyRuns.backbone(shared);
        Torch.enter();
        Torch.threads(1);
    }

    private static RunSpec spec() {
        return Json.read(
                "{\"dataset\":{\"id\":\"shapes\"},\"backbone\":{\"weights\":\"" + weights
                        + "\"},\"method\":{\"kind\":\"pgn\",\"resolution\":48,\"prompts\":4,\"librarySize\":6},"
                        + "\"classifier\":{\"kind\":\"linear\"}}",
                RunSpec.class);
    }

    private static float[] pixels(int step) {
        float[] out = new float[LABELS.length * 3 * 32 * 32];
        Random random = new Random(step);
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return out;
    }

    private record Trained(List<Double> losses, Map<String, float[]> weights) {}

    private static Trained result(List<Double> losses, Model model) {
        Map<String, float[]> all = new TreeMap<>();
        model.parameters().byName().forEach((name, array) -> all.put(name, array.toFloatArray()));
        model.buffers().byName().forEach((name, array) -> {
            if (name.contains("running")) {
                all.put(name, array.toFloatArray());
            }
        });
        return new Trained(losses, all);
    }

    private static Trained whole(FrozenBackbone backbone) throws IOException {
        List<Double> losses = new ArrayList<>();
        try (Model model = Models.of(spec(), backbone, List.of("0", "1", "2", "3", "4", "5", "6", "7"));
                Sgd sgd = new Sgd(SGD, model.parameters())) {
            for (int step = 0; step < STEPS; step++) {
                try (NDManager manager = Torch.manager();
                        NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    Tensors leaves = model.parameters().leaves();
                    NDArray images = Torch.floats(manager, pixels(step), LABELS.length, 3, 32, 32);
                    try (Tape tape = new Tape()) {
                        NDArray scores = model.scores(leaves, images, true);
                        NDArray targets = Torch.floats(manager, Nn.targets(LABELS, 8), LABELS.length, 8);
                        NDArray mean = Nn.crossEntropy(scores, targets);
                        tape.backward(mean);
                        losses.add((double) mean.toFloatArray()[0]);
                    }
                    sgd.step(model.parameters(), leaves, RATE);
                }
            }
            return result(losses, model);
        }
    }

    private static Trained split(FrozenEncoder encoder, FrozenBackbone backbone) throws IOException {
        List<Double> losses = new ArrayList<>();
        MethodSpec.Pgn pgn = (MethodSpec.Pgn) spec().method();
        try (Model model = Models.of(spec(), backbone, List.of("0", "1", "2", "3", "4", "5", "6", "7"));
                PromptNetwork network =
                        new PromptNetwork(pgn.prompts(), pgn.resolution(), pgn.mixing(), pgn.antialias());
                SplitStep training = new SplitStep(encoder, network, model.parameters(), model.buffers(), SGD)) {
            for (int step = 0; step < STEPS; step++) {
                losses.add(training.step(pixels(step), LABELS, RATE));
            }
            return result(losses, model);
        }
    }

    private static void assertSame(Trained got, Trained wanted) {
        assertThat(got.losses()).isEqualTo(wanted.losses());
        assertThat(got.weights().keySet()).isEqualTo(wanted.weights().keySet());
        got.weights()
                .forEach((name, values) ->
                        assertThat(values).as(name).isEqualTo(wanted.weights().get(name)));
    }

    @Test
    void trainingThroughAnEncoderEqualsTrainingThroughTheGraph() throws IOException {
        try (FrozenBackbone backbone = FrozenBackbone.open(weights.toString());
                LocalEncoder local = new LocalEncoder(backbone, PositionPolicy.APPEND);
                ModelServer server =
                        ModelServer.start(local, new ServerOptions(0, true, ServerOptions.LARGEST_BODY), line -> {});
                RemoteEncoder remote = new RemoteEncoder(server.address().toString())) {
            Trained wanted = whole(backbone);
            assertThat(wanted.losses()).doesNotHaveDuplicates().allMatch(Double::isFinite);
            assertSame(split(local, backbone), wanted);
            assertSame(split(remote, backbone), wanted);
            assertThat(backbone.sha256Now()).isEqualTo(backbone.sha256());
        }
    }

    @Test
    void gradientOfPixelsAgainstDifferences() throws IOException {
        try (FrozenBackbone backbone = FrozenBackbone.open(weights.toString());
                LocalEncoder local = new LocalEncoder(backbone, PositionPolicy.INTERPOLATE);
                ModelServer server =
                        ModelServer.start(local, new ServerOptions(0, true, ServerOptions.LARGEST_BODY), line -> {});
                RemoteEncoder remote = new RemoteEncoder(server.address().toString());
                NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            float[] taller = new float[3 * 40 * 32];
            float[] direction = new float[taller.length];
            Random random = new Random(5);
            for (int i = 0; i < taller.length; i++) {
                taller[i] = (float) random.nextGaussian();
                direction[i] = (float) (random.nextGaussian() * 1e-3);
            }
            float[] upstream = new float[32];
            for (int i = 0; i < upstream.length; i++) {
                upstream[i] = (float) random.nextGaussian();
            }
            NDArray pixels = Torch.floats(manager, taller, 1, 3, 40, 32);
            NDArray gradient = remote.gradient(pixels, null, Torch.floats(manager, upstream, 1, 32));
            assertThat(gradient.getShape()).isEqualTo(pixels.getShape());
            double predicted = 0;
            float[] values = gradient.toFloatArray();
            float[] moved = taller.clone();
            for (int i = 0; i < values.length; i++) {
                predicted += 2.0 * values[i] * direction[i];
                moved[i] += direction[i];
                taller[i] -= direction[i];
            }
            double change = loss(remote, manager, moved, upstream) - loss(remote, manager, taller, upstream);
            assertThat(change).isCloseTo(predicted, org.assertj.core.data.Percentage.withPercentage(2));
        }
    }

    private static double loss(FrozenEncoder encoder, NDManager manager, float[] pixels, float[] upstream)
            throws IOException {
        float[] embedding = encoder.encode(Torch.floats(manager, pixels, 1, 3, 40, 32), null)
                .toFloatArray();
        double sum = 0;
        for (int i = 0; i < embedding.length; i++) {
            sum += (double) embedding[i] * upstream[i];
        }
        return sum;
    }

    @Test
    void aServerForUseGivesNoGradients() throws IOException {
        try (FrozenBackbone backbone = FrozenBackbone.open(weights.toString());
                ModelServer server = ModelServer.start(
                        new LocalEncoder(backbone, PositionPolicy.APPEND), ServerOptions.embeddings(), line -> {});
                RemoteEncoder remote = new RemoteEncoder(server.address().toString())) {
            assertThat(remote.card().gradients()).isFalse();
            assertThatThrownBy(() -> split(remote, backbone))
                    .isInstanceOf(EncoderException.class)
                    .hasMessageContaining("--gradients");
        }
    }
}
