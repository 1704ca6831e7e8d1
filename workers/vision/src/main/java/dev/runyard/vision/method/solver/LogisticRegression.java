package dev.runyard.vision.method.solver;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.runyard.vision.nd.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Multinomial logistic regression in double precision, as CLIP's linear probe fits it with scikit-learn: the unique minimum of
 * C·Σ cross-entropy + |W|²/2, the intercept not penalised. Here all of it is divided by C·n, and the mean of the features is taken off and given back to the
 * intercepts at the end: neither moves the minimum, and without a common mean it is reached in far fewer iterations. The search begins with the
 * curvature at equal probabilities, which is the features' covariance for every class: the same as searching in a basis where they are white.
 *
 * <p>A point is the weights [classes, d], row-major, and behind them the intercepts [classes].
 */
public final class LogisticRegression implements AutoCloseable {
    /** Rows multiplied at once; bounds the memory of an evaluation. */
    private static final int ROWS = 4_096;

    /** Bytes that the labels' ones and zeros may take; above, they are made at each evaluation. */
    private static final long MOST_KEPT = 256L << 20;

    /** Bytes that the features may take as float64; above, they are read at each evaluation. */
    private static final long MOST_FEATURES = 1L << 30;

    /** Share of the features' mean variance that each has at least: what no image differs in has none. */
    private static final double SMALLEST = 1e-9;

    private final int d;
    private final int classes;
    private final int n;
    private final double[] mean;
    private @Nullable NDArray covariance; // [d, d]; made by the first fit
    private final NDManager manager = Torch.manager();
    private final Rows rows;
    private final List<NDArray> features = new ArrayList<>(); // empty where they are read at each evaluation
    private final List<NDArray> labels = new ArrayList<>();

    /** Where features come from. */
    public interface Rows {
        /**
         * Those of an image.
         *
         * @param to gets its d numbers from position {@code at} on
         */
        void get(int image, float[] to, int at);
    }

    /**
     * @param features [n, d], row-major
     * @param labels [n], 0 to classes - 1
     */
    public LogisticRegression(float[] features, int d, int[] labels, int classes) {
        this((image, to, at) -> System.arraycopy(features, image * d, to, at, d), d, labels, classes);
        if (features.length != labels.length * d) {
            throw new IllegalArgumentException(features.length + " numbers are not " + labels.length + " rows of " + d);
        }
    }

    /** @param labels [n], 0 to classes - 1 */
    public LogisticRegression(Rows rows, int d, int[] labels, int classes) {
        this(rows, d, labels, classes, MOST_FEATURES);
    }

    /** @param most bytes of features that are kept */
    LogisticRegression(Rows rows, int d, int[] labels, int classes, long most) {
        this.rows = rows;
        this.d = d;
        this.classes = classes;
        n = labels.length;
        mean = mean();
        for (int from = 0; from < n; from += ROWS) {
            if (8L * n * d <= most) {
                features.add(read(from));
            }
            long[] some = new long[Math.min(ROWS, n - from)];
            for (int i = 0; i < some.length; i++) {
                some[i] = labels[from + i];
            }
            this.labels.add(truth(some));
        }
    }

    private double[] mean() {
        double[] out = new double[d];
        float[] row = new float[d];
        for (int image = 0; image < n; image++) {
            rows.get(image, row, 0);
            for (int i = 0; i < d; i++) {
                out[i] += (double) row[i] / n;
            }
        }
        return out;
    }

    /** Those of a part, without their mean, [rows, d]. */
    private NDArray features(int part) {
        return features.isEmpty() ? read(part * ROWS) : features.get(part);
    }

    private NDArray read(int from) {
        int count = Math.min(ROWS, n - from);
        float[] values = new float[count * d];
        double[] centred = new double[count * d];
        for (int i = 0; i < count; i++) {
            rows.get(from + i, values, i * d);
        }
        for (int i = 0; i < values.length; i++) {
            centred[i] = values[i] - mean[i % d];
        }
        return Torch.doubles(manager, centred, count, d);
    }

    /** A fit. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Fit(double[] point, double objective, int iterations, boolean converged, boolean watched) {}

    /** Hears of each iteration with the objective divided by C·n; the fit ends when it returns false. */
    public interface Watch {
        boolean iteration(int number, double mean);
    }

    /**
     * @param c inverse strength of the penalty
     * @param start a point to begin at, for example that of a neighbouring strength; empty for zeros
     * @param iterations most
     * @param tolerance of the largest element of the gradient
     */
    public Fit fit(double c, double[] start, int iterations, double tolerance, Watch watch) {
        double[] from = start.length == 0 ? new double[classes * (d + 1)] : start;
        Lbfgs.Result result;
        try (NDArray inverse = inverse(c)) {
            result = Lbfgs.minimise(
                    (x, g) -> at(c, x, g),
                    x -> times(inverse, x),
                    shifted(from, 1),
                    iterations,
                    tolerance,
                    watch::iteration);
        }
        return new Fit(
                shifted(result.x(), -1),
                result.value() * c * n,
                result.iterations(),
                result.converged(),
                result.watched());
    }

    /** Of the second derivative of the objective by one class's weights where all classes are equally probable, [d, d]. */
    private NDArray inverse(double c) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray bend = covariance().mul(Torch.doubles(manager, new double[] {curvature()}));
            NDArray unit = manager.eye(d, d, 0, DataType.FLOAT64);
            double mean = Torch.readDoubles(bend.mul(unit).sum())[0] / d;
            NDArray ridge = Torch.doubles(manager, new double[] {1 / (c * n) + SMALLEST * mean});
            NDArray out = bend.add(unit.mul(ridge)).inverse();
            NDScope.unregister(out);
            return out;
        }
    }

    /** p·(1 - p) at equal probabilities. */
    private double curvature() {
        return (classes - 1.0) / ((double) classes * classes);
    }

    private double[] times(NDArray inverse, double[] x) {
        double[] out = new double[x.length];
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray weights = Torch.doubles(manager, Arrays.copyOf(x, classes * d), classes, d);
            System.arraycopy(Torch.readDoubles(weights.matMul(inverse)), 0, out, 0, classes * d);
        }
        for (int k = classes * d; k < x.length; k++) {
            out[k] = x[k] / curvature();
        }
        return out;
    }

    private NDArray covariance() {
        NDArray known = covariance;
        if (known != null) {
            return known;
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray sum = manager.zeros(new Shape(d, d), DataType.FLOAT64);
            for (int part = 0; part < labels.size(); part++) {
                try (NDScope inner = new NDScope()) {
                    inner.suppressNotUsedWarning();
                    NDArray some = features(part);
                    sum.addi(some.transpose().matMul(some));
                }
            }
            NDArray out = sum.div(Torch.doubles(manager, new double[] {n}));
            NDScope.unregister(out);
            covariance = out;
            return out;
        }
    }

    /** The same point for features without their mean ({@code sign} 1), or back (-1): only the intercepts differ, by W·mean. */
    private double[] shifted(double[] point, int sign) {
        double[] out = point.clone();
        for (int k = 0; k < classes; k++) {
            for (int i = 0; i < d; i++) {
                out[classes * d + k] += sign * point[k * d + i] * mean[i];
            }
        }
        return out;
    }

    private double at(double c, double[] x, double[] gradient) {
        double penalty = 1 / (c * n);
        double value = 0;
        for (int i = 0; i < classes * d; i++) {
            value += x[i] * x[i] * penalty / 2;
            gradient[i] = x[i] * penalty;
        }
        Arrays.fill(gradient, classes * d, gradient.length, 0);
        for (int part = 0; part < labels.size(); part++) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray seen = features(part);
                NDArray probabilities = logits(x, seen).softmax(1);
                NDArray truth = truth(part);
                // One that is 0 makes the value infinite, which the line search steps back from.
                NDArray right = probabilities.mul(truth).sum(new int[] {1});
                value -= Torch.readDoubles(right.log().sum())[0] / n;
                NDArray error = probabilities.sub(truth); // [rows, classes]
                add(Torch.readDoubles(error.transpose().matMul(seen)), gradient, 0);
                add(Torch.readDoubles(error.sum(new int[] {0})), gradient, classes * d);
            }
        }
        return value;
    }

    /** The labels; 1 at each row's class where that is not too large to be kept. */
    private NDArray truth(long[] some) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray rows = Torch.longs(manager, some, some.length);
            NDArray out = 8L * n * classes <= MOST_KEPT ? rows.oneHot(classes, DataType.FLOAT64) : rows;
            NDScope.unregister(out);
            return out;
        }
    }

    /** 1 at each row's class. */
    private NDArray truth(int part) {
        NDArray known = labels.get(part);
        return known.getDataType() == DataType.FLOAT64 ? known : known.oneHot(classes, DataType.FLOAT64);
    }

    private void add(double[] sums, double[] gradient, int at) {
        for (int i = 0; i < sums.length; i++) {
            gradient[at + i] += sums[i] / n;
        }
    }

    private NDArray logits(double[] x, NDArray rows) {
        NDArray weight = Torch.doubles(manager, Arrays.copyOf(x, classes * d), classes, d);
        NDArray intercept = Torch.doubles(manager, Arrays.copyOfRange(x, classes * d, x.length), classes);
        return rows.matMul(weight.transpose()).add(intercept);
    }

    /** [n, classes], row-major: the scores of the rows that it was made with. */
    public double[] logits(double[] x) {
        double[] out = new double[n * classes];
        double[] shifted = shifted(x, 1);
        int at = 0;
        for (int part = 0; part < labels.size(); part++) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                double[] some = Torch.readDoubles(logits(shifted, features(part)));
                System.arraycopy(some, 0, out, at, some.length);
                at += some.length;
            }
        }
        return out;
    }

    @Override
    public void close() {
        manager.close();
    }
}
