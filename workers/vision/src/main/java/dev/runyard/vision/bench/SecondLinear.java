package dev.runyard.vision.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.train.Training;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How much faster a second linear run on the same data and backbone is than the first, which embeds every image. Prints both times
 * and the ratio for each solver: {@code --data FOLDER [--backbone WEIGHTS] [--threads N] [--epochs N] [--c C]}; the goal is 20.
 */
public final class SecondLinear {
    private SecondLinear() {}

    public static void main(String[] arguments) throws IOException {
        String data = Options.text(arguments, "--data", "");
        if (data.isEmpty()) {
            throw new IllegalArgumentException("--data FOLDER is missing");
        }
        String backbone = Options.text(arguments, "--backbone", BackboneSpec.SMALL);
        int threads = Options.whole(arguments, "--threads", 1);
        int epochs = Options.whole(arguments, "--epochs", 20);
        double c = Double.parseDouble(Options.text(arguments, "--c", "0.316"));
        String device = Options.device(arguments, "auto");
        // The engine is loaded and the code is warm before the first time that counts.
        Path warm = Files.createTempDirectory("runyard-second-linear");
        ObjectNode shapes = object().put("id", "shapes").put("train", 40).put("test", 10);
        run(spec(shapes, backbone, object(), 1), warm, threads, device);
        delete(warm);
        ObjectNode set = object().put("id", "folder").put("root", data);
        measure("sgd", spec(set, backbone, object(), epochs), threads, device);
        ObjectNode lbfgs = object().put("solver", "lbfgs").put("inverseRegularisation", c);
        measure("lbfgs", spec(set, backbone, lbfgs, 1), threads, device);
    }

    private static ObjectNode object() {
        return Json.mapper().createObjectNode();
    }

    private static void measure(String solver, RunSpec spec, int threads, String device) throws IOException {
        Path folder = Files.createTempDirectory("runyard-second-linear");
        try {
            double first = run(spec, folder, threads, device);
            double second = run(spec, folder, threads, device);
            System.out.printf(
                    Locale.ROOT,
                    "linear %s, %d thread(s): first run %.2f s, second run %.3f s, ratio %.1f (goal 20)%n",
                    solver,
                    threads,
                    first,
                    second,
                    first / second);
        } finally {
            delete(folder);
        }
    }

    /** Seconds of one run in a folder of its own, on a cache that the runs share. */
    private static double run(RunSpec spec, Path folder, int threads, String device) throws IOException {
        Path dir = Files.createTempDirectory(folder, "run");
        long begin = System.nanoTime();
        Outcome outcome = new Training(spec, dir, new TrainingOptions(threads, device, folder.resolve("cache")))
                .run(new TrainingListener() {});
        if (!(outcome instanceof Outcome.Finished)) {
            throw new IllegalStateException("ended with " + outcome);
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private static RunSpec spec(ObjectNode data, String backbone, ObjectNode method, int epochs) {
        ObjectNode spec = Json.mapper().createObjectNode();
        spec.set("dataset", data);
        spec.putObject("backbone").put("weights", backbone);
        spec.set("method", method.put("kind", "linear"));
        spec.putObject("schedule").put("epochs", epochs);
        spec.put("batchSize", 32).put("augment", "none");
        spec.putObject("checkpoint").put("everyEpochs", epochs); // the disk's time is not what is asked for
        return Json.read(spec, RunSpec.class);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
