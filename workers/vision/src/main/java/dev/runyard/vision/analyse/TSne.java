package dev.runyard.vision.analyse;

import dev.runyard.vision.image.Draws;
import java.util.Arrays;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * Exact t-SNE (van der Maaten and Hinton 2008) in two dimensions: gradient descent with gains, momentum 0.5 and then 0.8, and an early
 * exaggeration of 12, as in the authors' released code; the step is n/12, at least 50 (Belkina and others 2019). Time and memory grow
 * with n²: 2,000 points take about 20 s of one core. The same seed gives the same picture, on any number of threads and any machine.
 */
final class TSne {
    private static final int EXAGGERATED = 250;
    private static final double EXAGGERATION = 12;
    private static final double START_DEVIATION = 1e-4;
    private static final double LEAST_GAIN = 0.01;

    private final int n;
    private final double[] p;
    private final double[] y;
    private final double[] gradient;
    private final double[] partOfZ;

    /** @param p affinities [n, n] */
    TSne(double[] p, int n, long seed) {
        this(p, n, start(n, seed));
    }

    /** @param y places [n, 2] to start from; changed */
    TSne(double[] p, int n, double[] y) {
        this.n = n;
        this.p = p;
        this.y = y;
        gradient = new double[2 * n];
        partOfZ = new double[n];
    }

    /**
     * A map of the points.
     *
     * @param places [n, 2], around 0
     * @param divergence Kullback-Leibler divergence in nats between the affinities and those of the map; 0 would be perfect
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Layout(double[] places, double divergence) {}

    private static double[] start(int n, long seed) {
        double[] y = new double[2 * n];
        for (int i = 0; i < n; i++) {
            Draws draws = new Draws(seed, 0, i);
            double radius = START_DEVIATION * Math.sqrt(-2 * StrictMath.log(1 - draws.uniform(0)));
            double angle = 2 * Math.PI * draws.uniform(1);
            y[2 * i] = radius * StrictMath.cos(angle);
            y[2 * i + 1] = radius * StrictMath.sin(angle);
        }
        return y;
    }

    /** @param progress hears the share done, 0 to 1 */
    Layout run(int iterations, DoubleConsumer progress) {
        double[] step = new double[2 * n];
        double[] gains = new double[2 * n];
        Arrays.fill(gains, 1);
        double rate = Math.max(50, n / EXAGGERATION);
        for (int iteration = 0; iteration < iterations; iteration++) {
            boolean early = iteration < EXAGGERATED;
            slope(early ? EXAGGERATION : 1);
            double momentum = early ? 0.5 : 0.8;
            for (int c = 0; c < 2 * n; c++) {
                boolean onward = Math.signum(gradient[c]) != Math.signum(step[c]); // the last step went down the slope
                gains[c] = Math.max(LEAST_GAIN, onward ? gains[c] + 0.2 : gains[c] * 0.8);
                step[c] = momentum * step[c] - rate * gains[c] * gradient[c];
                y[c] += step[c];
            }
            centre();
            progress.accept((iteration + 1.0) / iterations);
        }
        return new Layout(y, divergence());
    }

    private void centre() {
        double x = 0;
        double z = 0;
        for (int i = 0; i < n; i++) {
            x += y[2 * i] / n;
            z += y[2 * i + 1] / n;
        }
        for (int i = 0; i < n; i++) {
            y[2 * i] -= x;
            y[2 * i + 1] -= z;
        }
    }

    /** Fills the gradient (equation 5) at the present places. */
    void slope(double exaggeration) {
        double[] pull = new double[2 * n];
        double[] push = new double[2 * n];
        IntStream.range(0, n).parallel().forEach(i -> {
            double z = 0;
            double pullX = 0;
            double pullY = 0;
            double pushX = 0;
            double pushY = 0;
            for (int j = 0, row = i * n; j < n; j++) {
                double dx = y[2 * i] - y[2 * j];
                double dy = y[2 * i + 1] - y[2 * j + 1];
                double near = 1 / (1 + dx * dx + dy * dy);
                double attraction = p[row + j] * near;
                pullX += attraction * dx;
                pullY += attraction * dy;
                pushX += near * near * dx;
                pushY += near * near * dy;
                z += near;
            }
            pull[2 * i] = pullX;
            pull[2 * i + 1] = pullY;
            push[2 * i] = pushX;
            push[2 * i + 1] = pushY;
            partOfZ[i] = z - 1; // without the point itself
        });
        double z = Arrays.stream(partOfZ).sum();
        for (int c = 0; c < 2 * n; c++) {
            gradient[c] = 4 * (exaggeration * pull[c] - push[c] / z);
        }
    }

    /** Kullback-Leibler divergence at the present places, in nats. */
    double divergence() {
        double cost = 0;
        double z = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double dx = y[2 * i] - y[2 * j];
                double dy = y[2 * i + 1] - y[2 * j + 1];
                double near = 1 / (1 + dx * dx + dy * dy);
                double affinity = p[i * n + j];
                z += i == j ? 0 : near;
                cost += affinity == 0 ? 0 : affinity * Math.log(affinity / near);
            }
        }
        return cost + Math.log(z);
    }

    /** As the last {@link #slope} left it. */
    double[] gradient() {
        return gradient;
    }
}
