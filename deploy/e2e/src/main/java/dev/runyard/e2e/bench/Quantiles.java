package dev.runyard.e2e.bench;

import java.util.Arrays;
import java.util.Locale;

/** Order statistics of a handful of timings, in the unit they came in. */
public record Quantiles(double[] sorted) {
    public Quantiles {
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no timings");
        }
        sorted = sorted.clone();
        Arrays.sort(sorted);
    }

    /** Nearest rank: the smallest timing that a share {@code p} of all does not exceed. */
    public double at(double p) {
        return sorted[Math.max(0, (int) Math.ceil(p * sorted.length) - 1)];
    }

    public String line(String unit) {
        return String.format(
                Locale.ROOT,
                "p50 %.3g, p95 %.3g, p99 %.3g, max %.3g %s (n %d)",
                at(0.5),
                at(0.95),
                at(0.99),
                sorted[sorted.length - 1],
                unit,
                sorted.length);
    }
}
