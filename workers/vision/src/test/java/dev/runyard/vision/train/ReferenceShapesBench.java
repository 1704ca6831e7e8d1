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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The counting task with the reference's backbone, images and settings; takes minutes to an hour, so only with
 * {@code -Drunyard.bench=true -Dtest=ReferenceShapesBench}. Prints test top-1 beside the PyTorch reference's. All 2,000 training images are
 * trained on, as there: the val part, which nothing here depends on, is a copy of some test images. What differs: augmentations are
 * drawn for each image and not for each batch, and epochs 1 and 2 of the warm-up have a third of the rate less (the released code's
 * rule repeats the first epoch's rate).
 */
@EnabledIfSystemProperty(named = "runyard.bench", matches = "true")
class ReferenceShapesBench {
    /** Images a class. */
    private static final int VAL = 4;

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
    void likeTheReference(String method, double low, double high, String reference) throws IOException {
        Path shared = SharedData.path("reference-shapes");
        unpack(shared.resolve("shapes.zip"), dir.resolve("shapes"));
        RunSpec spec = new RunSpec(
                null,
                new DatasetSpec("folder", dir.resolve("shapes").toString(), null, null, null),
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

    private static void unpack(Path zip, Path to) throws IOException {
        try (ZipFile in = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : Collections.list(in.entries())) {
                Path file = to.resolve(entry.getName().replaceFirst("^shapes/", ""));
                if (entry.isDirectory()) {
                    continue;
                }
                Files.createDirectories(file.getParent());
                Files.write(file, in.getInputStream(entry).readAllBytes());
                if (file.toString().contains("/test/")) {
                    Path val = Path.of(file.toString().replace("/test/", "/val/"));
                    Files.createDirectories(val.getParent());
                    if (val.getParent().toFile().list().length < VAL) {
                        Files.copy(file, val);
                    }
                }
            }
        }
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
