package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.judging.PredictionFile;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.Models;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Base-to-new: what was trained on one half of the classes answers with the names of the other. */
class BaseToNewTest {
    private static final List<String> CLASSES = List.of("ant", "bear", "cat", "dog", "elk", "fox");

    @TempDir
    static Path dir;

    @BeforeAll
    static void images() throws IOException {
        for (String name : CLASSES) {
            for (int i = 0; i < 10; i++) {
                Path file = dir.resolve("animals").resolve(name).resolve(i + ".png");
                Files.createDirectories(file.getParent());
                BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
                for (int p = 0; p < 64 * 64; p++) {
                    image.setRGB(p % 64, p / 64, name.hashCode() * 31 + i * p);
                }
                ImageIO.write(image, "png", file.toFile());
            }
        }
    }

    private static RunSpec spec(String method, String classifier, String classes, String evaluations) {
        return Json.read(
                Json.yaml("""
                dataset: {id: folder, root: "%s", split: own, classes: %s}
                backbone: {weights: small-clip}
                method: %s
                classifier: %s
                optimizer: {kind: sgd, learningRate: 0.1}
                schedule: {epochs: 1, warmupEpochs: 0}
                batchSize: 8
                augment: none
                evaluations: %s
                """.formatted(dir.resolve("animals"), classes, method, classifier, evaluations)),
                RunSpec.class);
    }

    private static String half() {
        return "[{id: folder, root: \"" + dir.resolve("animals") + "\", split: own, classes: new}]";
    }

    private static Recorder run(RunSpec spec, String folder) {
        Recorder recorder = new Recorder();
        new Training(spec, dir.resolve(folder), TrainingOptions.cpu(dir.resolve("cache"))).run(recorder);
        return recorder;
    }

    private static double last(Recorder recorder, String key) {
        Map<Long, Double> values = recorder.metrics.get(key);
        assertThat(values).as(key).isNotNull().hasSize(1);
        return values.values().iterator().next();
    }

    @Test
    void theOtherHalfIsAnsweredByItsOwnNames() throws IOException {
        String text = "{kind: text, template: pgn}";
        // Zero-shot trains nothing, so on the other half it is what it is by itself.
        double alone = last(run(spec("{kind: zero-shot}", text, "new", "[]"), "alone"), "test/top1");
        Recorder asked = run(spec("{kind: zero-shot}", text, "base", half()), "zero-shot");
        assertThat(last(asked, "test/new/top1")).isEqualTo(alone);

        RunSpec pgn = spec("{kind: pgn, resolution: 32, prompts: 2, librarySize: 4}", text, "base", half());
        Recorder trained = run(pgn, "pgn");
        double base = last(trained, "test/top1");
        double fresh = last(trained, "test/new/top1");
        double harmonic = base + fresh == 0 ? 0 : 2 * base * fresh / (base + fresh);
        assertThat(last(trained, "test/harmonic-mean")).isCloseTo(harmonic, within(1e-9));
        assertThat(trained.metrics).doesNotContainKey("test/new/drop");
        try (InputStream in = Files.newInputStream(trained.artifacts.get("predictions-new.safetensors"))) {
            PredictionFile kept = PredictionFile.read(in, "new");
            assertThat(kept.about().classes()).isEqualTo(CLASSES.subList(3, 6));
            assertThat(kept.about().set()).isEqualTo("new");
        }
        try (TrainedRun run = TrainedRun.open(dir.resolve("pgn"));
                Model renamed = Models.renamed(
                        run.spec(),
                        run.backbone(),
                        run.model(),
                        List.of(new Dataset.Part("folder", "folder", 0, CLASSES.subList(3, 6))))) {
            assertThat(renamed.parameters().sha256())
                    .isEqualTo(run.model().parameters().sha256());
            for (String name : run.model().buffers().byName().keySet()) {
                if (name.endsWith("running_var")) {
                    assertThat(Torch.read(renamed.buffers().get(name)))
                            .isEqualTo(Torch.read(run.model().buffers().get(name)));
                }
            }
        }
    }

    /** Before a step is trained. */
    @Test
    void whatBelongsToTheTrainedClassesIsRefused() {
        RunSpec linear = spec("{kind: iip, prompts: 2}", "{kind: linear}", "base", half());
        assertThatThrownBy(() -> run(linear, "linear"))
                .isInstanceOfSatisfying(
                        TrainingFailure.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.SPEC))
                .hasMessageContaining("evaluations")
                .hasMessageContaining("classifier linear belongs to those trained on");
        assertThat(dir.resolve("linear/checkpoints")).doesNotExist();
        assertThatThrownBy(() -> spec(
                        "{kind: zero-shot}", "{kind: text, template: pgn}", "base", "[{id: shapes, classes: new}]"))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("classes");
        assertThatThrownBy(() ->
                        spec("{kind: zero-shot}", "{kind: text, template: pgn}", "base", half().replace("new", "all")))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("leave it out");
    }
}
