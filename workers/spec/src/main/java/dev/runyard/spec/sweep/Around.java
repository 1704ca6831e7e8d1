package dev.runyard.spec.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sampler.Sampler;
import dev.runyard.spec.space.Axis;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hipparchus.util.FastMath;

/** A sweep around a point of another: the same, with a quarter of each range, and learning from what the other found. */
public final class Around {
    private static final double SHARE = 0.25;
    private static final int LEAST_RUNS = 20;
    private static final int RUNS_PER_AXIS = 8;

    private Around() {}

    /**
     * The spec of the sweep around a point, as a person would write it.
     *
     * @param id of the sweep
     */
    public static ObjectNode sweep(SweepSpec of, String id, int point, Map<String, JsonNode> params) {
        ObjectNode out = Json.mapper().valueToTree(of);
        out.remove(List.of("include", "enqueue", "budget", "from"));
        out.put("name", (of.name() == null ? of.experiment() : of.name()) + " around " + point);
        out.set("axes", Json.mapper().valueToTree(axes(of.axes(), params)));
        if (Sampler.of(of.sampler()).blind()) {
            out.putObject("sampler")
                    .put("kind", "tpe")
                    .put("runs", Math.max(LEAST_RUNS, RUNS_PER_AXIS * of.axes().size()));
        }
        out.put("from", id);
        return out;
    }

    /** Axes that the point does not have, and lists without an order, stay as they are. */
    static Map<String, Axis> axes(Map<String, Axis> axes, Map<String, JsonNode> params) {
        Map<String, Axis> out = new TreeMap<>();
        axes.forEach((path, axis) -> {
            JsonNode value = params.get(path);
            Axis plain = value == null ? axis.plain() : narrowed(axis.plain(), value);
            out.put(path, axis.when().isEmpty() ? plain : new Axis.Conditional(axis.when(), plain));
        });
        return out;
    }

    private static Axis narrowed(Axis axis, JsonNode value) {
        double x = value.asDouble();
        if (axis instanceof Axis.Uniform range) {
            double[] part = part(range.lo(), range.hi(), x);
            return new Axis.Uniform(part[0], part[1]);
        }
        if (axis instanceof Axis.LogUniform range) {
            double[] part = part(FastMath.log(range.lo()), FastMath.log(range.hi()), FastMath.log(x));
            return new Axis.LogUniform(
                    Math.max(range.lo(), FastMath.exp(part[0])), Math.min(range.hi(), FastMath.exp(part[1])));
        }
        if (axis instanceof Axis.Integers range) {
            return whole(range, value.asLong());
        }
        if (axis instanceof Axis.Normal normal) {
            return new Axis.Normal(x, normal.std() * SHARE);
        }
        if (axis instanceof Axis.LogNormal normal) {
            return new Axis.LogNormal(FastMath.log(x), normal.std() * SHARE);
        }
        return neighbours((Axis.Choice) axis, value);
    }

    /** As wide as its share, within the whole. */
    private static double[] part(double lo, double hi, double x) {
        double width = SHARE * (hi - lo);
        double from = Math.max(lo, Math.min(x - width / 2, hi - width));
        return new double[] {from, from + width};
    }

    private static Axis whole(Axis.Integers range, long x) {
        double[] part = range.log()
                ? part(FastMath.log(range.lo()), FastMath.log(range.hi()), FastMath.log(x))
                : part(range.lo(), range.hi(), x);
        double from = range.log() ? FastMath.exp(part[0]) : part[0];
        double to = range.log() ? FastMath.exp(part[1]) : part[1];
        // Whole steps, and one to each side at least, where there is one.
        long step = range.step();
        long lo = Math.min((long) from, x - step);
        long hi = Math.max((long) Math.ceil(to), x + step);
        lo = Math.max(range.lo(), range.lo() + Math.floorDiv(lo - range.lo(), step) * step);
        hi = Math.min(range.hi(), hi);
        return new Axis.Integers(lo, hi, Math.min(step, hi - lo), range.log());
    }

    private static Axis neighbours(Axis.Choice choice, JsonNode value) {
        if (!choice.values().stream().allMatch(JsonNode::isNumber)) {
            return choice;
        }
        List<JsonNode> sorted = new ArrayList<>(choice.values());
        sorted.sort(Comparator.comparingDouble(JsonNode::doubleValue));
        for (int i = 0; i < sorted.size(); i++) {
            if (Axis.Choice.comparable(sorted.get(i)).equals(Axis.Choice.comparable(value))) {
                return new Axis.Choice(sorted.subList(Math.max(0, i - 1), Math.min(sorted.size(), i + 2)));
            }
        }
        return choice;
    }
}
