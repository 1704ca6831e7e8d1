package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.train.input.TrainingOptions;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images are learned from, which weights are the result, and that neither depends on where a run goes on. */
class SelectionTest {
    private static final String LINEAR = """
            dataset: {id: folder, root: %s%s}
            method: {kind: linear}
            optimizer: {learningRate: 20}
            schedule: {epochs: 6, warmupEpochs: 0}
            batchSize: 12
            augment: none
            """;

    @TempDir
    static Path shared;

    @TempDir
    Path dir;

    /** Labels that the images say nothing of, so that a training soon knows its own by heart and others worse. */
    @BeforeAll
    static void makeImages() throws IOException {
        Random random = new Random(3);
        for (String part : new String[] {"train", "val", "test"}) {
            for (int i = 0; i < (part.equals("train") ? 48 : 16); i++) {
                BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
                for (int at = 0; at < 64 * 64; at++) {
                    image.setRGB(at % 64, at / 64, random.nextInt());
                }
                Path file = shared.resolve("images")
                        .resolve(part)
                        .resolve("class-" + i % 2)
                        .resolve(i + ".png");
                Files.createDirectories(file.getParent());
                ImageIO.write(image, "png", file.toFile());
            }
        }
    }

    private static SpecDocument spec(String fit, String more) {
        return SpecDocument.submitted(Json.yaml(LINEAR.formatted(shared.resolve("images"), fit) + more));
    }

    private Recorder train(SpecDocument spec, String name) {
        Recorder recorder = new Recorder();
        assertThat(training(spec, name).run(recorder)).isInstanceOf(Outcome.Finished.class);
        return recorder;
    }

    private Training training(SpecDocument spec, String name) {
        return new Training(spec, dir.resolve(name), TrainingOptions.cpu(shared.resolve("cache")));
    }

    private static long at(Map<Long, Double> values, Comparator<Double> order) {
        return values.entrySet().stream()
                .min(Map.Entry.<Long, Double>comparingByValue(order).thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow()
                .getKey();
    }

    private float[] classifier(Path file) throws IOException {
        try (Safetensors in = Safetensors.open(file)) {
            return in.floats("classifier.weight");
        }
    }

    private Path state(String name, long step) {
        return dir.resolve(name)
                .resolve("checkpoints")
                .resolve("step-%09d".formatted(step))
                .resolve("state.safetensors");
    }

    @Test
    void theWeightsOfTheLowestLossAreTheResult() throws IOException {
        Recorder last = train(spec("", ""), "last");
        Recorder chosen = train(spec("", "select: best-val-loss\n"), "chosen");
        assertThat(chosen.metrics.get("val/loss")).isEqualTo(last.metrics.get("val/loss"));
        long best = at(chosen.metrics.get("val/loss"), Comparator.naturalOrder());
        assertThat(best)
                .as("the case is of no use unless an earlier epoch is best")
                .isLessThan(24);
        assertThat(chosen.log).anyMatch(line -> line.contains("weights after step " + best + " "));
        assertThat(classifier(dir.resolve("chosen/weights.safetensors")))
                .isEqualTo(classifier(state("chosen", best)))
                .isNotEqualTo(classifier(dir.resolve("last/weights.safetensors")));
        assertThat(classifier(state("chosen", 24))).isEqualTo(classifier(dir.resolve("last/weights.safetensors")));
    }

    @Test
    void whoGoesOnElsewhereChoosesTheSame() throws IOException {
        SpecDocument spec = spec("", "select: best-val-top1\n");
        Recorder whole = train(spec, "whole");
        long best = at(whole.metrics.get("val/top1"), Comparator.reverseOrder());
        assertThat(best).isLessThan(24);
        long stop = best + 4;
        training(spec, "here").run(new Recorder(stop, Order.PAUSE));
        Path from = dir.resolve("here/checkpoints/step-%09d".formatted(stop));
        Path to = dir.resolve("there/checkpoints/step-%09d".formatted(stop));
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        train(spec, "there");
        assertThat(dir.resolve("there/weights.safetensors"))
                .hasSameBinaryContentAs(dir.resolve("whole/weights.safetensors"));
    }

    @Test
    void onTestIsMarkedAndOnVal() {
        Recorder test = train(spec("", "select: best-val-top1\nvalidateOn: test\n"), "test");
        assertThat(test.log).anyMatch(line -> line.contains("selects on test, as released"));
        long best = at(test.metrics.get("val/top1"), Comparator.reverseOrder());
        assertThat(test.metrics.get("test/top1").values())
                .containsExactly(test.metrics.get("val/top1").get(best));
    }

    @Test
    void trainAndValTogetherAreOneEpoch() {
        assertThat(train(spec("", ""), "train").step).isEqualTo(6 * 4);
        Recorder both = train(spec(", fit: train+val", ""), "both");
        assertThat(both.step).isEqualTo(6 * 6); // 64 images
        assertThat(both.metrics).doesNotContainKeys("val/top1", "val/loss").containsKey("test/top1");
        assertThat(both.log).anyMatch(line -> line.contains("48 and 16 images"));
        assertThat(train(spec(", fit: train+val", "validateOn: test\nselect: best-val-loss\n"), "released").metrics)
                .containsKey("val/loss");
    }

    @Test
    void withoutImagesToChooseByNothingIsChosen() {
        assertThatThrownBy(() -> spec(", fit: train+val", "select: best-val-loss\n"))
                .hasMessageContaining("select")
                .hasMessageContaining("validateOn: test as the released code does");
    }
}
