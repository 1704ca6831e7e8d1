package dev.runyard.vision.analyse;

import dev.runyard.vision.image.Draws;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Lloyd's k-means in double precision from k-means++ starts (Arthur and Vassilvitskii 2007). Hamerly's bounds (2010) leave out
 * distances that cannot change an assignment; the clusters are those of the plain algorithm, on any number of threads.
 */
final class KMeans {
    private static final int MAX_ITERATIONS = 1_000;

    private final Points points;
    private final int k;
    private final int[] labels;
    /** Of each point: at least the distance to its centre. */
    private final double[] upper;
    /** Of each point: at most the distance to the nearest other centre. */
    private final double[] lower;

    private double[] centres;

    private KMeans(Points points, double[] centres) {
        this.points = points;
        this.k = centres.length / points.d();
        if (k < 1 || k > points.n()) {
            throw new IllegalArgumentException("k must be from 1 to " + points.n() + ", got " + k);
        }
        this.centres = centres.clone();
        labels = new int[points.n()];
        upper = new double[points.n()];
        lower = new double[points.n()];
        Arrays.fill(upper, Double.POSITIVE_INFINITY);
    }

    /**
     * What was found.
     *
     * @param labels [n], 0 to k - 1
     * @param centres [k, d], row-major
     * @param inertia sum of squared distances to the own centre
     * @param iterations until no point changed its cluster
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Clusters(int[] labels, double[] centres, double inertia, int iterations) {}

    /** From these centres until nothing changes. */
    static Clusters from(Points points, double[] centres) {
        return new KMeans(points, centres).run();
    }

    /**
     * The best of several starts.
     *
     * @param starts 1 or more
     * @param seed of the starts; the same one gives the same clusters
     */
    static Clusters best(Points points, int k, int starts, long seed) {
        if (k < 1 || k > points.n()) {
            throw new IllegalArgumentException("k must be from 1 to " + points.n() + ", got " + k);
        }
        Clusters best = from(points, spread(points, k, new Draws(seed, 0, 0)));
        for (int start = 1; start < starts; start++) {
            Clusters next = from(points, spread(points, k, new Draws(seed, 0, start)));
            best = next.inertia < best.inertia ? next : best;
        }
        return best;
    }

    /** k-means++: each next centre is a point, drawn with a probability that grows with its squared distance to those before. */
    private static double[] spread(Points points, int k, Draws draws) {
        double[] centres = new double[k * points.d()];
        double[] nearest = new double[points.n()];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        int chosen = draws.below(0, points.n());
        for (int j = 0; j < k; j++) {
            if (j > 0) {
                chosen = weighted(nearest, draws.uniform(j));
            }
            for (int c = 0; c < points.d(); c++) {
                centres[j * points.d() + c] = points.values()[chosen * points.d() + c];
            }
            int row = j;
            IntStream.range(0, points.n())
                    .parallel()
                    .forEach(i -> nearest[i] = Math.min(nearest[i], points.squaredDistance(i, centres, row)));
        }
        return centres;
    }

    private static int weighted(double[] weights, double share) {
        double left = share * Arrays.stream(weights).sum();
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                left -= weights[i];
                if (left < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    private Clusters run() {
        int iteration = 0;
        boolean moved = true;
        while (moved && iteration < MAX_ITERATIONS) {
            iteration++;
            double[] halfGaps = halfGaps();
            long changed = IntStream.range(0, points.n())
                    .parallel()
                    .filter(i -> assign(i, halfGaps))
                    .count();
            moved = changed > 0 || iteration == 1;
            if (moved) {
                recentre();
            }
        }
        double inertia = 0;
        for (int i = 0; i < points.n(); i++) {
            inertia += points.squaredDistance(i, centres, labels[i]);
        }
        return new Clusters(labels, centres, inertia, iteration);
    }

    /** Of each centre: half the distance to the nearest other one. A point nearer than that cannot belong to another. */
    private double[] halfGaps() {
        double[] out = new double[k];
        Arrays.fill(out, Double.POSITIVE_INFINITY);
        for (int a = 0; a < k; a++) {
            for (int b = a + 1; b < k; b++) {
                double half = Math.sqrt(distance(centres, a, centres, b)) / 2;
                out[a] = Math.min(out[a], half);
                out[b] = Math.min(out[b], half);
            }
        }
        return out;
    }

    /** Puts a point where it belongs; true when that is elsewhere than before. */
    private boolean assign(int i, double[] halfGaps) {
        double sure = Math.max(halfGaps[labels[i]], lower[i]);
        if (upper[i] < sure) {
            return false;
        }
        if (upper[i] < Double.POSITIVE_INFINITY) {
            upper[i] = Math.sqrt(points.squaredDistance(i, centres, labels[i]));
            if (upper[i] < sure) {
                return false;
            }
        }
        int first = 0;
        double nearest = Double.POSITIVE_INFINITY;
        double second = Double.POSITIVE_INFINITY;
        for (int j = 0; j < k; j++) {
            double distance = points.squaredDistance(i, centres, j);
            if (distance < nearest) {
                second = nearest;
                nearest = distance;
                first = j;
            } else if (distance < second) {
                second = distance;
            }
        }
        boolean changed = first != labels[i];
        labels[i] = first;
        upper[i] = Math.sqrt(nearest);
        lower[i] = Math.sqrt(second);
        return changed;
    }

    /** Moves each centre to the mean of its points, and widens the bounds by how far it went. */
    private void recentre() {
        int d = points.d();
        int[] counts = new int[k];
        double[] sums = new double[k * d];
        for (int i = 0; i < points.n(); i++) {
            counts[labels[i]]++;
            for (int c = 0, to = labels[i] * d, from = i * d; c < d; c++) {
                sums[to + c] += points.values()[from + c];
            }
        }
        for (int j = 0; j < k; j++) {
            if (counts[j] == 0) {
                refill(j, counts, sums);
            }
        }
        double[] gone = new double[k];
        double farthest = 0;
        for (int j = 0; j < k; j++) {
            for (int c = 0; c < d; c++) {
                sums[j * d + c] /= counts[j];
            }
            gone[j] = Math.sqrt(distance(sums, j, centres, j));
            farthest = Math.max(farthest, gone[j]);
        }
        centres = sums;
        for (int i = 0; i < points.n(); i++) {
            upper[i] += gone[labels[i]];
            lower[i] -= farthest;
        }
    }

    /** An empty cluster takes the point that is farthest from its centre, as scikit-learn does. */
    private void refill(int empty, int[] counts, double[] sums) {
        int farthest = -1;
        double most = -1;
        for (int i = 0; i < points.n(); i++) {
            double distance = points.squaredDistance(i, centres, labels[i]);
            if (counts[labels[i]] > 1 && distance > most) {
                most = distance;
                farthest = i;
            }
        }
        int d = points.d();
        int before = labels[farthest];
        for (int c = 0; c < d; c++) {
            sums[before * d + c] -= points.values()[farthest * d + c];
            sums[empty * d + c] = points.values()[farthest * d + c];
        }
        counts[before]--;
        counts[empty] = 1;
        labels[farthest] = empty;
        // Its bounds were those of another cluster: look at it afresh.
        upper[farthest] = Double.POSITIVE_INFINITY;
        lower[farthest] = 0;
    }

    private double distance(double[] a, int i, double[] b, int j) {
        double sum = 0;
        for (int c = 0, d = points.d(); c < d; c++) {
            double difference = a[i * d + c] - b[j * d + c];
            sum += difference * difference;
        }
        return sum;
    }
}
