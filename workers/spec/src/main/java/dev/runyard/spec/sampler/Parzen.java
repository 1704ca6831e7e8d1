package dev.runyard.spec.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.space.Chance;
import dev.runyard.spec.space.Dimension;
import dev.runyard.spec.space.Space;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.hipparchus.util.FastMath;

/**
 * A density over a space: a mixture of one kernel for each point seen, and a wide one. A kernel is a product over the axes: a normal
 * distribution cut to [0, 1] for what has an order, its mass over a part for whole numbers, the point's own value made likelier for a
 * list without an order. Over an axis that a kernel's own point does not have, the kernel is even.
 */
final class Parzen {
    private static final double LOG_ROOT_2PI = 0.5 * FastMath.log(2 * FastMath.PI);

    private final Space space;
    private final double[][] middles; // [kernel][axis], NaN: even
    private final double[][] widths;
    private final double[][]
            logs; // what belongs to the log density whatever the point: minus the log of width and mass within [0, 1]
    private final double[] weights;
    private final double[] logWeights;

    /**
     * @param points coordinates, NaN where an axis is not there
     * @param weights one for each point
     * @param narrowest the least width of a kernel for a number of points
     */
    Parzen(Space space, List<double[]> points, double[] weights, double narrowest) {
        this.space = space;
        int n = points.size();
        int d = space.size();
        middles = new double[n + 1][d];
        widths = new double[n + 1][d];
        logs = new double[n + 1][d];
        this.weights = Arrays.copyOf(weights, n + 1);
        this.weights[n] = 1;
        double sum = Arrays.stream(this.weights).sum();
        logWeights = Arrays.stream(this.weights).map(w -> FastMath.log(w / sum)).toArray();
        for (int i = 0; i < n; i++) {
            middles[i] = points.get(i).clone();
        }
        Arrays.fill(middles[n], 0.5);
        for (int j = 0; j < d; j++) {
            if (!space.dimensions().get(j).unordered()) {
                spread(j, n, narrowest);
            } else {
                middles[n][j] = Double.NaN;
                double size = space.dimensions().get(j).size();
                for (int i = 0; i < n; i++) {
                    widths[i][j] = 1.0 / (n + 1);
                    logs[i][j] = -FastMath.log(1 + size / (n + 1));
                }
            }
        }
    }

    /** A kernel is as wide as the farther of its neighbours is away (Bergstra et al. 2011), within limits. */
    private void spread(int j, int n, double narrowest) {
        int[] order = IntStream.range(0, n)
                .filter(i -> !Double.isNaN(middles[i][j]))
                .boxed()
                .sorted((a, b) -> Double.compare(middles[a][j], middles[b][j]))
                .mapToInt(i -> i)
                .toArray();
        int m = order.length;
        for (int k = 0; k < m; k++) {
            double before = middles[order[k]][j] - (k == 0 ? 0 : middles[order[k - 1]][j]);
            double after = (k == m - 1 ? 1 : middles[order[k + 1]][j]) - middles[order[k]][j];
            double width =
                    m < 2 ? Math.max(before, after) : k == 0 ? after : k == m - 1 ? before : Math.max(before, after);
            widths[order[k]][j] = Math.min(Math.max(width, narrowest), 1);
        }
        widths[n][j] = 1;
        for (int i = 0; i <= n; i++) {
            if (!Double.isNaN(middles[i][j])) {
                double inside = below((1 - middles[i][j]) / widths[i][j]) - below(-middles[i][j] / widths[i][j]);
                logs[i][j] = -FastMath.log(widths[i][j] * inside) - LOG_ROOT_2PI;
            }
        }
    }

    /** A point of a kernel that is drawn by its weight. */
    double[] draw(Chance chance) {
        int kernel = chance.weighted(weights);
        double[] u = new double[space.size()];
        Map<String, JsonNode> point = new TreeMap<>();
        for (int j = 0; j < u.length; j++) {
            Dimension dimension = space.dimensions().get(j);
            if (!space.active(dimension, point)) {
                u[j] = Double.NaN;
                continue;
            }
            u[j] = coordinate(dimension, kernel, j, chance);
            JsonNode value = dimension.at(u[j]);
            point.put(dimension.path(), value);
            u[j] = dimension.size() > 0 ? dimension.of(value) : u[j];
        }
        return u;
    }

    private double coordinate(Dimension dimension, int kernel, int j, Chance chance) {
        double middle = middles[kernel][j];
        double x = chance.unit();
        if (Double.isNaN(middle)) {
            return x;
        }
        double width = widths[kernel][j];
        if (dimension.unordered()) {
            double own = (1 + width) / (1 + width * dimension.size());
            return x < own ? middle : chance.unit();
        }
        double lo = below(-middle / width);
        double hi = below((1 - middle) / width);
        double z = Chance.quantile(Math.min(Math.max(lo + x * (hi - lo), 1e-15), 1 - 1e-15));
        return Math.min(Math.max(middle + width * z, 0), Math.nextDown(1.0));
    }

    /** Log densities at points, up to what all kernels share. */
    double[] logs(List<double[]> points) {
        double[] out = new double[points.size()];
        double[] terms = new double[middles.length];
        for (int p = 0; p < out.length; p++) {
            System.arraycopy(logWeights, 0, terms, 0, terms.length);
            double[] u = points.get(p);
            for (int j = 0; j < u.length; j++) {
                if (!Double.isNaN(u[j])) {
                    add(space.dimensions().get(j), j, u[j], terms);
                }
            }
            double most = Arrays.stream(terms).max().orElseThrow();
            double sum = 0;
            for (double term : terms) {
                sum += term - most < -40 ? 0 : FastMath.exp(term - most);
            }
            out[p] = most + FastMath.log(sum);
        }
        return out;
    }

    private void add(Dimension dimension, int j, double u, double[] terms) {
        int size = dimension.size();
        if (dimension.unordered()) {
            int index = (int) (u * size);
            for (int i = 0; i < terms.length; i++) {
                double middle = middles[i][j];
                terms[i] += Double.isNaN(middle)
                        ? -FastMath.log(size)
                        : logs[i][j] + FastMath.log((int) (middle * size) == index ? 1 + widths[i][j] : widths[i][j]);
            }
            return;
        }
        double[] part = size > 0 ? dimension.part(u) : null;
        for (int i = 0; i < terms.length; i++) {
            double middle = middles[i][j];
            if (part == null) {
                double z = (u - middle) / widths[i][j];
                terms[i] += Double.isNaN(middle) ? 0 : logs[i][j] - 0.5 * z * z;
            } else if (Double.isNaN(middle)) {
                terms[i] += FastMath.log(part[1] - part[0]);
            } else {
                double mass = below((part[1] - middle) / widths[i][j]) - below((part[0] - middle) / widths[i][j]);
                double far = Math.max(Math.max(part[0] - middle, middle - part[1]), 0) / widths[i][j];
                terms[i] += mass > 1e-6
                        ? logs[i][j] + LOG_ROOT_2PI + FastMath.log(widths[i][j] * mass)
                        : logs[i][j] - 0.5 * far * far + FastMath.log(part[1] - part[0]);
            }
        }
    }

    /** The standard normal distribution to 1e-7 (Abramowitz, Stegun 7.1.26): a density is asked for it a hundred thousand times a draw. */
    private static double below(double x) {
        double y = Math.abs(x) * 0.7071067811865476;
        double t = 1 / (1 + 0.3275911 * y);
        double tail = 0.5
                * ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592)
                * t
                * (y > 6 ? 0 : FastMath.exp(-y * y));
        return x > 0 ? 1 - tail : tail;
    }
}
