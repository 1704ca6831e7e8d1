package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.spec.Augment;
import dev.runyard.spec.BackboneSpec;
import dev.runyard.spec.DatasetSpec;
import dev.runyard.spec.MethodSpec;
import dev.runyard.spec.OptimizerSpec;
import dev.runyard.spec.RunSpec;
import dev.runyard.spec.ScheduleSpec;
import dev.runyard.spec.report.Outcome;
import dev.runyard.vision.SharedData;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The counting task with the reference's backbone, images and settings; takes minutes to an hour, so only with
 * {@code -Drunyard.bench=true -Dtest=ReferenceShapesBench}. Prints test top-1 beside the PyTorch reference's. A tenth of the training
 * images is set aside to validate on, which the reference does not do; other random numbers are drawn.
 */
@EnabledIfSystemProperty(named = "runyard.bench", matches = "true")
class ReferenceShapesBench {
    @TempDir
    Path dir;

    /** Bounds are the reference's mean, plus and minus three of its deviations and two points for the smaller training set. */
    @ParameterizedTest
    @CsvSource({
        "linear, 20, 32, 25.9 ± 0.4",
        "iip, 20, 34, 26.8",
        "pgn, 77, 92, 84.4 ± 1.7",
        "backbone-alone, 87, 100, 94.5 ± 1.8"
    })
    void likeTheReference(String method, double low, double high, String reference) {
        Path shared = SharedData.path("reference-shapes");
        RunSpec spec = new RunSpec(
                null,
                new DatasetSpec("folder", shared.resolve("shapes.zip").toString(), null, null, null),
                new BackboneSpec(shared.toString(), null, null),
                method(method),
                null,
                new OptimizerSpec(null, 0.1, 0.9, 0.0),
                new ScheduleSpec(15, 3, 0.0),
                64,
                Augment.FLIP_CROP,
                Long.getLong("runyard.bench.seed", 0L),
                null,
                null,
                null);
        Recorder recorder = new Recorder();
        int threads = Integer.getInteger("runyard.bench.threads", 1);
        long start = System.nanoTime();
        Outcome outcome = new Training(
                        spec, dir.resolve("run"), new TrainingOptions(threads, "cpu", dir.resolve("cache")))
                .run(recorder);
        assertThat(outcome).isInstanceOf(Outcome.Finished.class);
        double top1 = recorder.metrics.get("test/top1").get(outcome.step());
        System.out.printf(
                Locale.ROOT,
                "reference-shapes %s: test top-1 %.1f %% (PyTorch reference %s %%), %d steps in %.0f s, seed %d%n",
                method,
                top1,
                reference,
                outcome.step(),
                (System.nanoTime() - start) / 1e9,
                spec.seed());
        assertThat(top1).isBetween(low, high);
    }

    private static MethodSpec method(String name) {
        return switch (name) {
            case "linear" -> new MethodSpec.Linear();
            case "iip" -> new MethodSpec.Iip(8);
            case "pgn" -> new MethodSpec.Pgn(null, 64, 8, 64, null, null);
            default -> new MethodSpec.BackboneAlone(null, 64);
        };
    }
}
