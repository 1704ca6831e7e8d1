package dev.runyard.spec.space;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;
import org.hipparchus.util.FastMath;

/**
 * One axis as a coordinate in [0, 1): of a list equal parts, of a range equal parts of it or of its logarithm, of a normal distribution its
 * quantile.
 *
 * @param when path to the values that will do; empty: always there
 */
public record Dimension(String path, Axis axis, Map<String, List<JsonNode>> when) {
    /** Values the coordinate tells apart; 0: reals, or more than an int counts. */
    public int size() {
        if (axis instanceof Axis.Choice choice) {
            return choice.values().size();
        }
        if (axis instanceof Axis.Integers range) {
            long width = range.width();
            return width > 0 && width <= Integer.MAX_VALUE ? (int) width : 0;
        }
        return 0;
    }

    /** Values without an order. */
    public boolean unordered() {
        return axis instanceof Axis.Choice choice && !choice.values().stream().allMatch(JsonNode::isNumber);
    }

    /** @param u in [0, 1] */
    public JsonNode at(double u) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        double x = Math.min(Math.max(u, 0), Math.nextDown(1.0));
        if (axis instanceof Axis.Choice choice) {
            return choice.values().get((int) (x * choice.values().size()));
        }
        if (axis instanceof Axis.Integers range) {
            return Draws.whole(range.lo() + range.step() * index(range, x));
        }
        if (axis instanceof Axis.Uniform range) {
            return nodes.numberNode(Draws.clamp((1 - x) * range.lo() + x * range.hi(), range.lo(), range.hi()));
        }
        if (axis instanceof Axis.LogUniform range) {
            double a = FastMath.log(range.lo());
            double b = FastMath.log(range.hi());
            return nodes.numberNode(Draws.clamp(FastMath.exp(a + x * (b - a)), range.lo(), range.hi()));
        }
        double z = Chance.quantile(Math.min(Math.max(x, 1e-12), 1 - 1e-12));
        if (axis instanceof Axis.Normal normal) {
            return nodes.numberNode(normal.mean() + normal.std() * z);
        }
        Axis.LogNormal log = (Axis.LogNormal) axis;
        return nodes.numberNode(FastMath.exp(log.mean() + log.std() * z));
    }

    /** The coordinate of a value, in the middle of its part; NaN for a value that the axis does not have. */
    public double of(JsonNode value) {
        if (axis instanceof Axis.Choice choice) {
            Object wanted = Axis.Choice.comparable(value);
            for (int i = 0; i < choice.values().size(); i++) {
                if (Axis.Choice.comparable(choice.values().get(i)).equals(wanted)) {
                    return (i + 0.5) / choice.values().size();
                }
            }
            return Double.NaN;
        }
        if (!value.isNumber()) {
            return Double.NaN;
        }
        double x = value.doubleValue();
        if (axis instanceof Axis.Integers range) {
            return x != Math.rint(x) || x < range.lo() || x > range.hi() ? Double.NaN : middle(range, x);
        }
        if (axis instanceof Axis.Uniform range) {
            return inside(x, range.lo(), range.hi(), (x - range.lo()) / (range.hi() - range.lo()));
        }
        if (axis instanceof Axis.LogUniform range) {
            double a = FastMath.log(range.lo());
            return inside(x, range.lo(), range.hi(), (FastMath.log(x) - a) / (FastMath.log(range.hi()) - a));
        }
        if (axis instanceof Axis.Normal normal) {
            return Chance.normalBelow((x - normal.mean()) / normal.std());
        }
        Axis.LogNormal log = (Axis.LogNormal) axis;
        return x > 0 ? Chance.normalBelow((FastMath.log(x) - log.mean()) / log.std()) : Double.NaN;
    }

    /** Where the part of a whole number begins and ends; of a list of numbers too. */
    public double[] part(double middle) {
        if (axis instanceof Axis.Integers range && range.log()) {
            double lo = FastMath.log(range.lo() - range.step() / 2.0);
            double hi = FastMath.log(range.hi() + range.step() / 2.0);
            double x = at(middle).doubleValue();
            return new double[] {
                (FastMath.log(x - range.step() / 2.0) - lo) / (hi - lo),
                (FastMath.log(x + range.step() / 2.0) - lo) / (hi - lo)
            };
        }
        double n = size();
        double index = Math.floor(middle * n);
        return new double[] {index / n, (index + 1) / n};
    }

    private static long index(Axis.Integers range, double x) {
        long width = range.width();
        if (!range.log()) {
            double parts = width > 0 ? width : 0x1p64;
            return (long) Math.min(x * parts, parts - 1);
        }
        double lo = FastMath.log(range.lo() - range.step() / 2.0);
        double hi = FastMath.log(range.hi() + range.step() / 2.0);
        double value = FastMath.exp(lo + x * (hi - lo));
        return Math.min(Math.max(FastMath.round((value - range.lo()) / range.step()), 0), width - 1);
    }

    private static double middle(Axis.Integers range, double x) {
        if (range.log()) {
            double lo = FastMath.log(range.lo() - range.step() / 2.0);
            double hi = FastMath.log(range.hi() + range.step() / 2.0);
            return (FastMath.log(x) - lo) / (hi - lo);
        }
        double width = range.width() > 0 ? range.width() : 0x1p64;
        return ((x - range.lo()) / range.step() + 0.5) / width;
    }

    private static double inside(double x, double lo, double hi, double u) {
        return x >= lo && x <= hi ? u : Double.NaN;
    }
}
