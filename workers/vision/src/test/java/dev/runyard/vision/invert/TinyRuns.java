package dev.runyard.vision.invert;

import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.train.Training;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingListener;
import java.nio.file.Path;

/** Real trainings on a few rendered images, over in a second: a backbone of 4 patches in a row, and runs on it. */
public final class TinyRuns {
    /** G: 32 px in patches of 8. */
    public static final int PER_ROW = 4;

    private static final String SHAPES = "{\"id\":\"shapes\",\"train\":50,\"test\":20}";

    private TinyRuns() {}

    public static Path cache(Path folder) {
        return folder.resolve("cache");
    }

    /** Makes the backbone; answers its folder. */
    public static Path backbone(Path folder) {
        RunSpec spec = Json.read(
                "{\"task\":\"pretrain\",\"dataset\":" + SHAPES + ","
                        + "\"optimizer\":{\"learningRate\":0.02},\"schedule\":{\"epochs\":1,\"warmupEpochs\":0},"
                        + "\"batchSize\":10,\"augment\":\"flip-crop\",\"seed\":7,"
                        + "\"pretrain\":{\"imageSize\":32,\"patch\":8,\"width\":32,\"depth\":2,\"heads\":2}}",
                RunSpec.class);
        train(spec, folder, folder.resolve("pretrain"));
        return folder.resolve("pretrain/backbone");
    }

    /** Trains a method on it; answers the run's folder. */
    public static Path run(Path folder, Path backbone, String method, String classifier, Path out) {
        RunSpec spec = Json.read(
                "{\"dataset\":" + SHAPES + ",\"backbone\":{\"weights\":\"" + backbone
                        + "\"},\"method\":" + method + ",\"classifier\":" + classifier
                        + ",\"optimizer\":{\"learningRate\":0.05},\"schedule\":{\"epochs\":2,\"warmupEpochs\":1},"
                        + "\"batchSize\":10,\"augment\":\"none\"}",
                RunSpec.class);
        train(spec, folder, out);
        return out;
    }

    private static void train(RunSpec spec, Path folder, Path out) {
        new Training(spec, out, TrainingOptions.cpu(cache(folder))).run(new TrainingListener() {});
    }
}
