package dev.runyard.spec.sampler;

import dev.runyard.spec.space.Chance;
import java.util.Arrays;
import org.hipparchus.util.FastMath;

/**
 * A Gaussian process with a Matérn 5/2 kernel, a length for each axis, and noise; its settings are the likeliest ones given a prior.
 * Rasmussen, Williams: Gaussian Processes for Machine Learning, 2006, chapters 2, 4, 5. An axis without an order counts as 0 or 1 apart,
 * and so does one that only one of two points has.
 */
final class GaussianProcess {
    private static final double ROOT5 = Math.sqrt(5);
    private static final double LEAST_NOISE = 1e-8;

    private final boolean[] unordered;
    private final double[][] x;
    private final double[] y;
    private final double[] settings; // log of: inverse squared lengths, variance, noise
    private final double[] w;
    private final double variance;
    private final double noise;
    private double[][] factor = {};
    private double[] alpha = {};

    private GaussianProcess(boolean[] unordered, double[][] x, double[] y, double[] settings) {
        this.unordered = unordered;
        this.x = x;
        this.y = y;
        this.settings = settings;
        int d = settings.length - 2;
        w = new double[d];
        for (int k = 0; k < d; k++) {
            w[k] = FastMath.exp(settings[k]);
        }
        variance = FastMath.exp(settings[d]);
        noise = FastMath.exp(settings[d + 1]);
    }

    /**
     * @param y with mean 0 and deviation 1
     */
    static GaussianProcess fitted(boolean[] unordered, double[][] x, double[] y, int iterations) {
        int d = unordered.length;
        double[] lo = new double[d + 2];
        double[] hi = new double[d + 2];
        Arrays.fill(lo, FastMath.log(1e-4));
        Arrays.fill(hi, FastMath.log(1e4));
        lo[d + 1] = FastMath.log(LEAST_NOISE);
        hi[d + 1] = FastMath.log(1);
        LBfgs.Minimum best = null;
        for (double length : new double[] {1, 10}) {
            double[] start = new double[d + 2];
            Arrays.fill(start, 0, d, FastMath.log(length));
            start[d + 1] = FastMath.log(1e-3);
            LBfgs.Minimum found = LBfgs.minimise(
                    (at, gradient) -> new GaussianProcess(unordered, x, y, at).unlikelihood(gradient),
                    start,
                    lo,
                    hi,
                    iterations);
            if (best == null || found.value() < best.value()) {
                best = found;
            }
        }
        GaussianProcess out = new GaussianProcess(
                unordered, x, y, java.util.Objects.requireNonNull(best).x());
        out.condition();
        return out;
    }

    /** The same settings with further points; without them where they lie so close that rounding hides them. */
    GaussianProcess with(double[][] more, double[] values) {
        double[][] points = Arrays.copyOf(x, x.length + more.length);
        double[] told = Arrays.copyOf(y, y.length + values.length);
        System.arraycopy(more, 0, points, x.length, more.length);
        System.arraycopy(values, 0, told, y.length, values.length);
        GaussianProcess out = new GaussianProcess(unordered, points, told, settings);
        return out.condition() ? out : this;
    }

    /** Minus the log posterior of the settings, and its gradient; infinite where the matrix is not definite. */
    private double unlikelihood(double[] gradient) {
        int n = x.length;
        int d = w.length;
        if (!condition()) {
            Arrays.fill(gradient, 0);
            return 1e10;
        }
        double sum = 0.5 * n * FastMath.log(2 * FastMath.PI);
        for (int i = 0; i < n; i++) {
            sum += 0.5 * y[i] * alpha[i] + FastMath.log(factor[i][i]);
        }
        double[][] inverse = inverse(factor);
        Arrays.fill(gradient, 0);
        double[] parts = new double[d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double weight = (i == j ? 0.5 : 1) * (inverse[i][j] - alpha[i] * alpha[j]);
                double r2 = 0;
                for (int k = 0; k < d; k++) {
                    double apart = apart(k, x[i][k], x[j][k]);
                    parts[k] = w[k] * apart * apart;
                    r2 += parts[k];
                }
                double r = Math.sqrt(r2);
                double decay = FastMath.exp(-ROOT5 * r);
                gradient[d] += weight * variance * (1 + ROOT5 * r + 5.0 / 3 * r2) * decay;
                double slope = -5.0 / 6 * variance * (1 + ROOT5 * r) * decay * weight;
                for (int k = 0; k < d; k++) {
                    gradient[k] += slope * parts[k];
                }
                if (i == j) {
                    gradient[d + 1] += weight * noise;
                }
            }
        }
        return sum + prior(gradient, d);
    }

    /** Lengths about the width of the axes, a variance about 1, little noise. */
    private double prior(double[] gradient, int d) {
        double sum = 0;
        for (int k = 0; k < d; k++) {
            double v = w[k];
            sum += 0.1 / v + 0.1 * v;
            gradient[k] += -0.1 / v + 0.1 * v;
        }
        sum += variance - settings[d]; // gamma(2, 1)
        gradient[d] += variance - 1;
        sum += 30 * noise - 0.1 * settings[d + 1]; // gamma(1.1, 30)
        gradient[d + 1] += 30 * noise - 0.1;
        return sum;
    }

    private boolean condition() {
        int n = x.length;
        double[][] k = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                k[i][j] = kernel(x[i], x[j]) + (i == j ? noise + 1e-10 : 0);
            }
        }
        if (!cholesky(k)) {
            return false;
        }
        factor = k;
        alpha = back(k, forward(k, y));
        return true;
    }

    private double kernel(double[] a, double[] b) {
        double r2 = 0;
        for (int k = 0; k < w.length; k++) {
            double apart = apart(k, a[k], b[k]);
            r2 += w[k] * apart * apart;
        }
        double r = Math.sqrt(r2);
        return variance * (1 + ROOT5 * r + 5.0 / 3 * r2) * FastMath.exp(-ROOT5 * r);
    }

    private double apart(int k, double a, double b) {
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return Double.isNaN(a) && Double.isNaN(b) ? 0 : 1;
        }
        return unordered[k] ? (a == b ? 0 : 1) : a - b;
    }

    double mean(double[] at) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += alpha[i] * kernel(at, x[i]);
        }
        return sum;
    }

    /**
     * Minus the log of the expected improvement over {@code best}, and its gradient over the ordered axes. Jones, Schonlau, Welch 1998;
     * in logs as Ament et al. do (NeurIPS 2023).
     */
    double unimprovement(double[] at, double best, double[] gradient) {
        int n = x.length;
        int d = w.length;
        double[] k = new double[n];
        double[] slopes = new double[n];
        double mean = 0;
        for (int i = 0; i < n; i++) {
            double r2 = 0;
            for (int j = 0; j < d; j++) {
                double apart = apart(j, at[j], x[i][j]);
                r2 += w[j] * apart * apart;
            }
            double r = Math.sqrt(r2);
            double decay = variance * FastMath.exp(-ROOT5 * r);
            k[i] = (1 + ROOT5 * r + 5.0 / 3 * r2) * decay;
            slopes[i] = -5.0 / 3 * (1 + ROOT5 * r) * decay;
            mean += alpha[i] * k[i];
        }
        double[] half = forward(factor, k);
        double var = variance;
        for (double h : half) {
            var -= h * h;
        }
        double sigma = Math.sqrt(Math.max(var, 1e-12));
        double z = (best - mean) / sigma;
        double logH = logH(z);
        double below = Chance.normalBelow(z);
        // d log h / dz = cdf / h
        double ratio = z < -8 ? -z + 2 / -z : below / FastMath.exp(logH);
        double[] solved = back(factor, half);
        Arrays.fill(gradient, 0);
        for (int j = 0; j < d; j++) {
            if (unordered[j] || Double.isNaN(at[j])) {
                continue;
            }
            double dMean = 0;
            double dVar = 0;
            for (int i = 0; i < n; i++) {
                if (!Double.isNaN(x[i][j])) {
                    double slope = slopes[i] * w[j] * (at[j] - x[i][j]);
                    dMean += alpha[i] * slope;
                    dVar -= 2 * solved[i] * slope;
                }
            }
            double dSigma = var > 1e-12 ? dVar / (2 * sigma) : 0;
            double dz = -dMean / sigma - z * dSigma / sigma;
            gradient[j] = -(dSigma / sigma + ratio * dz);
        }
        return -(FastMath.log(sigma) + logH);
    }

    /** The log of phi(z) + z Phi(z). */
    private static double logH(double z) {
        double logPhi = -0.5 * z * z - 0.5 * FastMath.log(2 * FastMath.PI);
        if (z < -8) {
            double q = 1 / (z * z);
            return logPhi + FastMath.log(q * (1 - q * (3 - q * (15 - 105 * q))));
        }
        return FastMath.log(FastMath.exp(logPhi) + z * Chance.normalBelow(z));
    }

    /** In place, into the lower half. */
    private static boolean cholesky(double[][] a) {
        for (int i = 0; i < a.length; i++) {
            double[] row = a[i];
            for (int j = 0; j <= i; j++) {
                double[] other = a[j];
                double sum = row[j];
                for (int k = 0; k < j; k++) {
                    sum -= row[k] * other[k];
                }
                if (i == j) {
                    if (!(sum > 0)) {
                        return false;
                    }
                    row[i] = Math.sqrt(sum);
                } else {
                    row[j] = sum / other[j];
                }
            }
        }
        return true;
    }

    private static double[] forward(double[][] l, double[] b) {
        double[] out = new double[b.length];
        for (int i = 0; i < b.length; i++) {
            double sum = b[i];
            for (int k = 0; k < i; k++) {
                sum -= l[i][k] * out[k];
            }
            out[i] = sum / l[i][i];
        }
        return out;
    }

    private static double[] back(double[][] l, double[] b) {
        double[] out = b.clone();
        for (int i = b.length - 1; i >= 0; i--) {
            out[i] /= l[i][i];
            for (int k = 0; k < i; k++) {
                out[k] -= l[i][k] * out[i];
            }
        }
        return out;
    }

    /** Of a matrix given by its factor; the lower half. */
    private static double[][] inverse(double[][] l) {
        int n = l.length;
        double[][] lower = new double[n][n]; // transposed inverse of l: lower[j] is column j
        for (int j = 0; j < n; j++) {
            double[] column = lower[j];
            column[j] = 1 / l[j][j];
            for (int i = j + 1; i < n; i++) {
                double sum = 0;
                double[] row = l[i];
                for (int k = j; k < i; k++) {
                    sum -= row[k] * column[k];
                }
                column[i] = sum / row[i];
            }
        }
        double[][] out = new double[n][];
        for (int i = 0; i < n; i++) {
            out[i] = new double[i + 1];
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = i; k < n; k++) {
                    sum += lower[i][k] * lower[j][k];
                }
                out[i][j] = sum;
            }
        }
        return out;
    }
}
