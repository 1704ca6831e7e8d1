package dev.runyard.e2e.bench.training;

import dev.runyard.e2e.bench.Arguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The loader alone: JPEG files to normalised batches with the PGN code's augmentations, Runyard's threads against torchvision's transforms in
 * a DataLoader with two workers, pass by pass in turns, each decoding every file anew. Goal: at least 1.5 times the images a second. At the end
 * Runyard makes two more passes: one keeps the pixels, the other reads them (one reading).
 *
 * <p>Options: {@code --images N} (512), {@code --pixels P} (500, the files' longer side), {@code --size S} (224), {@code --rounds N} (3),
 * {@code --workers N} (2, of PyTorch), {@code --device cpu|cuda} (where the batches of both go), {@code --torch FOLDER|none} (none measures Runyard alone).
 */
public final class LoaderBench {
    private static final double GOAL = 1.5;
    private static final String MAIN = "dev.runyard.vision.bench.LoaderRate";

    private LoaderBench() {}

    public static void main(String[] given) throws IOException, InterruptedException {
        Arguments arguments =
                Arguments.of(given, List.of("images", "pixels", "size", "rounds", "workers", "device", "torch"));
        int rounds = arguments.count("rounds", 3);
        int images = arguments.count("images", 512);
        String size = String.valueOf(arguments.count("size", 224));
        String pixels = String.valueOf(arguments.count("pixels", 500));
        String device = arguments.text("device", "cpu");
        String workers = String.valueOf(arguments.count("workers", 2));
        Path folder = Files.createTempDirectory("runyard-loader-bench");
        String data = folder.resolve("images").toString();
        run(Turns.runyard(MAIN, "--data", data, "--write", "--images", String.valueOf(images), "--pixels", pixels));
        boolean alone = arguments.text("torch", "").equals("none");
        List<String> theirs = alone
                ? List.of()
                : PyTorch.of(arguments)
                        .script("loader.py", "--data", data, "--size", size, "--workers", workers, "--device", device);
        try (Turns ours = new Turns(
                        "Runyard", Turns.runyard(MAIN, "--data", data, "--size", size, "--device", device), 1);
                Turns other = alone ? null : new Turns("PyTorch", theirs, 1)) {
            for (int round = -1; round < rounds; round++) {
                ours.take("loader", round >= 0);
                if (other != null) {
                    other.take("loader", round >= 0);
                }
            }
            ours.take("kept", false); // keeps them
            double kept = ours.take("kept", false).get("loss").asDouble();
            double ms = Ratios.of(ours.times()).median();
            System.out.printf(
                    Locale.ROOT,
                    "loader, %d JPEG files of %s px to %s px on %d cores: Runyard %s ms a pass, %.0f images/s, %.0f a second of"
                            + " its processor time; %.0f images/s of kept pixels%n",
                    images,
                    pixels,
                    size,
                    Runtime.getRuntime().availableProcessors(),
                    Ratios.of(ours.times()),
                    images * 1e3 / ms,
                    images * 1e3 / Ratios.of(ours.processor()).median(),
                    kept);
            if (other != null) {
                Ratios rate = Ratios.of(other.times(), ours.times());
                System.out.printf(
                        Locale.ROOT,
                        "  PyTorch with %s workers %s ms; images a second, Runyard to PyTorch: %s; processor time %s%n",
                        workers,
                        Ratios.of(other.times()),
                        rate.atLeast(GOAL),
                        Ratios.of(ours.processor(), other.processor()));
            }
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException("the images could not be written");
        }
    }
}
