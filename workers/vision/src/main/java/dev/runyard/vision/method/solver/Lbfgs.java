package dev.runyard.vision.method.solver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Minimises a smooth function in double precision: limited-memory BFGS with a line search that meets the strong Wolfe conditions
 * (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithms 7.4, 3.5 and 3.6).
 */
final class Lbfgs {
    private static final int MEMORY = 10;
    private static final double DECREASE = 1e-4;
    private static final double CURVATURE = 0.9;
    private static final int TRIALS = 30;

    private Lbfgs() {}

    /** What is minimised. */
    interface Objective {
        /**
         * @param gradient filled with the gradient at {@code x}
         * @return the value at {@code x}
         */
        double at(double[] x, double[] gradient);
    }

    /** What is known of the function's curvature beforehand: the nearer to the inverse of its Hessian, the fewer iterations. */
    @FunctionalInterface
    interface Inverse {
        /** A symmetric positive matrix times {@code x}. */
        double[] times(double[] x);
    }

    /** Hears of each iteration and may end the search. */
    interface Watch {
        /** @return whether to go on */
        boolean iteration(int number, double value);
    }

    /**
     * Where it ended.
     *
     * @param iterations steps taken
     * @param converged whether the largest element of the gradient is within the tolerance, or no step improves any more
     * @param watched false when the watch ended it
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Result(double[] x, double value, int iterations, boolean converged, boolean watched) {}

    /**
     * A step and the change of the gradient along it.
     *
     * @param rho 1/sᵀy
     * @param scale of what was known beforehand, as far as this step tells
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Pair(double[] s, double[] y, double rho, double scale) {}

    /** A point with value and gradient. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Point(double[] x, double value, double[] gradient) {
        static Point at(Objective f, double[] x) {
            double[] gradient = new double[x.length];
            return new Point(x, f.at(x, gradient), gradient);
        }
    }

    /**
     * @param known where the search begins to learn the curvature
     * @param most iterations
     * @param tolerance of the gradient's largest element
     */
    static Result minimise(Objective f, Inverse known, double[] start, int most, double tolerance, Watch watch) {
        Point now = Point.at(f, start.clone());
        Deque<Pair> pairs = new ArrayDeque<>();
        for (int i = 0; i < most; i++) {
            if (largest(now.gradient) <= tolerance) {
                return new Result(now.x, now.value, i, true, true);
            }
            double[] direction = direction(now.gradient, pairs, known);
            Point next = search(f, now, direction);
            if (next == now && !pairs.isEmpty()) {
                pairs.clear(); // along the plain gradient once more
                double[] down = direction(now.gradient, pairs, known);
                next = search(f, now, down);
            }
            if (next == now) {
                return new Result(now.x, now.value, i, Double.isFinite(now.value), true);
            }
            remember(pairs, now, next, known);
            now = next;
            if (!watch.iteration(i + 1, now.value)) {
                return new Result(now.x, now.value, i + 1, false, false);
            }
        }
        return new Result(now.x, now.value, most, largest(now.gradient) <= tolerance, true);
    }

    private static void remember(Deque<Pair> pairs, Point from, Point to, Inverse known) {
        double[] s = minus(to.x, from.x);
        double[] y = minus(to.gradient, from.gradient);
        double sy = dot(s, y);
        if (sy > 1e-300) {
            pairs.addLast(new Pair(s, y, 1 / sy, sy / dot(y, known.times(y))));
            if (pairs.size() > MEMORY) {
                pairs.removeFirst();
            }
        }
    }

    /** −H·g by the two loops over the remembered pairs. */
    private static double[] direction(double[] gradient, Deque<Pair> pairs, Inverse known) {
        double[] q = gradient.clone();
        List<Pair> newestFirst = new ArrayList<>();
        pairs.descendingIterator().forEachRemaining(newestFirst::add);
        double[] alpha = new double[newestFirst.size()];
        for (int i = 0; i < alpha.length; i++) {
            Pair pair = newestFirst.get(i);
            alpha[i] = pair.rho * dot(pair.s, q);
            add(q, -alpha[i], pair.y);
        }
        q = known.times(q);
        if (alpha.length > 0) {
            double scale = newestFirst.get(0).scale;
            for (int i = 0; i < q.length; i++) {
                q[i] *= scale;
            }
        }
        for (int i = alpha.length - 1; i >= 0; i--) {
            Pair pair = newestFirst.get(i);
            add(q, alpha[i] - pair.rho * dot(pair.y, q), pair.s);
        }
        for (int i = 0; i < q.length; i++) {
            q[i] = -q[i];
        }
        return q;
    }

    /** A point along the direction that meets the strong Wolfe conditions, or the best one seen; {@code from} when none is better. */
    private static Point search(Objective f, Point from, double[] direction) {
        double slope = dot(from.gradient, direction);
        if (!(slope < 0)) {
            return from;
        }
        double lowStep = 0;
        Point low = from;
        double step = 1;
        for (int i = 0; i < TRIALS; i++) {
            Point trial = Point.at(f, along(from.x, step, direction));
            boolean high =
                    !(trial.value <= from.value + DECREASE * step * slope) || (i > 0 && trial.value >= low.value);
            if (high) {
                return zoom(f, from, direction, slope, lowStep, low, step, trial);
            }
            double here = dot(trial.gradient, direction);
            if (Math.abs(here) <= -CURVATURE * slope) {
                return trial;
            }
            if (here >= 0) {
                return zoom(f, from, direction, slope, step, trial, lowStep, low);
            }
            lowStep = step;
            low = trial;
            step *= 2;
        }
        return low;
    }

    /** Narrows an interval that holds such a point: its lower end has the smaller value, the other end may be on either side. */
    private static Point zoom(
            Objective f,
            Point from,
            double[] direction,
            double slope,
            double lowStep,
            Point low,
            double highStep,
            Point high) {
        for (int i = 0; i < TRIALS; i++) {
            double step = between(lowStep, low, highStep, high, direction);
            Point trial = Point.at(f, along(from.x, step, direction));
            if (!(trial.value <= from.value + DECREASE * step * slope) || trial.value >= low.value) {
                highStep = step;
                high = trial;
                continue;
            }
            double here = dot(trial.gradient, direction);
            if (Math.abs(here) <= -CURVATURE * slope) {
                return trial;
            }
            if (here * (highStep - lowStep) >= 0) {
                highStep = lowStep;
                high = low;
            }
            lowStep = step;
            low = trial;
        }
        return low;
    }

    /** The minimum of the cubic through both ends, kept a tenth away from them; the middle where it is of no use. */
    private static double between(double a, Point low, double b, Point high, double[] direction) {
        double slopeA = dot(low.gradient, direction);
        double slopeB = dot(high.gradient, direction);
        double d1 = slopeA + slopeB - 3 * (low.value - high.value) / (a - b);
        double square = d1 * d1 - slopeA * slopeB;
        double middle = (a + b) / 2;
        if (!(square >= 0)) {
            return middle;
        }
        double d2 = Math.signum(b - a) * Math.sqrt(square);
        double step = b - (b - a) * (slopeB + d2 - d1) / (slopeB - slopeA + 2 * d2);
        double margin = 0.1 * Math.abs(b - a);
        boolean inside = step >= Math.min(a, b) + margin && step <= Math.max(a, b) - margin;
        return inside ? step : middle;
    }

    private static double[] along(double[] x, double step, double[] direction) {
        double[] out = x.clone();
        add(out, step, direction);
        return out;
    }

    private static void add(double[] to, double factor, double[] what) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * what[i];
        }
    }

    private static double[] minus(double[] a, double[] b) {
        double[] out = a.clone();
        add(out, -1, b);
        return out;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double largest(double[] a) {
        double out = 0;
        for (double v : a) {
            out = Double.isNaN(v) ? Double.POSITIVE_INFINITY : Math.max(out, Math.abs(v));
        }
        return out;
    }
}
