package dev.runyard.vision.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.train.Training;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Resident memory of a process that trains PGN on the shipped backbone, every 100 of 2,000 steps, with a validation and a checkpoint after each 40:
 * {@code [--steps N] [--batch N] [--device D]}. The goal is a line that stays flat once the first steps have loaded what they need.
 */
public final class FlatMemory {
    private static final int PER_EPOCH = 40;
    private static final int EVERY = 100;

    private FlatMemory() {}

    public static void main(String[] arguments) throws IOException {
        int steps = Options.whole(arguments, "--steps", 2_000);
        int batch = Options.whole(arguments, "--batch", 16);
        ObjectNode spec = Json.mapper().createObjectNode();
        spec.putObject("dataset")
                .put("id", "shapes")
                .put("train", PER_EPOCH * batch)
                .put("test", 40);
        spec.putObject("method")
                .put("kind", "pgn")
                .put("resolution", 64)
                .put("prompts", 8)
                .put("librarySize", 64);
        spec.putObject("schedule").put("epochs", steps / PER_EPOCH);
        spec.put("batchSize", batch);
        spec.put("augment", "flip-crop");
        Path folder = Files.createTempDirectory("runyard-memory");
        long[] first = new long[1];
        Outcome outcome = new Training(
                        Json.read(spec, RunSpec.class),
                        folder.resolve("run"),
                        new TrainingOptions(1, Options.device(arguments, "auto"), folder.resolve("cache")))
                .run(new TrainingListener() {
                    private long told;

                    @Override
                    public void progress(long step, long all, int epoch, int epochs) {
                        if (step % EVERY != 0 || step == told || step == 0) {
                            return;
                        }
                        told = step;
                        System.gc(); // so that garbage of the heap, which the collector may leave for long, is not
                        // taken for a leak
                        long now = resident();
                        first[0] = first[0] == 0 ? now : first[0];
                        System.out.printf(
                                Locale.ROOT,
                                "step %4d: %d MB, %.2f of step %d%n",
                                step,
                                now,
                                (double) now / first[0],
                                EVERY);
                    }
                });
        if (!(outcome instanceof Outcome.Finished)) {
            throw new IllegalStateException("ended with " + outcome);
        }
    }

    /** MB */
    private static long resident() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1_024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
