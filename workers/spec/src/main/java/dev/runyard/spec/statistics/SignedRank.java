package dev.runyard.spec.statistics;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.NormalDistribution;

/**
 * Wilcoxon's signed-rank test of paired samples, as {@code scipy.stats.wilcoxon} makes it by default: pairs without a difference are left
 * out; exact up to 50 pairs, or 13 where differences are tied or zero; beyond, the normal approximation with the correction for ties.
 */
public final class SignedRank {
    private static final int EXACT = 50;
    private static final int EXACT_WITH_TIES = 13;

    private SignedRank() {}

    /** @throws IllegalArgumentException for samples of different sizes, or without any difference */
    public static Tested of(double[] x, double[] y) {
        return of(StudentT.differences(x, y));
    }

    /** Of the differences themselves. */
    public static Tested of(double[] differences) {
        double[] d = Arrays.stream(differences).filter(v -> v != 0).toArray();
        if (d.length == 0) {
            throw new IllegalArgumentException("no pair differs");
        }
        int[] doubled = doubledRanks(d);
        int above = 0;
        int all = 0;
        for (int i = 0; i < d.length; i++) {
            all += doubled[i];
            above += d[i] > 0 ? doubled[i] : 0;
        }
        boolean plain = d.length == differences.length
                && Arrays.stream(doubled).distinct().count() == d.length;
        boolean exact = differences.length <= (plain ? EXACT : EXACT_WITH_TIES);
        double p = exact ? exact(doubled, above, all) : approximate(doubled, above);
        return new Tested(Math.min(above, all - above) / 2.0, Double.NaN, p);
    }

    /** Twice the ranks of the sizes, which are whole: those of ties are means of two whole numbers. */
    private static int[] doubledRanks(double[] d) {
        double[] sizes = Arrays.stream(d).map(Math::abs).sorted().toArray();
        return Arrays.stream(d)
                .mapToInt(value -> {
                    int first = (int) Arrays.stream(sizes)
                            .filter(s -> s < Math.abs(value))
                            .count();
                    int ties = (int) Arrays.stream(sizes)
                            .filter(s -> s == Math.abs(value))
                            .count();
                    return 2 * first + ties + 1;
                })
                .toArray();
    }

    /** Over all ways to give the ranks signs, each as likely as any other. */
    private static double exact(int[] doubled, int above, int all) {
        double[] ways = new double[all + 1];
        ways[0] = 1;
        for (int rank : doubled) {
            for (int sum = all; sum >= rank; sum--) {
                ways[sum] += ways[sum - rank];
            }
        }
        double total = Math.pow(2, doubled.length);
        double less = IntStream.rangeClosed(0, above).mapToDouble(i -> ways[i]).sum() / total;
        double more =
                IntStream.rangeClosed(above, all).mapToDouble(i -> ways[i]).sum() / total;
        return Math.min(1, 2 * Math.min(less, more));
    }

    private static double approximate(int[] doubled, int above) {
        double n = doubled.length;
        double ties = Arrays.stream(doubled)
                .distinct()
                .mapToDouble(rank -> {
                    double t = Arrays.stream(doubled)
                            .filter(other -> other == rank)
                            .count();
                    return t * t * t - t;
                })
                .sum();
        double se = Math.sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24);
        double z = (above / 2.0 - n * (n + 1) / 4) / se;
        return Math.min(1, 2 * new NormalDistribution().cumulativeProbability(-Math.abs(z)));
    }
}
