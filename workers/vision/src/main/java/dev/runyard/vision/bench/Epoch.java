package dev.runyard.vision.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.Training;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * One epoch of a training as a user has it, for each line "epoch" on standard input, as {@code epoch.py} does in PyTorch: PGN on the
 * shipped backbone, the images of a folder with the PGN code's augmentations. The first epoch begins with opening the folder and, in an
 * empty cache, with decoding it; a later one begins behind the validation of the one before. Prints milliseconds, resident memory and
 * mean loss as a line of JSON.
 *
 * <p>{@code --data FOLDER --cache FOLDER --run FOLDER [--batch N] [--threads N] [--precision P]}
 */
public final class Epoch implements TrainingListener {
    private static final int MOST = 1_000;

    private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    private double base;
    private long begin;
    private long latest;
    private long done;
    private double losses;
    private long counted;
    private boolean over;

    private Epoch() {}

    public static void main(String[] arguments) throws IOException {
        ObjectNode spec = Json.mapper().createObjectNode();
        spec.putObject("dataset").put("id", "eurosat").put("root", Options.text(arguments, "--data", ""));
        spec.putObject("backbone").put("precision", Options.text(arguments, "--precision", "fp32"));
        spec.putObject("method")
                .put("kind", "pgn")
                .put("resolution", 64)
                .put("prompts", 8)
                .put("librarySize", 64);
        spec.putObject("schedule").put("epochs", MOST).put("warmupEpochs", 0);
        spec.put("batchSize", Options.whole(arguments, "--batch", 64)).put("augment", "pgn");
        RunSpec run = Json.read(spec, RunSpec.class);
        TrainingOptions options = new TrainingOptions(
                Options.whole(arguments, "--threads", 1),
                Options.device(arguments, "cpu"),
                Path.of(Options.text(arguments, "--cache", "")));
        Training training = new Training(run, Path.of(Options.text(arguments, "--run", "")), options);
        // PyTorch is imported and the weights are read before the first epoch there, too.
        Torch.enter();
        FrozenBackbone.shared(run.backbone().weights());
        new Epoch().take(training);
    }

    private void take(Training training) throws IOException {
        base = TrainStep.peak();
        if (asked()) {
            begin = System.nanoTime();
            training.run(this);
        }
    }

    private boolean asked() throws IOException {
        return "epoch".equals(in.readLine());
    }

    @Override
    public void points(List<MetricPoint> points) {
        for (MetricPoint point : points) {
            if (point.key().equals("train/loss")) {
                losses += point.value();
                counted++;
            }
        }
    }

    @Override
    public void progress(long step, long steps, int epoch, int epochs) {
        long perEpoch = steps / epochs;
        long now = System.nanoTime();
        if (step > done) {
            if (done > 0 && done % perEpoch == 0) {
                begin = latest;
            }
            if (step % perEpoch == 0) {
                answer(now);
            }
            done = step;
        }
        latest = System.nanoTime();
    }

    /** The mean is that of the losses told so far: those of the last half second come with the next epoch's. */
    private void answer(long now) {
        try {
            TrainStep.print(now - begin, base, losses / Math.max(1, counted));
            losses = 0;
            counted = 0;
            over = !asked();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void checkpoint(Path folder, CheckpointRef ref) {
        latest = System.nanoTime();
    }

    @Override
    public Order order() {
        return over ? Order.CANCEL : Order.CONTINUE;
    }
}
