package dev.runyard.vision.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.train.Training;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingListener;
import java.nio.file.Path;
import java.util.List;

/**
 * The counting task of the reference comparison with the reference's frozen backbone, images and settings, as {@code shapes.py} does it
 * in PyTorch; prints test top-1 in percent as a line of JSON. What differs: an augmentation is drawn for each image and not for each
 * batch, and epochs 1 and 2 of the warm-up have a third of the rate less (the released code's rule repeats the first epoch's rate).
 *
 * <p>{@code --data FOLDER --backbone FOLDER --run FOLDER --method pgn|iip|linear|backbone-alone [--epochs N] [--seed N] [--threads N] [--device D]}
 */
public final class Shapes implements TrainingListener {
    private double top1 = Double.NaN;

    private Shapes() {}

    public static void main(String[] arguments) {
        String method = Options.text(arguments, "--method", "pgn");
        ObjectNode spec = Json.mapper().createObjectNode();
        spec.putObject("dataset").put("id", "folder").put("root", Options.text(arguments, "--data", ""));
        spec.putObject("backbone").put("weights", Options.text(arguments, "--backbone", ""));
        ObjectNode how = spec.putObject("method").put("kind", method);
        if (method.equals("pgn") || method.equals("backbone-alone")) {
            how.put("resolution", 64);
        }
        if (method.equals("pgn") || method.equals("iip")) {
            how.put("prompts", 8);
        }
        if (method.equals("pgn")) {
            how.put("librarySize", 64);
        }
        spec.putObject("optimizer").put("learningRate", 0.1).put("momentum", 0.9);
        spec.putObject("schedule")
                .put("epochs", Options.whole(arguments, "--epochs", 15))
                .put("warmupEpochs", 3)
                .put("floor", 0.0);
        spec.put("batchSize", 64).put("augment", "flip-crop").put("seed", Options.whole(arguments, "--seed", 0));
        Path run = Path.of(Options.text(arguments, "--run", ""));
        Shapes listener = new Shapes();
        Outcome outcome = new Training(
                        Json.read(spec, RunSpec.class),
                        run,
                        new TrainingOptions(
                                Options.whole(arguments, "--threads", 1),
                                Options.device(arguments, "cpu"),
                                run.resolve("cache")))
                .run(listener);
        if (!(outcome instanceof Outcome.Finished)) {
            throw new IllegalStateException("the training ended with " + outcome);
        }
        System.out.println("{\"top1\": " + listener.top1 + "}");
    }

    @Override
    public void points(List<MetricPoint> points) {
        for (MetricPoint point : points) {
            top1 = point.key().equals("test/top1") ? point.value() : top1;
        }
    }
}
