package dev.runyard.e2e.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.e2e.lab.LabProcess;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One training step of PGN + ViT-B/32 (random weights, fp32), Runyard against the same operations in PyTorch 2.7.1, the two
 * programs taking turns step by step. Goals: time at most 1.10, peak resident memory at most 1.0 of PyTorch's.
 *
 * <p>Arguments: folder for PyTorch (installed there when missing), steps, batch, threads.
 */
public final class StepBench {
    private static final ObjectMapper JSON = new ObjectMapper();

    private StepBench() {}

    public static void main(String[] arguments) throws Exception {
        Path root = LabProcess.repositoryRoot();
        Path folder = arguments.length > 0
                ? Path.of(arguments[0])
                : Path.of(System.getProperty("user.home"), ".cache/runyard-bench/torch-2.7.1");
        int steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 7;
        String batch = arguments.length > 2 ? arguments[2] : "16";
        String threads = arguments.length > 3 ? arguments[3] : "1";
        Path python = folder.resolve("bin/python");
        if (!Files.isExecutable(python)) {
            System.out.println("installing PyTorch 2.7.1 into " + folder);
            install(folder);
        }
        String script = root.resolve("deploy/e2e/bench/step.py").toString();
        List<String> torch = List.of(python.toString(), script, "--batch", batch, "--threads", threads);
        List<String> sdpa = new ArrayList<>(torch);
        sdpa.add("--sdpa");
        List<String> ours = List.of(
                "java",
                "-Xmx512m",
                "-Dai.djl.offline=true",
                "-cp",
                root.resolve("workers/agent/target/agent/lib") + "/*",
                "dev.runyard.vision.bench.TrainStep",
                "--batch",
                batch,
                "--threads",
                threads);
        try (Stepper a = new Stepper(ours, threads);
                Stepper b = new Stepper(torch, threads);
                Stepper c = new Stepper(sdpa, threads)) {
            List<Stepper> all = List.of(a, b, c);
            for (int i = -1; i < steps; i++) {
                for (Stepper one : all) {
                    one.step(i >= 0);
                }
            }
            System.out.printf(
                    "PGN + ViT-B/32, fp32, batch %s, %s thread(s), %d steps each after one warm-up%n",
                    batch, threads, steps);
            a.print("Runyard");
            b.print("PyTorch, same operations");
            c.print("PyTorch, fused attention");
            System.out.printf(Locale.ROOT, "time, Runyard / PyTorch same operations: %s%n", a.over(b));
            System.out.printf(Locale.ROOT, "time, Runyard / PyTorch fused attention: %s%n", a.over(c));
            System.out.printf(
                    Locale.ROOT, "peak resident memory, Runyard / PyTorch same operations: %.2f%n", a.peak / b.peak);
        }
    }

    private static void install(Path folder) throws IOException, InterruptedException {
        call("python3", "-m", "venv", folder.toString());
        call(folder.resolve("bin/pip").toString(), "-q", "install", "torch==2.7.1", "numpy==2.2.6");
    }

    private static void call(String... command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    /** A program that does one step for each line it is sent. */
    private static final class Stepper implements AutoCloseable {
        private final Process process;
        private final BufferedReader in;
        private final BufferedWriter out;
        private final List<Double> ms = new ArrayList<>();
        private double peak;

        Stepper(List<String> command, String threads) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().put("OMP_NUM_THREADS", threads);
            process = builder.start();
            in = process.inputReader(StandardCharsets.UTF_8);
            out = process.outputWriter(StandardCharsets.UTF_8);
        }

        void step(boolean counted) throws IOException {
            out.write("step\n");
            out.flush();
            String line = in.readLine();
            while (line != null && !line.startsWith("{")) {
                line = in.readLine();
            }
            if (line == null) {
                throw new IOException("a program ended early");
            }
            JsonNode answer = JSON.readTree(line);
            peak = Math.max(peak, answer.get("peak_mb").asDouble());
            if (counted) {
                ms.add(answer.get("ms").asDouble());
            }
        }

        void print(String name) {
            System.out.printf(
                    Locale.ROOT,
                    "%-26s %s, peak %.0f MB%n",
                    name,
                    new Quantiles(ms.stream().mapToDouble(d -> d).toArray()).line("ms"),
                    peak);
        }

        /** Median and range of the ratios, pair by pair. */
        String over(Stepper other) {
            double[] ratios = new double[ms.size()];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = ms.get(i) / other.ms.get(i);
            }
            Quantiles q = new Quantiles(ratios);
            return String.format(Locale.ROOT, "median %.2f [%.2f, %.2f]", q.at(0.5), q.sorted()[0], q.at(1));
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
