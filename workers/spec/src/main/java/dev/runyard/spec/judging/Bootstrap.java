package dev.runyard.spec.judging;

import java.util.Arrays;

/**
 * Percentile bootstrap over images (Efron 1979): each draw takes as many images as there are, with replacement, and all numbers of a draw
 * are of the same images. The same seed gives the same intervals.
 */
final class Bootstrap {
    /** Draws, unless the set is so large that they would take minutes. */
    static final int DRAWS = 10_000;

    /** Images drawn at most, all draws together. */
    private static final long MOST = 4_000_000_000L;

    private final Predictions predictions;
    private final int draws;
    private final double[][] values;

    /** What is estimated; the order of a draw's values. */
    enum Number {
        TOP5,
        MEAN_PER_CLASS,
        NLL,
        BRIER,
        CALIBRATION_ERROR
    }

    Bootstrap(Predictions predictions, long seed) {
        this.predictions = predictions;
        this.draws = (int) Math.max(100, Math.min(DRAWS, MOST / Math.max(1, predictions.size())));
        this.values = new double[Number.values().length][draws];
        draw(seed);
    }

    int draws() {
        return draws;
    }

    /** @param factor that the values are shown with, as 100 for percent */
    Estimate estimate(Number number, double value, double factor) {
        double[] sorted = values[number.ordinal()].clone();
        Arrays.sort(sorted);
        return new Estimate(
                factor * value,
                factor * percentile(sorted, 0.025),
                factor * percentile(sorted, 0.975),
                Estimate.Method.BOOTSTRAP);
    }

    /** Linear between the two nearest values, as numpy's default. */
    static double percentile(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) Math.floor(at);
        double high = sorted[Math.min(sorted.length - 1, below + 1)];
        return sorted[below] + (at - below) * (high - sorted[below]);
    }

    /** The images are put in the order of their bins first, so that what a bin sums up lies together. */
    private void draw(long seed) {
        int n = predictions.size();
        int[] order = order();
        int[] ends = new int[Calibration.BINS];
        double[] nll = new double[n];
        double[] brier = new double[n];
        double[] gap = new double[n];
        int[] label = new int[n];
        long[] counted = new long[n];
        int finite = 0;
        for (int k = 0; k < n; k++) {
            int i = order[k];
            boolean right = predictions.right(i);
            label[k] = predictions.labels()[i];
            counted[k] = 1 + (right ? 1L << 32 : 0);
            if (predictions.answers()[i] >= 0) {
                nll[k] = predictions.nlls()[i];
                brier[k] = predictions.briers()[i];
                gap[k] = (right ? 1 : 0) - predictions.confidences()[i];
                ends[Calibration.bin(predictions.confidences()[i])]++;
                finite++;
            }
        }
        for (int b = 1; b < ends.length; b++) {
            ends[b] += ends[b - 1];
        }
        int[] five = new int[n];
        for (int k = 0; k < n; k++) {
            five[k] = predictions.ranks()[order[k]] < 5 ? 1 : 0;
        }
        int[] times = new int[n];
        long[] byClass = new long[predictions.classes()];
        long state = seed;
        for (int d = 0; d < draws; d++) {
            Arrays.fill(times, 0);
            Arrays.fill(byClass, 0);
            for (int i = 0; i < n; i += 2) {
                state += 0x9e3779b97f4a7c15L;
                long mixed = mixed(state);
                times[(int) ((mixed >>> 32) * n >>> 32)]++;
                if (i + 1 < n) {
                    times[(int) ((mixed & 0xffffffffL) * n >>> 32)]++;
                }
            }
            double nlls = 0;
            double briers = 0;
            double error = 0;
            long fives = 0;
            long numbers = 0;
            int from = 0;
            for (int end : ends) {
                double gaps = 0;
                for (int k = from; k < end; k++) {
                    int w = times[k];
                    nlls += w * nll[k];
                    briers += w * brier[k];
                    gaps += w * gap[k];
                    fives += (long) w * five[k];
                    numbers += w;
                    byClass[label[k]] += w * counted[k];
                }
                error += Math.abs(gaps);
                from = end;
            }
            for (int k = finite; k < n; k++) { // scores that are no numbers: wrong, and nothing else
                byClass[label[k]] += times[k] * counted[k];
            }
            double present = Math.max(1, numbers);
            values[Number.TOP5.ordinal()][d] = (double) fives / n;
            values[Number.NLL.ordinal()][d] = nlls / present;
            values[Number.BRIER.ordinal()][d] = briers / present;
            values[Number.CALIBRATION_ERROR.ordinal()][d] = error / present;
            values[Number.MEAN_PER_CLASS.ordinal()][d] = meanPerClass(byClass);
        }
    }

    /** By bin; what has none, because its scores are no numbers, at the end. */
    private int[] order() {
        int n = predictions.size();
        int[] starts = new int[Calibration.BINS + 2];
        int[] bins = new int[n];
        for (int i = 0; i < n; i++) {
            bins[i] = predictions.answers()[i] < 0
                    ? Calibration.BINS
                    : Calibration.bin(predictions.confidences()[i]);
            starts[bins[i] + 1]++;
        }
        for (int b = 1; b < starts.length; b++) {
            starts[b] += starts[b - 1];
        }
        int[] out = new int[n];
        for (int i = 0; i < n; i++) {
            out[starts[bins[i]]++] = i;
        }
        return out;
    }

    /** Of the classes with an image. */
    private static double meanPerClass(long[] byClass) {
        double sum = 0;
        int present = 0;
        for (long counted : byClass) {
            int images = (int) counted;
            if (images > 0) {
                sum += (double) (counted >>> 32) / images;
                present++;
            }
        }
        return sum / Math.max(1, present);
    }

    /** SplitMix64's output function (Steele et al. 2014). */
    private static long mixed(long state) {
        long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
