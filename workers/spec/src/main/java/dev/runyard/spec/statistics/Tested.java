package dev.runyard.spec.statistics;

import org.hipparchus.distribution.continuous.TDistribution;

/**
 * What a test of two samples found; always two-sided.
 *
 * @param statistic t, or the smaller sum of ranks
 * @param df degrees of freedom of t; NaN for a test of ranks
 * @param p of a difference at least as large where there is none, in [0, 1]
 */
public record Tested(double statistic, double df, double p) {
    /** Least size of a sample that a test is made of: of two values nobody knows how far they spread. */
    public static final int LEAST = 3;

    /** Of Student's t, both tails. */
    static Tested ofT(double t, double df) {
        return new Tested(t, df, Math.min(1, 2 * new TDistribution(df).cumulativeProbability(-Math.abs(t))));
    }
}
