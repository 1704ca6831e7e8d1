package dev.runyard.agent;

import dev.runyard.agent.attempt.Trainer;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** A training whose state is a sum: each step adds its number, so a step left out or done twice shows in every later point. */
final class CountingTrainer implements Trainer {
    private final long steps;
    private final long stepMillis;
    private final LongConsumer atStep;

    CountingTrainer(long steps, long stepMillis, LongConsumer atStep) {
        this.steps = steps;
        this.stepMillis = stepMillis;
        this.atStep = atStep;
    }

    static double value(long step) {
        return step * (step + 1) / 2.0;
    }

    @Override
    public Outcome train(SpecDocument spec, Path dir, TrainingListener listener) {
        try {
            long[] state = newest(dir.resolve("checkpoints"));
            listener.resumed(state[0]);
            for (long step = state[0] + 1; step <= steps; step++) {
                Order order = listener.order();
                if (order != Order.CONTINUE) {
                    if (order == Order.PAUSE) {
                        save(dir, step - 1, state[1], listener);
                    }
                    return new Outcome.GivenBack(step - 1, Outcome.Cause.PAUSE);
                }
                atStep.accept(step);
                Thread.sleep(stepMillis);
                state[1] += step;
                listener.points(List.of(new MetricPoint("train/loss", step, null, state[1], step)));
                listener.progress(step, steps, 0, 1);
                if (step % 10 == 0 || step == steps) {
                    save(dir, step, state[1], listener);
                }
            }
            return new Outcome.Finished(steps);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void save(Path dir, long step, long sum, TrainingListener listener) throws IOException {
        Path folder = dir.resolve("checkpoints").resolve(String.format(Locale.ROOT, "step-%09d", step));
        Files.createDirectories(folder);
        byte[] state = (step + " " + sum).getBytes(StandardCharsets.UTF_8);
        Files.write(folder.resolve("state.txt"), state);
        CheckpointRef ref = new CheckpointRef(
                step,
                0,
                false,
                "s",
                "d",
                "b",
                List.of(new CheckpointRef.File("state.txt", state.length, Sha256.of(state))));
        Files.writeString(folder.resolve("manifest.json"), Json.canonical(ref));
        listener.checkpoint(folder, ref);
    }

    private static long[] newest(Path checkpoints) throws IOException {
        if (!Files.isDirectory(checkpoints)) {
            return new long[] {0, 0};
        }
        try (Stream<Path> all = Files.list(checkpoints)) {
            Path folder = all.filter(path -> Files.exists(path.resolve("manifest.json")))
                    .max(Path::compareTo)
                    .orElse(null);
            if (folder == null) {
                return new long[] {0, 0};
            }
            String[] state = Files.readString(folder.resolve("state.txt")).split(" ");
            return new long[] {Long.parseLong(state[0]), Long.parseLong(state[1])};
        }
    }
}
