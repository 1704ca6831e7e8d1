package dev.runyard.e2e.bench.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.bench.Arguments;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * PGN + ViT-B/32, or ViT-Ti/16, in Runyard and in PyTorch, in turns, for each number of threads and each batch size. PyTorch computes in fp32; with
 * {@code --precision bf16} Runyard runs a second time with the frozen part in bf16.
 *
 * <p>Options: {@code --rounds N} (5), {@code --batch 16,32}, {@code --threads 1,2}, {@code --precision fp32|bf16},
 * {@code --recompute none|mlp} (whether Runyard runs once more and computes the MLPs' first half again),
 * {@code --references fused|fused,written-out} (whether PyTorch also runs with attention written out, as Runyard has it),
 * {@code --vit b32|ti16} and {@code --side S} (of the tower's images, 224), {@code --device cpu|cuda} (of all; with {@code bf16} on a GPU, PyTorch computes with autocast too), {@code --torch FOLDER} (where
 * PyTorch is or will be installed).
 */
final class VitBench {
    /** What is done in each turn. */
    enum Work {
        STEP,
        EVALUATE
    }

    private static final String BF16 = "bf16";
    private static final String WRITTEN_OUT = "written-out";

    /** Side of images from which on a ViT-Ti/16 has another goal, px. */
    private static final int LARGE = 384;

    private final Work work;
    private final int rounds;
    private final boolean bf16;
    private final boolean recompute;
    private final boolean writtenOut;
    private final String vit;
    private final String side;
    private final String device;
    private final PyTorch torch;

    private VitBench(Work work, Arguments arguments) throws IOException, InterruptedException {
        this.work = work;
        rounds = arguments.count("rounds", 5);
        bf16 = BF16.equals(oneOf(arguments, "precision", "fp32", BF16));
        recompute = "mlp".equals(oneOf(arguments, "recompute", "none", "mlp"));
        writtenOut =
                oneOf(arguments, "references", "fused", "fused," + WRITTEN_OUT).endsWith(WRITTEN_OUT);
        vit = oneOf(arguments, "vit", "b32", "ti16");
        side = String.valueOf(arguments.count("side", 224));
        device = oneOf(arguments, "device", "cpu", "cuda");
        torch = PyTorch.of(arguments);
    }

    static void run(Work work, String[] given) throws IOException, InterruptedException {
        Arguments arguments = Arguments.of(
                given,
                List.of(
                        "rounds",
                        "batch",
                        "threads",
                        "precision",
                        "recompute",
                        "references",
                        "device",
                        "vit",
                        "side",
                        "torch"));
        List<Integer> batches = arguments.counts("batch", "16,32");
        List<Integer> threads = arguments.counts("threads", "1,2");
        VitBench bench = new VitBench(work, arguments);
        for (int t : threads) {
            for (int b : batches) {
                bench.measure(b, t);
            }
        }
    }

    /** The first choice when nothing is given. */
    private static String oneOf(Arguments arguments, String name, String... choices) {
        String value = arguments.text(name, choices[0]);
        if (!Arrays.asList(choices).contains(value)) {
            throw new IllegalArgumentException(
                    "--" + name + " " + value + ": must be one of " + String.join(" | ", choices));
        }
        return value;
    }

    private void measure(int batch, int threads) throws IOException {
        String[] size = {
            "--batch",
            String.valueOf(batch),
            "--threads",
            String.valueOf(threads),
            "--device",
            device,
            "--vit",
            vit,
            "--side",
            side
        };
        boolean autocast = bf16 && device.equals("cuda");
        List<Turns> all = new ArrayList<>();
        try {
            Turns fused =
                    started(all, "PyTorch, fused attention", torch.script("step.py", with(size, "--sdpa")), threads);
            Turns fp32 = started(all, "Runyard", runyard(size), threads);
            Turns half = bf16 ? started(all, "Runyard, bf16", runyard(with(size, "--precision", BF16)), threads) : null;
            Turns amp = autocast
                    ? started(all, "PyTorch, autocast", torch.script("step.py", with(size, "--sdpa", "--amp")), threads)
                    : null;
            Turns again = recompute
                    ? started(all, "Runyard, recompute: mlp", runyard(with(size, "--recompute", "mlp")), threads)
                    : null;
            Turns plain =
                    writtenOut ? started(all, "PyTorch, written out", torch.script("step.py", size), threads) : null;
            String line = work.name().toLowerCase(Locale.ROOT);
            for (int i = -1; i < rounds; i++) {
                for (Turns one : all) {
                    JsonNode answer = one.take(line, i >= 0);
                    if (!answer.get("loss").isNumber()) {
                        throw new IOException(one.name() + " computed no finite number: " + answer);
                    }
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s of PGN + ViT %s at %s px, batch %d, %d thread(s), %d turns each after one warm-up%n",
                    work == Work.STEP ? "training step" : "evaluation",
                    vit,
                    side,
                    batch,
                    threads,
                    rounds);
            all.forEach(one -> describe(one, batch));
            compare(fp32, fused, timeGoal(), rateGoal(), 0.75);
            if (half != null) {
                compare(
                        half,
                        amp == null ? fused : amp,
                        amp == null ? 0.6 : 1.1,
                        amp == null ? 1.9 : 0.95,
                        work == Work.STEP ? 0.65 : 0.75);
            }
            if (again != null) {
                compare(again, fused, 1.2, 1.1, 0.6);
            }
            if (plain != null) {
                compare(fp32, plain, timeGoal(), rateGoal(), 0.75);
            }
        } finally {
            all.forEach(Turns::close);
        }
    }

    /** Of a step in fp32: a little more is allowed where attention is most of it. */
    private double timeGoal() {
        return vit.equals("ti16") && Integer.parseInt(side) >= LARGE ? 1.05 : 1;
    }

    /** Of an evaluation in fp32, images a second. */
    private double rateGoal() {
        return vit.equals("ti16") ? 1 / timeGoal() : 1.1;
    }

    private static List<String> runyard(String... arguments) {
        return Turns.runyard("dev.runyard.vision.bench.TrainStep", arguments);
    }

    private static Turns started(List<Turns> all, String name, List<String> command, int threads) throws IOException {
        Turns one = new Turns(name, command, threads);
        all.add(one);
        return one;
    }

    private static String[] with(String[] some, String... more) {
        List<String> out = new ArrayList<>(List.of(some));
        out.addAll(List.of(more));
        return out.toArray(String[]::new);
    }

    private static void describe(Turns one, int batch) {
        double ms = Ratios.of(one.times()).median();
        System.out.printf(
                Locale.ROOT,
                "  %-25s %6.0f ms, %5.1f images/s, processor time %.0f ms (medians); peak %.0f MB, %.0f MB of it the work's%n",
                one.name(),
                ms,
                batch * 1_000 / ms,
                Ratios.of(one.processor()).median(),
                one.peak(),
                one.added());
    }

    /**
     * @param timeGoal goal of a step's time, at most
     * @param rateGoal goal of an evaluation's images a second, at least
     * @param memoryGoal goal of the peak, at most
     */
    private void compare(Turns ours, Turns theirs, double timeGoal, double rateGoal, double memoryGoal) {
        Ratios time = Ratios.of(ours.times(), theirs.times());
        String result = work == Work.STEP
                ? "time " + time.atMost(timeGoal)
                : "images/s " + time.inverse().atLeast(rateGoal);
        double peak = ours.peak() / theirs.peak();
        System.out.printf(
                Locale.ROOT,
                "  %s / %s: %s; processor time %s; peak memory %s, without what each held before %.2f%n",
                ours.name(),
                theirs.name(),
                result,
                Ratios.of(ours.processor(), theirs.processor()),
                Ratios.of(peak).atMost(memoryGoal),
                ours.added() / theirs.added());
    }
}
