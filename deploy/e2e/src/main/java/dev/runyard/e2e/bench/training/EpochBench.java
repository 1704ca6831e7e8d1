package dev.runyard.e2e.bench.training;

import dev.runyard.e2e.bench.Arguments;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * One epoch of PGN with the shipped backbone on EuroSAT from JPEG files, Runyard's own training against the same in PyTorch 2.7.1 with
 * PIL, torchvision's transforms and a DataLoader with two workers. In each round both begin in new processes and take turns epoch by
 * epoch. Runyard's first epoch finds an empty cache: it hashes the folder, decodes every image and keeps the pixels; later epochs read
 * them. PyTorch decodes in every epoch. Validation and checkpoints between epochs are in no time. Goal: at most 0.9 of PyTorch's time in the
 * first epoch, 0.75 in later ones.
 *
 * <p>Options: {@code --data PATH} (a folder or zip in CoOp's layout of EuroSAT, or a folder with one zip), {@code --rounds N} (3),
 * {@code --epochs N} (3), {@code --batch N} (64), {@code --threads 1,2}, {@code --precision fp32|bf16} (of Runyard's frozen part),
 * {@code --device cpu|cuda} (of both), {@code --torch FOLDER} (where PyTorch is or will be installed).
 */
public final class EpochBench {
    private static final double FIRST = 0.9;
    private static final double LATER = 0.75;
    private static final String WORKERS = "2";
    private static final String BACKBONE = "workers/vision/src/main/resources/dev/runyard/vision/backbone/small-vit";

    private final Path images;
    private final Path scratch;
    private final PyTorch torch;
    private final int epochs;
    private final String batch;
    private final String precision;
    private final String device;

    private EpochBench(Path images, Path scratch, PyTorch torch, Arguments arguments) {
        this.images = images;
        this.scratch = scratch;
        this.torch = torch;
        epochs = arguments.count("epochs", 3);
        batch = String.valueOf(arguments.count("batch", 64));
        precision = arguments.text("precision", "fp32");
        device = arguments.text("device", "cpu");
    }

    public static void main(String[] given) throws IOException, InterruptedException {
        Arguments arguments = Arguments.of(
                given, List.of("data", "rounds", "epochs", "batch", "threads", "precision", "device", "torch"));
        List<Integer> threads = arguments.counts("threads", "1,2");
        int rounds = arguments.count("rounds", 3);
        Path data = arguments.path("data", Path.of("../shared/data/eurosat-8k"));
        PyTorch torch = PyTorch.of(arguments);
        Path scratch = Files.createTempDirectory("runyard-epoch");
        try {
            EpochBench bench = new EpochBench(unpacked(data, scratch), scratch, torch, arguments);
            for (int t : threads) {
                bench.measure(t, rounds);
            }
        } finally {
            delete(scratch);
        }
    }

    private void measure(int threads, int rounds) throws IOException {
        List<Epoch> all = new ArrayList<>();
        for (int e = 0; e < epochs; e++) {
            all.add(new Epoch(e == 0 ? FIRST : LATER, new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
        }
        String losses = "";
        for (int round = 0; round < rounds; round++) {
            Path own = Files.createTempDirectory(scratch, "round");
            try (Turns ours = new Turns("Runyard", runyard(threads, own), threads);
                    Turns theirs = new Turns("PyTorch", pytorch(threads), threads)) {
                for (Epoch epoch : all) {
                    double a = ours.take("epoch", true).get("loss").asDouble();
                    double b = theirs.take("epoch", true).get("loss").asDouble();
                    losses = String.format(Locale.ROOT, "Runyard %.3f, PyTorch %.3f", a, b);
                    int at = ours.times().size() - 1;
                    epoch.ours.add(ours.times().get(at) / 1_000);
                    epoch.theirs.add(theirs.times().get(at) / 1_000);
                    epoch.processor.add(
                            ours.processor().get(at) / theirs.processor().get(at));
                }
            }
            delete(own);
        }
        System.out.printf(
                Locale.ROOT,
                "epoch of PGN + small-vit (%s) on %s, batch %s, %d thread(s), %d round(s)%n",
                precision,
                images.getFileName(),
                batch,
                threads,
                rounds);
        for (int e = 0; e < epochs; e++) {
            System.out.println("  epoch " + (e + 1) + (e == 0 ? " (opens the data, cold cache): " : ": ") + all.get(e));
        }
        System.out.println("  training loss of the last epoch: " + losses);
    }

    /** One epoch's times in each round, s, with the goal for their ratio, and the ratios of processor time. */
    private record Epoch(double goal, List<Double> ours, List<Double> theirs, List<Double> processor) {
        @Override
        public String toString() {
            return "Runyard " + Ratios.of(ours) + " s, PyTorch " + Ratios.of(theirs) + " s, time "
                    + Ratios.of(ours, theirs).atMost(goal) + "; processor time " + Ratios.of(processor);
        }
    }

    private List<String> runyard(int threads, Path own) {
        return Turns.runyard(
                "dev.runyard.vision.bench.Epoch",
                "--data",
                images.toString(),
                "--cache",
                own.resolve("cache").toString(),
                "--run",
                own.resolve("run").toString(),
                "--batch",
                batch,
                "--precision",
                precision,
                "--device",
                device,
                "--threads",
                String.valueOf(threads));
    }

    private List<String> pytorch(int threads) {
        return torch.script(
                "epoch.py",
                "--data",
                images.toString(),
                "--backbone",
                LabProcess.repositoryRoot().resolve(BACKBONE).toString(),
                "--batch",
                batch,
                "--workers",
                WORKERS,
                "--device",
                device,
                "--threads",
                String.valueOf(threads));
    }

    /** The folder itself, or what a zip holds, so that both programs read single files. */
    static Path unpacked(Path data, Path scratch) throws IOException {
        Path zip = data;
        if (Files.isDirectory(data)) {
            try (Stream<Path> files = Files.list(data)) {
                List<Path> zips =
                        files.filter(f -> f.toString().endsWith(".zip")).toList();
                if (zips.size() != 1) {
                    return data.toAbsolutePath();
                }
                zip = zips.get(0);
            }
        }
        if (!Files.isRegularFile(zip)) {
            throw new IllegalArgumentException("--data " + data + ": there is no such folder or zip; name EuroSAT's");
        }
        String name = String.valueOf(zip.getFileName());
        Path out = scratch.resolve(name.substring(0, Math.max(1, name.lastIndexOf('.'))));
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path file = out.resolve(entry.getName()).normalize();
                if (!file.startsWith(out)) {
                    throw new IOException(zip + ": " + entry.getName() + " leads out of the folder");
                }
                if (!entry.isDirectory()) {
                    Files.createDirectories(file.getParent());
                    Files.copy(in, file);
                }
            }
        }
        return out;
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
