package dev.runyard.vision.look;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.judging.PredictionFile;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.ArtifactKind;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FinishedRun;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.invert.TinyRuns;
import dev.runyard.vision.train.TrainedRun;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks on a run that was really trained, as a worker carries them out: its weights and the task's document, and nothing else. */
class LookTest {
    @TempDir
    static Path shared;

    private static Path trained = Path.of("");

    @TempDir
    Path dir;

    @BeforeAll
    static void train() {
        Path backbone = TinyRuns.backbone(shared);
        trained = TinyRuns.run(
                shared,
                backbone,
                "{\"kind\":\"pgn\",\"prompts\":4,\"librarySize\":8,\"resolution\":32}",
                "{\"kind\":\"linear\"}",
                shared.resolve("run"));
    }

    private static final class Heard implements TrainingListener {
        private final Map<String, ArtifactKind> kinds = new LinkedHashMap<>();
        private final Map<String, Path> files = new LinkedHashMap<>();
        private final Map<String, Double> metrics = new LinkedHashMap<>();
        private final List<Long> steps = new ArrayList<>();
        private final int asked;

        Heard(int asked) {
            this.asked = asked;
        }

        @Override
        public void artifact(ArtifactKind kind, String name, Path file) {
            kinds.put(name, kind);
            files.put(name, file);
        }

        @Override
        public void points(List<MetricPoint> points) {
            points.forEach(point -> metrics.put(point.key(), point.value()));
        }

        @Override
        public void progress(long step, long of, int epoch, int epochs) {
            steps.add(step);
        }

        @Override
        public Order order() {
            return steps.size() > asked ? Order.CANCEL : Order.CONTINUE;
        }
    }

    private Outcome look(String written, Heard heard) throws IOException {
        Files.createDirectories(dir.resolve(Look.INPUT));
        Files.copy(trained.resolve(TrainedRun.FILE), dir.resolve(Look.INPUT).resolve(TrainedRun.FILE));
        return again(written, heard);
    }

    private Outcome again(String written, Heard heard) {
        ObjectNode own;
        try (TrainedRun run = TrainedRun.open(trained)) {
            own = (ObjectNode) Json.mapper().valueToTree(run.spec());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        SpecDocument document = SpecDocument.written(FinishedRun.over(own, (ObjectNode) Json.yaml(written)));
        return new Look(document, dir, TrainingOptions.cpu(TinyRuns.cache(shared)), heard).run();
    }

    @Test
    void evaluatesOnFurtherSets() throws IOException {
        Heard heard = new Heard(Integer.MAX_VALUE);
        Outcome outcome = look("{task: evaluate, of: some, evaluations: [{id: shapes}]}", heard);
        assertThat(outcome).isInstanceOf(Outcome.Finished.class);
        assertThat(heard.kinds)
                .containsEntry("predictions.safetensors", ArtifactKind.PREDICTIONS)
                .containsEntry("predictions-shapes-2.safetensors", ArtifactKind.PREDICTIONS)
                .containsEntry("evaluation.csv", ArtifactKind.TABLE);
        // The run's own test is the training's to tell.
        assertThat(heard.metrics)
                .containsKeys("test/shapes-2/top1", "test/shapes-2/drop")
                .doesNotContainKey("test/top1");
        try (InputStream in = Files.newInputStream(heard.files.get("predictions-shapes-2.safetensors"))) {
            PredictionFile kept = PredictionFile.read(in, "test");
            assertThat(kept.about().set()).isEqualTo("shapes-2");
            assertThat(kept.items()).isNotEmpty();
        }
    }

    @Test
    void analysesAndInverts() throws IOException {
        Heard analysed = new Heard(Integer.MAX_VALUE);
        assertThat(look("{task: analyse, of: some, look: {images: 20}}", analysed))
                .isInstanceOf(Outcome.Finished.class);
        assertThat(analysed.kinds)
                .containsEntry("nmi.png", ArtifactKind.PICTURE)
                .containsEntry("tokens-01.png", ArtifactKind.GALLERY)
                .containsEntry("attention.png", ArtifactKind.GALLERY)
                .containsEntry("tsne.csv", ArtifactKind.TABLE)
                .containsEntry("index.json", ArtifactKind.REPORT);
        assertThat(analysed.metrics).isNotEmpty().allSatisfy((key, value) -> assertThat(key)
                .startsWith("analysis/"));
        Heard inverted = new Heard(Integer.MAX_VALUE);
        assertThat(again("{task: invert, of: some, look: {images: 4}}", inverted))
                .isInstanceOf(Outcome.Finished.class);
        assertThat(inverted.kinds)
                .containsEntry("patches.png", ArtifactKind.PICTURE)
                .containsEntry("inversion.json", ArtifactKind.REPORT)
                .containsEntry("bundle-bundle.json", ArtifactKind.BUNDLE);
    }

    @Test
    void isGivenBackWhenItIsToldToStop() throws IOException {
        Heard heard = new Heard(1);
        assertThat(look("{task: analyse, of: some}", heard)).isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.CANCEL));
        assertThat(heard.files).isEmpty();
        Heard judged = new Heard(0);
        assertThat(again("{task: evaluate, of: some}", judged))
                .isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.CANCEL));
    }

    @Test
    void saysThatARunLeftNoWeights() {
        assertThatThrownBy(() -> again("{task: analyse, of: some}", new Heard(0)))
                .isInstanceOf(TrainingFailure.class)
                .hasMessageContaining("left no weights.safetensors");
    }
}
