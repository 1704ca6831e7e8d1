package dev.runyard.e2e.bench.search;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.bench.Arguments;
import dev.runyard.e2e.bench.Quantiles;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sampler.Past;
import dev.runyard.spec.sampler.Sampler;
import dev.runyard.spec.sampler.SamplerSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Samplers against Optuna's on functions whose optimum is known: median regret, ratio, and whether ours are significantly worse.
 *
 * <p>{@code --seeds 200}; {@code --samplers tpe,cma-es,gp}, or {@code times}: how long a point takes; {@code --python FILE}: a Python that has optuna 5.0.0 (and cmaes, scipy, torch),
 * asked anew. Without it Optuna's side is what it printed on 2026-11-26 and 28 for 30 seeds ({@code deploy/e2e/bench/optuna_samplers.jsonl}).
 */
public final class SamplersBench {
    private static final int[] FEW = {25, 50, 100};
    private static final int[] MANY = {100, 250, 500, 1000};

    private SamplersBench() {}

    public static void main(String[] given) throws Exception {
        Arguments arguments = Arguments.of(given, List.of("seeds", "samplers", "python"));
        int seeds = arguments.count("seeds", 200);
        if (arguments.text("samplers", "").equals("times")) {
            times();
            return;
        }
        System.out.println("sampler function runs ours Optuna's ratio p(worse) goal verdict");
        for (String kind : arguments.text("samplers", "tpe,cma-es,gp").split(",")) {
            for (Landscape landscape : landscapes(kind)) {
                int[] runs = kind.equals("cma-es") ? MANY : FEW;
                Regrets ours = Regrets.ours(kind, landscape, seeds, runs);
                List<String> lines = arguments.text("python", "").isEmpty()
                        ? stored()
                        : asked(arguments.text("python", ""), kind, landscape, seeds, runs);
                Regrets optuna = Regrets.of(lines, kind, landscape, seeds, runs);
                for (int k = 0; k < runs.length; k++) {
                    double goal =
                            switch (kind) {
                                case "tpe" -> 1;
                                case "gp" -> 1.25;
                                default -> 1.1;
                            };
                    double ratio = ours.median(k) / optuna.median(k);
                    System.out.printf(
                            Locale.ROOT,
                            "%s %s %d %.4g %.4g %.2f %.3f %.2f %s%n",
                            kind,
                            landscape.name().toLowerCase(Locale.ROOT),
                            runs[k],
                            ours.median(k),
                            optuna.median(k),
                            ratio,
                            ours.worse(optuna, k),
                            goal,
                            ratio <= goal ? "hit" : "MISS");
                }
            }
        }
    }

    /** Milliseconds that one more point takes, by how many there are. */
    private static void times() {
        System.out.println("sampler history ms-a-point best-regret");
        for (String asked : List.of("gp 100", "gp 250", "gp 499", "tpe 100", "tpe 1000", "cma-es 1000")) {
            String kind = asked.split(" ")[0];
            int points = Integer.parseInt(asked.split(" ")[1]);
            Landscape landscape = Landscape.HARTMANN6;
            Sampler sampler = Sampler.of(Json.read("{\"kind\":\"" + kind + "\",\"runs\":500}", SamplerSpec.class));
            List<Past> history = new ArrayList<>();
            for (Map<String, JsonNode> point : Sampler.of(
                            Json.read("{\"kind\":\"random\",\"runs\":500}", SamplerSpec.class))
                    .draw(landscape.space(), 7, List.of(), points)) {
                history.add(Past.finished(point, landscape.regret(point)));
            }
            double[] ms = new double[5];
            double best = Double.POSITIVE_INFINITY;
            for (int i = -2; i < ms.length; i++) {
                long begin = System.nanoTime();
                Map<String, JsonNode> point =
                        sampler.draw(landscape.space(), i, history, 1).get(0);
                best = Math.min(best, landscape.regret(point));
                if (i >= 0) {
                    ms[i] = (System.nanoTime() - begin) / 1e6;
                }
            }
            System.out.printf(Locale.ROOT, "%s %d %.1f %.3g%n", kind, points, new Quantiles(ms).at(0.5), best);
        }
    }

    private static List<Landscape> landscapes(String kind) {
        return switch (kind) {
            case "cma-es" -> List.of(Landscape.ROSENBROCK10, Landscape.SPHERE10);
            case "gp" -> List.of(Landscape.BRANIN, Landscape.HARTMANN6);
            default -> List.of(Landscape.BRANIN, Landscape.HARTMANN6, Landscape.MIXED, Landscape.CONDITIONAL);
        };
    }

    static List<String> stored() throws IOException {
        return Files.readAllLines(bench().resolve("optuna_samplers.jsonl"));
    }

    private static Path bench() {
        return LabProcess.repositoryRoot().resolve("deploy/e2e/bench");
    }

    private static List<String> asked(String python, String kind, Landscape landscape, int seeds, int[] runs)
            throws IOException, InterruptedException {
        String numbers =
                String.join(",", Stream.of(box(runs)).map(String::valueOf).toList());
        Process process = new ProcessBuilder(
                        python,
                        bench().resolve("optuna_samplers.py").toString(),
                        kind,
                        landscape.name().toLowerCase(Locale.ROOT),
                        String.valueOf(seeds),
                        numbers)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            out.lines().forEach(lines::add);
        }
        if (process.waitFor() != 0) {
            throw new IOException("optuna_samplers.py ended with " + process.exitValue());
        }
        return lines;
    }

    private static Integer[] box(int[] runs) {
        Integer[] out = new Integer[runs.length];
        for (int i = 0; i < runs.length; i++) {
            out[i] = runs[i];
        }
        return out;
    }
}
