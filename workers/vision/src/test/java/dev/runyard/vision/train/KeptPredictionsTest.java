package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.judging.Judgement;
import dev.runyard.spec.judging.PredictionFile;
import dev.runyard.spec.judging.Thumbnails;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.spec.run.Task;
import dev.runyard.spec.training.Augment;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.spec.training.ScheduleSpec;
import dev.runyard.vision.evaluate.KeptPictures;
import dev.runyard.vision.train.input.TrainingOptions;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training keeps what it answers to each test image, and all that is measured there follows from the file again. */
class KeptPredictionsTest {
    @TempDir
    Path dir;

    private static final RunSpec SPEC = new RunSpec(
            Task.PRETRAIN,
            new DatasetSpec("shapes", null, null, 22, 30),
            null,
            null,
            null,
            new OptimizerSpec(null, 0.02, null, null),
            new ScheduleSpec(1, 0, 0.0),
            10,
            Augment.NONE,
            7L,
            null,
            new PretrainSpec(32, 8, 32, 2, 2),
            null);

    private Outcome train(Recorder recorder) throws IOException {
        return new Training(SPEC, dir.resolve("run"), TrainingOptions.cpu(dir.resolve("cache"))).run(recorder);
    }

    /** The answers stay, which are no pictures. */
    @Test
    void noPictureLeavesAHostWhoseOwnerSaysSo() throws IOException {
        Recorder recorder = new Recorder();
        System.setProperty("runyard.pictures", "none");
        try {
            train(recorder);
        } finally {
            System.clearProperty("runyard.pictures");
        }
        byte[] file = Files.readAllBytes(recorder.artifacts.get("predictions.safetensors"));
        assertThat(read(file).all().size()).isEqualTo(30);
        assertThat(IntStream.range(0, 30).allMatch(read(file).all()::right)).isFalse();
        assertThat(Thumbnails.read(new ByteArrayInputStream(file), "test").items())
                .isEmpty();
        assertThatThrownBy(() -> KeptPictures.of(Map.of("RUNYARD_PICTURES", "off")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("RUNYARD_PICTURES", "off", "none");
        assertThat(KeptPictures.of(Map.of())).isEqualTo(KeptPictures.WRONG);
    }

    @Test
    void theMetricsFollowFromTheFile() throws IOException {
        Recorder recorder = new Recorder();
        Outcome outcome = train(recorder);
        byte[] file = Files.readAllBytes(recorder.artifacts.get("predictions.safetensors"));
        PredictionFile kept = read(file);
        assertThat(kept.about().set()).isEqualTo("shapes");
        assertThat(kept.about().spec()).isEqualTo(SpecDocument.of(SPEC).hash());
        assertThat(kept.about().classes()).hasSize(8);
        assertThat(kept.allowed()).isNull();
        assertThat(kept.items()).hasSize(30).doesNotHaveDuplicates();
        Judgement judged = Judgement.of(kept.all(), 0);
        assertThat(judged.top1().value()).isEqualTo(metric(recorder, "test/top1", outcome));
        assertThat(judged.top5().value()).isEqualTo(metric(recorder, "test/top5", outcome));
        // Halves of scores, against floats.
        assertThat(judged.nll().value()).isCloseTo(metric(recorder, "test/nll", outcome), within(1e-3));
        assertThat(judged.brier().value()).isCloseTo(metric(recorder, "test/brier", outcome), within(1e-3));
        assertThat(judged.calibrationError().value()).isCloseTo(metric(recorder, "test/ece", outcome), within(1e-3));
        assertThat(dir.resolve("run")).isDirectoryNotContaining("glob:**/.scores*");

        // A picture of each image that it has wrong, and of no other.
        Thumbnails pictures = Thumbnails.read(new ByteArrayInputStream(file), "test");
        int[] wrong = IntStream.range(0, 30).filter(i -> !kept.all().right(i)).toArray();
        assertThat(wrong).isNotEmpty();
        assertThat(pictures.items()).containsExactly(wrong);
        for (int i : wrong) {
            byte[] jpeg = pictures.of(i, new ByteArrayInputStream(file)).orElseThrow();
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
            assertThat(image.getWidth()).isEqualTo(image.getHeight()).isBetween(1, 96);
        }

        int scored = file.length - (int) pictures.ends()[wrong.length - 1] - 16 * wrong.length;
        assertThatThrownBy(() -> read(Arrays.copyOf(file, scored - 1))).isInstanceOf(EOFException.class);
        Path weights = recorder.artifacts.entrySet().stream()
                .filter(e -> e.getKey().startsWith("backbone/") && e.getKey().endsWith(".safetensors"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
        byte[] other = Files.readAllBytes(weights);
        assertThatThrownBy(() -> read(other))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("is no file of predictions");
    }

    private static double metric(Recorder recorder, String key, Outcome outcome) {
        return recorder.metrics.get(key).get(outcome.step());
    }

    private static PredictionFile read(byte[] bytes) throws IOException {
        return PredictionFile.read(new ByteArrayInputStream(bytes), "test");
    }
}
