package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.SharedData;
import dev.runyard.vision.train.input.TrainingOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real ImageNet ViT answers without training, by its own head, on images that it never saw: the figures of the data's README. */
class RealBackboneTest {
    @TempDir
    Path dir;

    private double[] judged(String transform) {
        Path data = SharedData.path("imagenet-variants/nips2017-dev-flickr.zip");
        Path weights = SharedData.path("weights/vit-tiny-augreg");
        SpecDocument spec = SpecDocument.submitted(Json.yaml("""
                dataset: {id: imagenet-v2, root: %s}
                backbone: {weights: %s, transform: %s}
                method: {kind: zero-shot}
                classifier: {kind: native, policy: frozen}
                """.formatted(data, weights, transform)));
        Recorder recorder = new Recorder();
        assertThat(new Training(spec, dir.resolve(transform), new TrainingOptions(2, "cpu", dir.resolve("cache")))
                        .run(recorder))
                .isEqualTo(new Outcome.Finished(0));
        assertThat(recorder.metrics).doesNotContainKey("val/top1");
        return new double[] {
            recorder.metrics.get("test/top1").get(0L),
            recorder.metrics.get("test/top5").get(0L)
        };
    }

    @Test
    void byThePgnTransform() {
        double[] found = judged("pgn");
        assertThat(found[0]).isCloseTo(87.0, within(0.5));
        assertThat(found[1]).isCloseTo(98.0, within(0.5));
    }

    @Test
    void byItsOwnTransform() {
        double[] found = judged("native");
        System.out.printf("native: top-1 %.2f, top-5 %.2f%n", found[0], found[1]);
        assertThat(found[0]).isBetween(85.5, 90.0);
        assertThat(found[1]).isBetween(98.0, 99.75);
    }
}
