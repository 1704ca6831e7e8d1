package dev.runyard.spec.statistics;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Holm's step-down correction for many tests at once. */
public final class Holm {
    private Holm() {}

    /** The adjusted p-values, in the order given: the chance of one false finding among all is at most what they are held against. */
    public static double[] adjust(double[] p) {
        int[] order = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> p[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] adjusted = new double[p.length];
        double most = 0;
        for (int i = 0; i < order.length; i++) {
            most = Math.max(most, Math.min(1, p[order[i]] * (p.length - i)));
            adjusted[order[i]] = most;
        }
        return adjusted;
    }
}
