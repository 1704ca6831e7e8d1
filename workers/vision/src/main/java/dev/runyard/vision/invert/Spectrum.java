package dev.runyard.vision.invert;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Singular values of a lower triangular matrix, by iteration: only the outermost two are wanted. */
final class Spectrum {
    private static final int MOST = 3_000;
    private static final double STILL = 1e-13;

    private Spectrum() {}

    /** σ_max / σ_min of L. */
    static double condition(double[][] l) {
        int n = l.length;
        double largest = power(n, v -> times(l, timesTransposed(l, v)));
        double smallest = power(n, v -> solveTransposed(l, solve(l, v)));
        return Math.sqrt(largest) * Math.sqrt(smallest);
    }

    /** Largest eigenvalue of a symmetric positive operator: the Rayleigh quotient once it no longer moves. */
    private static double power(int n, UnaryOperator<double[]> operator) {
        double[] v = new double[n];
        for (int i = 0; i < n; i++) {
            v[i] = 1 + 0.5 * Math.sin(i); // touches every direction, the same one on every machine
        }
        double before = 0;
        int calm = 0;
        for (int step = 0; step < MOST && calm < 8; step++) {
            double norm = Math.sqrt(PatchInverse.dot(v, v));
            for (int i = 0; i < n; i++) {
                v[i] /= norm;
            }
            double[] next = operator.apply(v);
            double value = PatchInverse.dot(v, next);
            calm = Math.abs(value - before) <= STILL * value ? calm + 1 : 0;
            before = value;
            v = next;
        }
        return before;
    }

    private static double[] times(double[][] l, double[] v) {
        double[] out = new double[v.length];
        for (int i = 0; i < v.length; i++) {
            double sum = 0;
            for (int j = 0; j <= i; j++) {
                sum += l[i][j] * v[j];
            }
            out[i] = sum;
        }
        return out;
    }

    private static double[] timesTransposed(double[][] l, double[] v) {
        double[] out = new double[v.length];
        for (int i = 0; i < v.length; i++) {
            for (int j = 0; j <= i; j++) {
                out[j] += l[i][j] * v[i];
            }
        }
        return out;
    }

    /** L⁻¹·v */
    private static double[] solve(double[][] l, double[] v) {
        double[] out = Arrays.copyOf(v, v.length);
        for (int i = 0; i < v.length; i++) {
            for (int j = 0; j < i; j++) {
                out[i] -= l[i][j] * out[j];
            }
            out[i] /= l[i][i];
        }
        return out;
    }

    /** L⁻ᵀ·v */
    private static double[] solveTransposed(double[][] l, double[] v) {
        double[] out = Arrays.copyOf(v, v.length);
        for (int i = v.length - 1; i >= 0; i--) {
            out[i] /= l[i][i];
            for (int j = 0; j < i; j++) {
                out[j] -= l[i][j] * out[i];
            }
        }
        return out;
    }
}
