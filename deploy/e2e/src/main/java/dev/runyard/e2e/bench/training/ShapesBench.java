package dev.runyard.e2e.bench.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.e2e.bench.Arguments;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Is PGN as good as elsewhere? The counting task with the frozen backbone and the images of the reference comparison, Runyard and
 * PyTorch 2.7.1 with the same settings, over several seeds: test top-1, mean and deviation of each. Two implementations draw other random
 * numbers, so they agree when their means differ by less than two standard errors. Ends with code 1 when one does not.
 *
 * <p>Options: {@code --data FOLDER} (the comparison's, with shapes.zip), {@code --methods pgn,backbone-alone} (of pgn, iip,
 * backbone-alone), {@code --seeds N} (3), {@code --epochs N} (15), {@code --draws image|batch} (what PyTorch draws an augmentation for;
 * batch as in the comparison), {@code --threads N} (1), {@code --device D} (of Runyard, cpu), {@code --torch FOLDER}.
 */
public final class ShapesBench {
    /** What the comparison's own text states. */
    private static final Map<String, String> STATED =
            Map.of("pgn", "84.4 ± 1.7", "iip", "26.8 (one seed)", "backbone-alone", "94.5 ± 1.8");

    /** Images a class that are lent from test to val, which nothing depends on, so that all others are trained on. */
    private static final int VAL = 4;

    private ShapesBench() {}

    public static void main(String[] given) throws IOException, InterruptedException {
        Arguments arguments = Arguments.of(
                given, List.of("data", "methods", "seeds", "epochs", "draws", "threads", "device", "torch"));
        Path reference = arguments
                .path("data", Path.of("../shared/data/reference-shapes"))
                .toAbsolutePath();
        int threads = arguments.count("threads", 1);
        PyTorch torch = PyTorch.of(arguments);
        Path scratch = Files.createTempDirectory("runyard-shapes");
        boolean agreed = true;
        try {
            Path data = EpochBench.unpacked(reference.resolve("shapes.zip"), scratch)
                    .resolve("shapes");
            lend(data);
            for (String method : arguments.text("methods", "pgn,backbone-alone").split(",")) {
                List<Double> ours = new ArrayList<>();
                List<Double> theirs = new ArrayList<>();
                for (int seed = 0; seed < arguments.count("seeds", 3); seed++) {
                    List<String> common = List.of(
                            "--backbone", reference.toString(),
                            "--method", method,
                            "--epochs", String.valueOf(arguments.count("epochs", 15)),
                            "--seed", String.valueOf(seed),
                            "--threads", String.valueOf(threads),
                            "--data", data.toString());
                    List<String> runyard = new ArrayList<>(Turns.runyard("dev.runyard.vision.bench.Shapes"));
                    runyard.addAll(common);
                    runyard.addAll(List.of("--device", arguments.text("device", "cpu")));
                    runyard.addAll(
                            List.of("--run", scratch.resolve(method + seed).toString()));
                    ours.add(top1(runyard, threads));
                    List<String> pytorch = new ArrayList<>(torch.script("shapes.py", common.toArray(String[]::new)));
                    pytorch.addAll(List.of("--draws", arguments.text("draws", "batch")));
                    theirs.add(top1(pytorch, threads));
                    System.out.printf(
                            Locale.ROOT,
                            "%s, seed %d: Runyard %.1f, PyTorch %.1f%n",
                            method,
                            seed,
                            ours.get(seed),
                            theirs.get(seed));
                }
                agreed &= compare(method, Sample.of(ours), Sample.of(theirs));
            }
        } finally {
            EpochBench.delete(scratch);
        }
        System.exit(agreed ? 0 : 1);
    }

    private static boolean compare(String method, Sample ours, Sample theirs) {
        double difference = ours.mean - theirs.mean;
        double error = Math.sqrt((ours.deviation * ours.deviation + theirs.deviation * theirs.deviation) / ours.n);
        boolean agreed = ours.n < 2 || Math.abs(difference) <= 2 * error;
        System.out.printf(
                Locale.ROOT,
                "%s: test top-1 Runyard %s %%, PyTorch %s %% (stated: %s %%), difference %+.1f ± %.1f: %s%n",
                method,
                ours,
                theirs,
                STATED.getOrDefault(method, "nothing"),
                difference,
                error,
                ours.n < 2 ? "one seed tells nothing" : agreed ? "within two standard errors" : "they differ");
        return agreed;
    }

    /** Mean and standard deviation (n - 1) of a few percentages. */
    private record Sample(int n, double mean, double deviation) {
        static Sample of(List<Double> values) {
            double mean = values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
            double squares =
                    values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
            return new Sample(values.size(), mean, Math.sqrt(squares / Math.max(1, values.size() - 1)));
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f ± %.1f", mean, deviation);
        }
    }

    private static double top1(List<String> command, int threads) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("OMP_NUM_THREADS", String.valueOf(threads));
        Process process = builder.start();
        double top1 = Double.NaN;
        try (BufferedReader in = process.inputReader()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("{")) {
                    top1 = new ObjectMapper().readTree(line).get("top1").asDouble();
                }
            }
        }
        if (process.waitFor() != 0 || Double.isNaN(top1)) {
            throw new IOException(String.join(" ", command) + " failed; run it by itself to see why");
        }
        return top1;
    }

    private static void lend(Path data) throws IOException {
        try (Stream<Path> classes = Files.list(data.resolve("test"))) {
            for (Path folder : classes.toList()) {
                Path val = data.resolve("val").resolve(String.valueOf(folder.getFileName()));
                Files.createDirectories(val);
                try (Stream<Path> images = Files.list(folder)) {
                    for (Path image : images.sorted().limit(VAL).toList()) {
                        Files.copy(image, val.resolve(String.valueOf(image.getFileName())));
                    }
                }
            }
        }
    }
}
