package dev.runyard.vision.method.solver;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import dev.runyard.vision.nd.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Multinomial logistic regression in double precision, as CLIP's linear probe fits it with scikit-learn: the unique minimum of
 * C·Σ cross-entropy + |W|²/2, the intercept not penalised. Here all of it is divided by C·n, and the mean of the features is taken off and given back to the
 * intercepts at the end: neither moves the minimum, and without a common mean it is reached in far fewer iterations.
 *
 * <p>A point is the weights [classes, d], row-major, and behind them the intercepts [classes].
 */
public final class LogisticRegression implements AutoCloseable {
    /** Rows multiplied at once; bounds the memory of an evaluation. */
    private static final int ROWS = 4_096;

    /** Bytes that the labels' ones and zeros may take; above, they are made at each evaluation. */
    private static final long MOST_KEPT = 256L << 20;

    private final int d;
    private final int classes;
    private final int n;
    private final double[] mean;
    private final NDManager manager = Torch.manager();
    private final List<NDArray> features = new ArrayList<>();
    private final List<NDArray> labels = new ArrayList<>();

    /**
     * @param features [n, d], row-major
     * @param labels [n], 0 to classes - 1
     */
    public LogisticRegression(float[] features, int d, int[] labels, int classes) {
        if (features.length != labels.length * d) {
            throw new IllegalArgumentException(features.length + " numbers are not " + labels.length + " rows of " + d);
        }
        this.d = d;
        this.classes = classes;
        n = labels.length;
        mean = mean(features, d, n);
        for (int from = 0; from < n; from += ROWS) {
            int rows = Math.min(ROWS, n - from);
            double[] values = new double[rows * d];
            for (int i = 0; i < values.length; i++) {
                values[i] = features[from * d + i] - mean[i % d];
            }
            this.features.add(Torch.doubles(manager, values, rows, d));
            long[] some = new long[rows];
            for (int i = 0; i < rows; i++) {
                some[i] = labels[from + i];
            }
            this.labels.add(truth(some));
        }
    }

    private static double[] mean(float[] features, int d, int n) {
        double[] out = new double[d];
        for (int i = 0; i < features.length; i++) {
            out[i % d] += (double) features[i] / n;
        }
        return out;
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
        Lbfgs.Result result =
                Lbfgs.minimise((x, g) -> at(c, x, g), shifted(from, 1), iterations, tolerance, watch::iteration);
        return new Fit(
                shifted(result.x(), -1),
                result.value() * c * n,
                result.iterations(),
                result.converged(),
                result.watched());
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
        for (int part = 0; part < features.size(); part++) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray logProbabilities = logits(x, features.get(part)).logSoftmax(1);
                NDArray truth = truth(part);
                value -= Torch.readDoubles(logProbabilities.mul(truth).sum())[0] / n;
                NDArray error = logProbabilities.exp().sub(truth); // [rows, classes]
                add(Torch.readDoubles(error.transpose().matMul(features.get(part))), gradient, 0);
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
        for (NDArray rows : features) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                double[] some = Torch.readDoubles(logits(shifted, rows));
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
