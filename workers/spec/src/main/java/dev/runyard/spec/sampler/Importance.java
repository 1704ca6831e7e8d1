package dev.runyard.spec.sampler;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.space.Chance;
import dev.runyard.spec.space.Dimension;
import dev.runyard.spec.space.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much each axis matters. For being among the best: how far the density of the best quarter is from that of all points along the axis (Watanabe,
 * Bansal, Hutter: PED-ANOVA, IJCAI 2023), over bins, less what chance alone makes of it; the interval is that of 200 resamplings of the points. For
 * the metric over the whole space: {@link Fanova}; the interval is that of its trees, each of a resampling of the points.
 */
public final class Importance {
    /** Fewer points than this say nothing, nor fewer than four for each axis. */
    public static final int LEAST = 20;

    private static final int BINS = 8;
    private static final int RESAMPLED = 200;

    private Importance() {}

    /**
     * @param share of all axes; 0 to 1
     * @param lo of 95 of 100 resamplings
     * @param points that have the axis
     */
    public record Share(String path, double share, double lo, double hi, int points) {}

    /**
     * @param told how many points there are to judge by
     * @param needed how many there must be
     * @param shares largest first; empty while there are too few
     */
    public record Answer(int told, int needed, List<Share> shares) {}

    /** What is asked. */
    public enum Method {
        /** What has to do with being among the best quarter. */
        PED_ANOVA("ped-anova"),
        /** What explains the metric over the whole space. */
        FANOVA("fanova");

        private final String word;

        Method(String word) {
            this.word = word;
        }

        /** @throws InvalidSpec for a word that is none of these */
        public static Method of(@Nullable String word) {
            for (Method method : values()) {
                if (word == null || method.word.equals(word)) {
                    return method;
                }
            }
            throw new InvalidSpec(
                    "UNKNOWN_VALUE", "by", word, "must be ped-anova or fanova", "leave it out for ped-anova");
        }

        /** As it is asked for. */
        public String word() {
            return word;
        }
    }

    /** @param history of which those that are over with a finite loss, and were not pruned, count */
    public static Answer of(Space space, List<Past> history, Method method) {
        List<Past> told = history.stream().filter(Past::told).toList();
        int needed = Math.max(LEAST, 4 * space.size());
        if (told.size() < needed) {
            return new Answer(told.size(), needed, List.of());
        }
        double[][] u =
                told.stream().map(past -> space.coordinates(past.point())).toArray(double[][]::new);
        double[] losses = told.stream().mapToDouble(Past::loss).toArray();
        int n = told.size();
        if (method == Method.FANOVA) {
            double[][] trees = Fanova.parts(u, losses);
            double[] mean = new double[space.size()];
            for (double[] tree : trees) {
                for (int j = 0; j < mean.length; j++) {
                    mean[j] += tree[j] / trees.length;
                }
            }
            return answer(
                    space,
                    u,
                    whole(mean),
                    Arrays.stream(trees).map(Importance::whole).toArray(double[][]::new),
                    needed);
        }
        int[] all = new int[n];
        Arrays.setAll(all, i -> i);
        double[] shares = shares(space, u, losses, all);
        double[][] resampled = new double[RESAMPLED][];
        Chance chance = new Chance(0, "importance");
        for (int b = 0; b < RESAMPLED; b++) {
            int[] some = new int[n];
            Arrays.setAll(some, i -> chance.below(n));
            resampled[b] = shares(space, u, losses, some);
        }
        return answer(space, u, shares, resampled, needed);
    }

    private static Answer answer(Space space, double[][] u, double[] shares, double[][] resampled, int needed) {
        int cut = Math.round(resampled.length / 40f);
        List<Share> out = new ArrayList<>();
        for (int j = 0; j < space.size(); j++) {
            int axis = j;
            double[] each =
                    Arrays.stream(resampled).mapToDouble(s -> s[axis]).sorted().toArray();
            int there =
                    (int) Arrays.stream(u).filter(x -> !Double.isNaN(x[axis])).count();
            double lo = Math.min(each[cut], shares[j]);
            double hi = Math.max(each[each.length - 1 - cut], shares[j]);
            out.add(new Share(space.dimensions().get(j).path(), shares[j], lo, hi, there));
        }
        out.sort(Comparator.comparingDouble((Share s) -> -s.share()).thenComparing(Share::path));
        return new Answer(u.length, needed, out);
    }

    /** Parts of 1, where there is anything. */
    private static double[] whole(double[] parts) {
        double sum = Arrays.stream(parts).sum();
        return Arrays.stream(parts).map(part -> sum > 0 ? part / sum : 0).toArray();
    }

    private static double[] shares(Space space, double[][] u, double[] losses, int[] points) {
        Integer[] order = Arrays.stream(points).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> losses[i]));
        int top = Math.max(2, order.length / 4);
        double[] out = new double[space.size()];
        for (int j = 0; j < out.length; j++) {
            out[j] = apart(space.dimensions().get(j), j, u, order, top);
        }
        return whole(out);
    }

    /** Pearson's divergence of the best from all. */
    private static double apart(Dimension dimension, int j, double[][] u, Integer[] order, int top) {
        int size = dimension.size();
        int bins = dimension.unordered() ? size : size > 0 ? Math.min(size, BINS) : BINS;
        double[] best = new double[bins];
        double[] all = new double[bins];
        double m = 0;
        double n = 0;
        for (int i = 0; i < order.length; i++) {
            double x = u[order[i]][j];
            if (!Double.isNaN(x)) {
                int bin = Math.min((int) (x * bins), bins - 1);
                all[bin]++;
                n++;
                best[bin] += i < top ? 1 : 0;
                m += i < top ? 1 : 0;
            }
        }
        if (m < 2 || n <= m) {
            return 0;
        }
        double sum = 0;
        int used = 0;
        for (int k = 0; k < bins; k++) {
            if (all[k] > 0) {
                double p = best[k] / m;
                double q = all[k] / n;
                sum += (p - q) * (p - q) / q;
                used++;
            }
        }
        double chance = (used - 1) / m * (1 - m / n);
        return Math.max(0, sum - chance);
    }
}
