package dev.runyard.spec.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Json;
import dev.runyard.spec.RunSpec;
import dev.runyard.spec.SpecDocument;
import java.math.BigInteger;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The runs of a sweep, by number. Pure: the same sweep and index give the same run, today and after a restart, so a sweep is
 * never written out as a list. First come the sampler's points over the axes, then those of {@code include}; each is run once
 * for each seed, and the seeds of a point are neighbours.
 */
public final class Points {
    private Points() {}

    /**
     * How many runs the sweep has, counted without making any.
     *
     * @throws InvalidSpec SWEEP_TOO_LARGE over {@value SweepSpec#LIMIT}, naming the count; EMPTY_SWEEP, NEEDS_LIST
     */
    public static int count(SweepSpec sweep) {
        BigInteger points =
                sampled(sweep).add(BigInteger.valueOf(sweep.include().size()));
        BigInteger runs = points.multiply(BigInteger.valueOf(seeds(sweep)));
        if (runs.compareTo(BigInteger.valueOf(SweepSpec.LIMIT)) > 0) {
            throw new InvalidSpec(
                    "SWEEP_TOO_LARGE",
                    sweep.axes().isEmpty() ? "seeds" : "axes",
                    runs,
                    "runs are more than " + SweepSpec.LIMIT,
                    sweep.sampler() instanceof SamplerSpec.Grid
                            ? "list fewer values, or draw some of them: sampler: {kind: random, runs: 100}"
                            : "draw fewer points or list fewer seeds");
        }
        return runs.intValueExact();
    }

    /**
     * The run at {@code index}.
     *
     * @param index 0 to {@link #count} - 1
     * @throws IndexOutOfBoundsException outside of that
     * @throws InvalidSpec when that run is not a valid one
     */
    public static Point at(SweepSpec sweep, int index) {
        Objects.checkIndex(index, count(sweep));
        int seeds = seeds(sweep);
        Map<String, JsonNode> params = params(sweep, index / seeds);
        if (!sweep.seeds().isEmpty()) {
            params.put("seed", JsonNodeFactory.instance.numberNode(sweep.seeds().get(index % seeds)));
        }
        SpecDocument document = SpecDocument.written(Overrides.tree(sweep.base(), params));
        Map<String, JsonNode> leaves = new TreeMap<>();
        params.forEach((path, value) -> leaves(path, value, leaves));
        return new Point(index, Collections.unmodifiableMap(leaves), document);
    }

    /**
     * Refuses the sweep unless every one of its runs is valid and none is there twice. (Random draws may coincide.)
     *
     * @throws InvalidSpec whose field begins with {@code axes.}, {@code include[i].} or {@code base.}
     */
    public static void check(SweepSpec sweep) {
        axes(sweep);
        int points = count(sweep) / seeds(sweep);
        int sampled = points - sweep.include().size();
        Map<RunSpec, Integer> seen = new HashMap<>();
        for (int i = 0; i < points; i++) {
            String source = i < sampled ? "axes" : "include[" + (i - sampled) + "]";
            Map<String, JsonNode> params = params(sweep, i);
            RunSpec spec = bound(sweep, params, source);
            boolean drawn = i < sampled && sweep.sampler() instanceof SamplerSpec.Random;
            Integer before = drawn ? null : seen.putIfAbsent(spec, i);
            if (before != null) {
                throw new InvalidSpec(
                        "DUPLICATE_POINT",
                        source,
                        params,
                        "gives the same run as " + params(sweep, before),
                        "remove one of them");
            }
        }
    }

    private static void axes(SweepSpec sweep) {
        sweep.axes().forEach((path, axis) -> {
            try {
                RunFields.Field field = RunFields.require(path, shown(axis));
                boolean reals = axis instanceof Axis.Uniform || axis instanceof Axis.LogUniform;
                if (reals && field.whole()) {
                    throw new InvalidSpec(
                            "WRONG_TYPE",
                            path,
                            shown(axis),
                            "draws fractions for a whole number",
                            "use {integers: [lo, hi]}");
                }
                if (!(axis instanceof Axis.Choice) && !field.whole() && field.type() != Double.class) {
                    throw new InvalidSpec(
                            "WRONG_TYPE", path, shown(axis), "draws numbers for what is none", "list the values");
                }
            } catch (InvalidSpec e) {
                throw e.within("axes");
            }
        });
        try {
            Overrides.disjoint(sweep.axes());
        } catch (InvalidSpec e) {
            throw e.within("axes");
        }
        boolean varied = sweep.axes().containsKey("seed")
                || sweep.include().stream().anyMatch(point -> point.containsKey("seed"));
        if (varied && !sweep.seeds().isEmpty()) {
            throw new InvalidSpec(
                    "OVERLAPPING_PATHS",
                    "seeds",
                    sweep.seeds(),
                    "are given beside values for seed",
                    "keep one of the two");
        }
    }

    private static JsonNode shown(Axis axis) {
        return Json.mapper().valueToTree(axis);
    }

    /** {@code method: {kind: iip, prompts: 8}} shares a column with {@code method.prompts: 4}. */
    private static void leaves(String path, JsonNode value, Map<String, JsonNode> out) {
        if (value.isObject() && !value.isEmpty()) {
            value.properties().forEach(e -> leaves(path + "." + e.getKey(), e.getValue(), out));
        } else {
            out.put(path, value);
        }
    }

    private static RunSpec bound(SweepSpec sweep, Map<String, JsonNode> params, String source) {
        try {
            return Overrides.apply(sweep.base(), params);
        } catch (InvalidSpec e) {
            boolean own = params.keySet().stream()
                    .anyMatch(path -> e.field().equals(path) || e.field().startsWith(path + "."));
            if (own) {
                throw e.within(source);
            }
            InvalidSpec inBase = e.within("base");
            throw params.isEmpty() ? inBase : inBase.and("this is at the point " + params);
        }
    }

    /** What the point sets, without the seed; in the order of the names, so that no store's order of keys matters. */
    private static Map<String, JsonNode> params(SweepSpec sweep, int point) {
        int sampled = sampled(sweep).intValueExact();
        if (point >= sampled) {
            return new TreeMap<>(sweep.include().get(point - sampled));
        }
        return sweep.sampler() instanceof SamplerSpec.Random random
                ? Draws.point(sweep.axes(), random.seed(), point)
                : grid(sweep.axes(), point);
    }

    private static Map<String, JsonNode> grid(Map<String, Axis> axes, int point) {
        TreeMap<String, JsonNode> out = new TreeMap<>();
        int rest = point;
        for (Map.Entry<String, Axis> axis : new TreeMap<>(axes).descendingMap().entrySet()) {
            if (axis.getValue() instanceof Axis.Choice choice) {
                int n = choice.values().size();
                out.put(axis.getKey(), choice.values().get(rest % n));
                rest /= n;
            }
        }
        return out;
    }

    private static int seeds(SweepSpec sweep) {
        return Math.max(1, sweep.seeds().size());
    }

    private static BigInteger sampled(SweepSpec sweep) {
        if (sweep.sampler() instanceof SamplerSpec.Random random) {
            if (sweep.axes().isEmpty()) {
                throw new InvalidSpec(
                        "EMPTY_SWEEP", "axes", "{}", "leave sampler random nothing to draw", "name at least one axis");
            }
            return BigInteger.valueOf(random.runs());
        }
        if (sweep.axes().isEmpty()) {
            if (sweep.include().isEmpty() && sweep.seeds().isEmpty()) {
                throw new InvalidSpec(
                        "EMPTY_SWEEP",
                        "axes",
                        "{}",
                        "and include and seeds are all empty: nothing varies",
                        "name an axis or several seeds, or queue the base as a run");
            }
            return sweep.include().isEmpty() ? BigInteger.ONE : BigInteger.ZERO;
        }
        BigInteger product = BigInteger.ONE;
        for (Map.Entry<String, Axis> axis : sweep.axes().entrySet()) {
            if (!(axis.getValue() instanceof Axis.Choice choice)) {
                throw new InvalidSpec(
                        "NEEDS_LIST",
                        "axes." + axis.getKey(),
                        shown(axis.getValue()),
                        "has no end under sampler grid",
                        "list its values, or use sampler: {kind: random, runs: 20}");
            }
            product = product.multiply(BigInteger.valueOf(choice.values().size()));
        }
        return product;
    }
}
