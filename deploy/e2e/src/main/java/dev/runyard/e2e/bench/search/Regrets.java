package dev.runyard.e2e.bench.search;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sampler.Past;
import dev.runyard.spec.sampler.Sampler;
import dev.runyard.spec.sampler.SamplerSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The best found minus the optimum after some numbers of runs, of several seeds.
 *
 * @param runs after which it was looked, ascending
 * @param bySeed one row a seed, one value for each number of runs
 */
record Regrets(int[] runs, List<double[]> bySeed) {
    /** None that anything was tuned on: the samplers' shares and counts were chosen on seeds from 0. */
    private static final int FIRST_SEED = 1_000;

    /** One point after the other, as one worker would. */
    static Regrets ours(String kind, Landscape landscape, int seeds, int... runs) {
        int most = runs[runs.length - 1];
        Sampler sampler = Sampler.of(Json.read("{\"kind\":\"" + kind + "\",\"runs\":" + most + "}", SamplerSpec.class));
        List<double[]> bySeed = new ArrayList<>();
        for (int seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed++) {
            List<Past> history = new ArrayList<>();
            double[] row = new double[runs.length];
            double best = Double.POSITIVE_INFINITY;
            int k = 0;
            for (int i = 1; i <= most; i++) {
                Map<String, JsonNode> point =
                        sampler.draw(landscape.space(), seed, history, 1).get(0);
                history.add(Past.finished(point, landscape.regret(point)));
                best = Math.min(best, history.get(i - 1).loss());
                if (i == runs[k]) {
                    row[k++] = best;
                }
            }
            bySeed.add(row);
        }
        return new Regrets(runs, bySeed);
    }

    /** Of the lines that {@code optuna_samplers.py} prints. */
    static Regrets of(List<String> lines, String kind, Landscape landscape, int seeds, int... runs) {
        List<double[]> bySeed = new ArrayList<>();
        for (String line : lines) {
            JsonNode study = Json.tree(line);
            if (study.path("sampler").asText().equals(kind)
                    && study.path("function").asText().equals(landscape.name().toLowerCase(Locale.ROOT))
                    && study.path("seed").asInt() < seeds) {
                double[] row = new double[runs.length];
                Arrays.setAll(row, k -> study.path("regret").path(k).asDouble());
                bySeed.add(row);
            }
        }
        return new Regrets(runs, bySeed);
    }

    double median(int k) {
        double[] sorted = bySeed.stream().mapToDouble(row -> row[k]).sorted().toArray();
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    /** One-sided Mann-Whitney with the normal approximation: how likely so large regrets are if these are not worse than the others'. */
    double worse(Regrets others, int k) {
        double u = 0;
        for (double[] own : bySeed) {
            for (double[] other : others.bySeed) {
                u += own[k] > other[k] ? 1 : own[k] == other[k] ? 0.5 : 0;
            }
        }
        double n = bySeed.size();
        double m = others.bySeed.size();
        double z = (u - n * m / 2 - 0.5) / Math.sqrt(n * m * (n + m + 1) / 12);
        // Normal tail, Abramowitz and Stegun 26.2.17.
        double t = 1 / (1 + 0.2316419 * Math.abs(z));
        double tail = Math.exp(-z * z / 2)
                / Math.sqrt(2 * Math.PI)
                * t
                * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return z > 0 ? tail : 1 - tail;
    }
}
