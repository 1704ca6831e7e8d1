package dev.runyard.spec.statistics;

import java.util.Arrays;
import org.hipparchus.distribution.continuous.TDistribution;

/** Student's t: as {@code scipy.stats.ttest_rel}, {@code ttest_ind(equal_var=False)} and {@code t.interval}. */
public final class StudentT {
    /** A quantile is searched for; this close. */
    private static final double NEAR = 1e-13;

    private StudentT() {}

    /**
     * Paired: of the differences x - y.
     *
     * @throws IllegalArgumentException for samples of different sizes, of fewer than two, or whose differences do not vary
     */
    public static Tested paired(double[] x, double[] y) {
        double[] d = differences(x, y);
        double spread = variance(d);
        if (spread == 0) {
            throw new IllegalArgumentException("the differences do not vary");
        }
        return Tested.ofT(mean(d) / Math.sqrt(spread / d.length), d.length - 1);
    }

    /**
     * Welch's, for samples that are not paired and may spread differently.
     *
     * @throws IllegalArgumentException for samples of fewer than two, or where neither varies
     */
    public static Tested welch(double[] x, double[] y) {
        double vx = variance(x) / x.length;
        double vy = variance(y) / y.length;
        if (vx + vy == 0) {
            throw new IllegalArgumentException("neither sample varies");
        }
        double df = (vx + vy) * (vx + vy) / (vx * vx / (x.length - 1) + vy * vy / (y.length - 1));
        return Tested.ofT((mean(x) - mean(y)) / Math.sqrt(vx + vy), df);
    }

    /**
     * Half the width of the interval around the mean of n values.
     *
     * @param std with n - 1
     * @param n at least 2
     * @param level for example 0.95
     */
    public static double halfWidth(double std, int n, double level) {
        return new TDistribution(n - 1, NEAR).inverseCumulativeProbability((1 + level) / 2) * std / Math.sqrt(n);
    }

    static double[] differences(double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException("paired samples are of one size, not " + x.length + " and " + y.length);
        }
        double[] d = new double[x.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = x[i] - y[i];
        }
        return d;
    }

    static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double variance(double[] values) {
        if (values.length < 2) {
            throw new IllegalArgumentException("a sample of " + values.length + " has no spread");
        }
        if (Arrays.stream(values).allMatch(value -> value == values[0])) {
            return 0; // their mean may be rounded away from them, and the rest be taken for a spread
        }
        double mean = mean(values);
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return sum / (values.length - 1);
    }
}
