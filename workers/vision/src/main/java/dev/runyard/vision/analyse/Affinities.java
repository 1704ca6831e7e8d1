package dev.runyard.vision.analyse;

import java.util.stream.IntStream;

/**
 * How likely a point takes another for its neighbour (van der Maaten and Hinton 2008, equations 1 and 2): a Gaussian around each point,
 * as wide as gives every point the same perplexity, made symmetric.
 */
final class Affinities {
    private static final double ENTROPY_TOLERANCE = 1e-5;
    private static final int STEPS = 100;

    private Affinities() {}

    /**
     * @param perplexity effective number of neighbours; more than 1, below n
     * @return [n, n], symmetric, 0 on the diagonal, sum 1
     */
    static double[] of(Points points, double perplexity) {
        int n = points.n();
        if (!(perplexity > 1) || perplexity > n - 1) {
            throw new IllegalArgumentException("perplexity must be from 1 to " + (n - 1) + ", got " + perplexity);
        }
        double[] p = new double[Math.multiplyExact(n, n)];
        IntStream.range(0, n).parallel().forEach(i -> {
            double[] distances = new double[n];
            for (int j = 0; j < n; j++) {
                distances[j] = points.squaredDistance(i, j);
            }
            conditional(distances, i, perplexity, p, i * n);
        });
        double[] out = new double[p.length];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                out[i * n + j] = (p[i * n + j] + p[j * n + i]) / (2.0 * n);
            }
        }
        return out;
    }

    /**
     * Probabilities of one point's neighbours, by halving on the Gaussian's precision.
     *
     * @param distances squared, to every point
     * @param own the point itself, which gets 0
     */
    static void conditional(double[] distances, int own, double perplexity, double[] out, int at) {
        double wanted = StrictMath.log(perplexity);
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double precision = start(distances, own);
        for (int step = 0; step < STEPS; step++) {
            double difference = fill(distances, own, precision, out, at) - wanted;
            if (Math.abs(difference) < ENTROPY_TOLERANCE) {
                return;
            }
            if (difference > 0) {
                low = precision;
                precision = Double.isInfinite(high) ? precision * 2 : (precision + high) / 2;
            } else {
                high = precision;
                precision = (precision + low) / 2;
            }
        }
    }

    /** One over the mean squared distance: the right order of magnitude in any unit. */
    private static double start(double[] distances, int own) {
        double sum = 0;
        for (int j = 0; j < distances.length; j++) {
            sum += j == own ? 0 : distances[j];
        }
        return sum > 0 ? (distances.length - 1) / sum : 1;
    }

    /** Fills the probabilities and gives their entropy in nats. */
    private static double fill(double[] distances, int own, double precision, double[] out, int at) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int j = 0; j < distances.length; j++) {
            nearest = j == own ? nearest : Math.min(nearest, distances[j]);
        }
        double sum = 0;
        double weighted = 0;
        // StrictMath, here and at the start of the descent: a last bit that differs between machines would end in
        // another picture.
        for (int j = 0; j < distances.length; j++) {
            // Counted from the nearest neighbour, so that the largest weight is 1 and not nothing.
            double weight = j == own ? 0 : StrictMath.exp(-(distances[j] - nearest) * precision);
            out[at + j] = weight;
            sum += weight;
            weighted += weight == 0 ? 0 : weight * (distances[j] - nearest);
        }
        for (int j = 0; j < distances.length; j++) {
            out[at + j] /= sum;
        }
        return StrictMath.log(sum) + precision * weighted / sum;
    }
}
