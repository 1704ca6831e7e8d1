package dev.runyard.spec.sampler;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;

/**
 * Minimises a smooth function within a box: limited-memory BFGS (Nocedal 1980) on the coordinates that are free, projected onto the box,
 * with backtracking. Hipparchus has no quasi-Newton method with bounds.
 */
final class LBfgs {
    private static final int MEMORY = 8;

    private LBfgs() {}

    /** A function and its gradient, which it writes into the second argument. */
    interface Function {
        double at(double[] x, double[] gradient);
    }

    record Minimum(double[] x, double value) {}

    static Minimum minimise(Function f, double[] start, double[] lo, double[] hi, int iterations) {
        int n = start.length;
        double[] x = start.clone();
        double[] g = new double[n];
        double value = f.at(x, g);
        Deque<double[][]> pairs = new ArrayDeque<>();
        for (int iteration = 0; iteration < iterations; iteration++) {
            double[] direction = direction(x, g, lo, hi, pairs);
            double slope = dot(direction, g);
            if (slope >= 0) {
                pairs.clear();
                direction = direction(x, g, lo, hi, pairs);
                slope = dot(direction, g);
            }
            if (slope > -1e-14) {
                break;
            }
            double t = pairs.isEmpty() ? Math.min(1, 0.1 / Math.sqrt(dot(direction, direction))) : 1;
            double[] next = null;
            double[] gradient = new double[n];
            double found = Double.NaN;
            for (int back = 0; back < 25; back++) {
                double[] tried = new double[n];
                double[] moved = new double[n];
                for (int i = 0; i < n; i++) {
                    tried[i] = Math.min(Math.max(x[i] + t * direction[i], lo[i]), hi[i]);
                    moved[i] = tried[i] - x[i];
                }
                found = f.at(tried, gradient);
                if (found <= value + 1e-4 * dot(moved, g)) {
                    next = tried;
                    break;
                }
                t *= 0.5;
            }
            if (next == null) {
                break;
            }
            double[] s = new double[n];
            double[] y = new double[n];
            for (int i = 0; i < n; i++) {
                s[i] = next[i] - x[i];
                y[i] = gradient[i] - g[i];
            }
            if (dot(s, y) > 1e-12 * dot(y, y)) {
                pairs.addLast(new double[][] {s, y});
                if (pairs.size() > MEMORY) {
                    pairs.removeFirst();
                }
            }
            double gained = value - found;
            x = next;
            g = gradient;
            value = found;
            if (gained < 1e-10 * Math.max(1, Math.abs(value))) {
                break;
            }
        }
        return new Minimum(x, value);
    }

    private static double[] direction(double[] x, double[] g, double[] lo, double[] hi, Deque<double[][]> pairs) {
        int n = x.length;
        boolean[] free = new boolean[n];
        double[] q = new double[n];
        for (int i = 0; i < n; i++) {
            free[i] = !(x[i] <= lo[i] && g[i] > 0 || x[i] >= hi[i] && g[i] < 0);
            q[i] = free[i] ? -g[i] : 0;
        }
        double[] alphas = new double[pairs.size()];
        int k = pairs.size() - 1;
        for (Iterator<double[][]> each = pairs.descendingIterator(); each.hasNext(); k--) {
            double[][] pair = each.next();
            alphas[k] = dot(pair[0], q) / dot(pair[0], pair[1]);
            for (int i = 0; i < n; i++) {
                q[i] -= alphas[k] * pair[1][i];
            }
        }
        if (!pairs.isEmpty()) {
            double[][] last = pairs.getLast();
            double scale = dot(last[0], last[1]) / dot(last[1], last[1]);
            Arrays.setAll(q, i -> q[i] * scale);
        }
        k = 0;
        for (double[][] pair : pairs) {
            double beta = dot(pair[1], q) / dot(pair[0], pair[1]);
            for (int i = 0; i < n; i++) {
                q[i] += (alphas[k] - beta) * pair[0][i];
            }
            k++;
        }
        for (int i = 0; i < n; i++) {
            q[i] = free[i] ? q[i] : 0;
        }
        return q;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
