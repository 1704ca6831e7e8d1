package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.encoder.Backbones;
import dev.runyard.vision.encoder.LocalEncoder;
import dev.runyard.vision.invert.TinyRuns;
import dev.runyard.vision.serve.ModelServer;
import dev.runyard.vision.serve.ServerOptions;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run whose backbone is a model server learns what one with the weights learns, and ends with a reason when the server does. */
class EncoderRunTest {
    @TempDir
    static Path shared;

    private static Path weights = Path.of("");

    @TempDir
    Path dir;

    @BeforeAll
    static void backbone() {
        System.setProperty(Backbones.PROPERTY, Backbones.ANY);
        weights = TinyRuns.backbone(shared);
    }

    private static SpecDocument spec(String backbone, String method) {
        return SpecDocument.submitted(
                Json.yaml("dataset: {id: shapes, train: 40, test: 20}\nbackbone: {" + backbone + "}\nmethod: "
                        + method + "\nclassifier: {kind: linear}\noptimizer: {learningRate: 0.05}\n"
                        + "schedule: {epochs: 2, warmupEpochs: 0}\nbatchSize: 10\naugment: flip-crop\n"));
    }

    private Training training(SpecDocument spec, String name) {
        return new Training(spec, dir.resolve(name), TrainingOptions.cpu(shared.resolve("cache")));
    }

    private static ModelServer server(FrozenBackbone backbone, boolean gradients) throws IOException {
        return ModelServer.start(
                new LocalEncoder(backbone, PositionPolicy.APPEND),
                new ServerOptions(0, gradients, ServerOptions.LARGEST_BODY),
                line -> {});
    }

    private static String address(ModelServer server) {
        return server.address().toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{kind: pgn, resolution: 48, prompts: 2, librarySize: 4}",
                "{kind: iip, prompts: 2}",
                "{kind: vp, size: 4}"
            })
    void learnsWhatOneWithTheWeightsLearns(String method) throws IOException {
        Recorder local = new Recorder();
        training(spec("weights: " + weights, method), "local").run(local);
        try (FrozenBackbone backbone = FrozenBackbone.open(weights.toString());
                ModelServer server = server(backbone, true)) {
            SpecDocument spec = spec("encoder: '" + address(server) + "'", method);
            assertThat(training(spec, "asked").run(new Recorder(3, Order.PAUSE)))
                    .isEqualTo(new Outcome.GivenBack(3, Outcome.Cause.PAUSE));
            Recorder asked = new Recorder();
            assertThat(training(spec, "asked").run(asked)).isEqualTo(new Outcome.Finished(8));
            assertThat(asked.metrics.get("test/top1")).isEqualTo(local.metrics.get("test/top1"));
            assertThat(asked.metrics.get("train/loss").get(8L))
                    .isEqualTo(local.metrics.get("train/loss").get(8L));
            try (Safetensors ours = Safetensors.open(dir.resolve("asked/weights.safetensors"));
                    Safetensors theirs = Safetensors.open(dir.resolve("local/weights.safetensors"))) {
                for (String name : theirs.tensors().keySet()) {
                    if (theirs.info(name).dtype().floating()) {
                        assertThat(ours.floats(name)).as(name).isEqualTo(theirs.floats(name));
                    }
                }
            }
            try (TrainedRun run = TrainedRun.open(dir.resolve("asked"))) {
                assertThat(run.evaluate(
                                run.ownData(shared.resolve("cache")),
                                List.of(),
                                (done, of) -> true,
                                (set, from, scores, outputs) -> {}))
                        .isPresent();
            }
        }
    }

    @Test
    void aServerThatIsGoneOrGivesNoGradientsEndsTheRunWithAReason() throws IOException {
        String address;
        try (FrozenBackbone backbone = FrozenBackbone.open(weights.toString());
                ModelServer server = server(backbone, false)) {
            address = address(server);
            refused(address, "serve-model --gradients");
        }
        refused(address, "did not answer");
        System.setProperty(Backbones.PROPERTY, "http://127.0.0.1:1, http://127.0.0.1:2/");
        try {
            assertThatThrownBy(() -> training(spec("encoder: '" + address + "'", "{kind: iip, prompts: 1}"), "other")
                            .run(new Recorder()))
                    .isInstanceOfSatisfying(
                            TrainingFailure.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.SPEC))
                    .hasMessageContaining("RUNYARD_ENCODERS");
            refused("http://127.0.0.1:2", "did not answer");
        } finally {
            System.setProperty(Backbones.PROPERTY, Backbones.ANY);
        }
    }

    private void refused(String address, String why) {
        assertThatThrownBy(() -> training(spec("encoder: '" + address + "'", "{kind: iip, prompts: 1}"), "gone")
                        .run(new Recorder()))
                .isInstanceOfSatisfying(
                        TrainingFailure.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.WEIGHTS))
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{backbone: {encoder: 'ftp://x'}, dataset: {id: shapes}}",
                "{backbone: {encoder: 'http://x:1', weights: small-clip}, dataset: {id: shapes}}",
                "{backbone: {encoder: 'http://x:1', precision: bf16}, dataset: {id: shapes}}",
                "{backbone: {encoder: 'http://x:1'}, method: {kind: full}, dataset: {id: shapes}}",
                "{backbone: {encoder: 'http://x:1'}, classifier: {kind: text}, dataset: {id: shapes}}"
            })
    void whatAServerCannotGiveIsRefused(String yaml) {
        assertThatThrownBy(() -> SpecDocument.submitted(Json.yaml(yaml))).hasMessageContaining("backbone");
        SpecDocument good =
                SpecDocument.submitted(Json.yaml("{backbone: {encoder: 'http://x:1'}, dataset: {id: shapes}}"));
        assertThat(SpecDocument.read(Json.mapper().valueToTree(good.spec()))).isEqualTo(good.spec());
    }
}
