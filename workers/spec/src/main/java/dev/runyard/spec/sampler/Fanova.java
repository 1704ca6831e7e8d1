package dev.runyard.spec.sampler;

import dev.runyard.spec.space.Chance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How much of a metric's variance each axis explains by itself: a forest of regression trees, in each of which the metric's mean given one axis is a sum
 * over leaves. Hutter, Hoos, Leyton-Brown: An Efficient Approach for Assessing Hyperparameter Importance, ICML 2014.
 */
final class Fanova {
    static final int TREES = 64;

    /** Points that one tree sees at most. */
    private static final int POINTS = 1_000;

    private static final int DEPTH = 64;

    private Fanova() {}

    /**
     * Of each tree the part of the variance that each axis alone explains; zeros of a tree that does not vary.
     *
     * @param u [n][d] coordinates in [0, 1]; NaN where an axis is not there, which counts as its middle
     * @param losses [n]
     * @return [trees][d], each 0 to 1
     */
    static double[][] parts(double[][] u, double[] losses) {
        double[][] x = Arrays.stream(u)
                .map(row ->
                        Arrays.stream(row).map(v -> Double.isNaN(v) ? 0.5 : v).toArray())
                .toArray(double[][]::new);
        Chance chance = new Chance(0, "fanova");
        int d = x[0].length;
        double[][] out = new double[TREES][];
        for (int t = 0; t < TREES; t++) {
            int[] some = new int[Math.min(x.length, POINTS)];
            Arrays.setAll(some, i -> chance.below(x.length));
            List<Leaf> leaves = new ArrayList<>();
            double[] lo = new double[d];
            double[] hi = new double[d];
            Arrays.fill(hi, 1);
            split(x, losses, some, lo, hi, 0, leaves);
            out[t] = parts(leaves, d);
        }
        return out;
    }

    /** A box and the mean of the points in it. */
    private record Leaf(double[] lo, double[] hi, double value) {
        double volume() {
            double volume = 1;
            for (int j = 0; j < lo.length; j++) {
                volume *= hi[j] - lo[j];
            }
            return volume;
        }
    }

    private record Split(int axis, double at, double gain) {}

    private static void split(
            double[][] x, double[] y, int[] points, double[] lo, double[] hi, int depth, List<Leaf> leaves) {
        Split best = new Split(-1, 0, 0);
        if (depth < DEPTH) {
            for (int j = 0; j < lo.length; j++) {
                Split one = along(x, y, points, j);
                best = one.gain() > best.gain() ? one : best;
            }
        }
        if (best.axis() < 0) {
            leaves.add(new Leaf(
                    lo,
                    hi,
                    Arrays.stream(points).mapToDouble(i -> y[i]).average().orElse(0)));
            return;
        }
        int axis = best.axis();
        double at = best.at();
        double[] below = hi.clone();
        double[] above = lo.clone();
        below[axis] = at;
        above[axis] = at;
        split(x, y, Arrays.stream(points).filter(i -> x[i][axis] <= at).toArray(), lo, below, depth + 1, leaves);
        split(x, y, Arrays.stream(points).filter(i -> x[i][axis] > at).toArray(), above, hi, depth + 1, leaves);
    }

    /** The cut that takes most of the squared deviation away. */
    private static Split along(double[][] x, double[] y, int[] points, int j) {
        int n = points.length;
        long[] order = new long[n];
        double[] at = new double[n];
        for (int i = 0; i < n; i++) {
            at[i] = x[points[i]][j];
        }
        // Coordinates are not negative, so that their bits are in their order; the place stands in the last ones.
        for (int i = 0; i < n; i++) {
            order[i] = Double.doubleToRawLongBits(at[i] + 0.0) & ~0x3ffL | i;
        }
        Arrays.sort(order);
        double sum = 0;
        for (int i : points) {
            sum += y[i];
        }
        Split best = new Split(-1, 0, 1e-12 * n);
        double left = 0;
        for (int k = 0; k + 1 < n; k++) {
            int i = (int) (order[k] & 0x3ff);
            int next = (int) (order[k + 1] & 0x3ff);
            left += y[points[i]];
            if (at[next] > at[i]) {
                double right = sum - left;
                double gain = left * left / (k + 1) + right * right / (n - k - 1) - sum * sum / n;
                if (gain > best.gain()) {
                    best = new Split(j, (at[i] + at[next]) / 2, gain);
                }
            }
        }
        return best.axis() < 0 ? new Split(-1, 0, 0) : best;
    }

    private static double[] parts(List<Leaf> leaves, int d) {
        double mean = 0;
        double squares = 0;
        for (Leaf leaf : leaves) {
            mean += leaf.value() * leaf.volume();
            squares += leaf.value() * leaf.value() * leaf.volume();
        }
        double variance = squares - mean * mean;
        double[] out = new double[d];
        for (int j = 0; j < d && variance > 1e-300; j++) {
            out[j] = Math.min(1, Math.max(0, alone(leaves, j, mean) / variance));
        }
        return out;
    }

    /** The variance of the mean given one axis, which is a step function over the cuts along it. */
    private static double alone(List<Leaf> leaves, int j, double mean) {
        double[] cuts = leaves.stream()
                .flatMapToDouble(leaf -> Arrays.stream(new double[] {leaf.lo()[j], leaf.hi()[j]}))
                .sorted()
                .distinct()
                .toArray();
        double[] steps = new double[cuts.length];
        for (Leaf leaf : leaves) {
            double width = leaf.hi()[j] - leaf.lo()[j];
            if (width > 0) {
                double rest = leaf.value() * leaf.volume() / width;
                steps[Arrays.binarySearch(cuts, leaf.lo()[j])] += rest;
                steps[Arrays.binarySearch(cuts, leaf.hi()[j])] -= rest;
            }
        }
        double sum = 0;
        double at = 0;
        for (int k = 0; k + 1 < cuts.length; k++) {
            at += steps[k];
            sum += (cuts[k + 1] - cuts[k]) * (at - mean) * (at - mean);
        }
        return sum;
    }
}
