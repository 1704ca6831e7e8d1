package dev.runyard.spec.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunFields;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.spec.run.Task;
import dev.runyard.spec.run.Unused;
import dev.runyard.spec.sampler.GridSampler;
import dev.runyard.spec.sampler.Past;
import dev.runyard.spec.sampler.Sampler;
import dev.runyard.spec.sampler.SamplerSpec;
import dev.runyard.spec.space.Axis;
import dev.runyard.spec.space.Draws;
import dev.runyard.spec.space.Space;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The runs of a sweep. They are drawn once, when the sweep is accepted, and stored, so that a sampler that changes never changes a sweep
 * that is under way. First come the sampler's points over the axes, then those of {@code include}; each is run once for each seed, and
 * the seeds of a point are neighbours. No point is there twice.
 */
public final class Points {
    /** Points of chance that stand for those of a sampler that learns, when a sweep is checked. */
    private static final int LOOKED_AT = 200;

    private Points() {}

    /**
     * How many runs the sweep has, counted without making any.
     *
     * @throws InvalidSpec SWEEP_TOO_LARGE over {@value SweepSpec#LIMIT}, naming the count; EMPTY_SWEEP, NEEDS_LIST
     */
    public static int count(SweepSpec sweep) {
        BigInteger points =
                sampled(sweep).add(BigInteger.valueOf(sweep.include().size()));
        BigInteger runs = sweep.later()
                ? points.add(BigInteger.valueOf(seeds(sweep) - 1L).multiply(best(points)))
                : points.multiply(BigInteger.valueOf(seeds(sweep)));
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

    /** Runs for the first seed of every point. */
    public static int first(SweepSpec sweep) {
        return sampled(sweep).intValueExact() + sweep.include().size();
    }

    /** How many of so many points get further seeds, where those are for the best alone: a quarter of them, rounded up. */
    public static int best(int points) {
        return best(BigInteger.valueOf(points)).intValueExact();
    }

    private static BigInteger best(BigInteger points) {
        return points.add(BigInteger.valueOf(3)).divide(BigInteger.valueOf(4));
    }

    /** What whoever asked for more points than there are should know. */
    public static Optional<String> note(SweepSpec sweep) {
        int asked = sweep.sampler().runs();
        BigInteger there = sampled(sweep);
        if (there.compareTo(BigInteger.valueOf(asked)) < 0) {
            return Optional.of("the axes have " + there + " points, fewer than the " + asked
                    + " asked for: each is run once" + (seeds(sweep) > 1 ? " for each seed" : ""));
        }
        return Optional.empty();
    }

    /** Whether every point follows from the spec alone, so that all are drawn when the sweep is accepted. */
    public static boolean blind(SweepSpec sweep) {
        return Sampler.of(sweep.sampler()).blind();
    }

    /**
     * What each run sets, by dotted path and in the order of the runs; with {@code seed} when the sweep lists seeds.
     *
     * @param sweep whose sampler is {@link #blind}
     */
    public static List<Map<String, JsonNode>> draw(SweepSpec sweep) {
        count(sweep);
        List<Map<String, JsonNode>> out = new ArrayList<>();
        points(sweep).forEach(point -> out.addAll(runs(sweep, point)));
        return out;
    }

    /** What the runs of a point set: one for each seed; for the first alone, where only the best get others. */
    public static List<Map<String, JsonNode>> runs(SweepSpec sweep, Map<String, JsonNode> point) {
        if (sweep.seeds().isEmpty()) {
            return List.of(point);
        }
        return seeded(point, sweep.later() ? sweep.seeds().subList(0, 1) : sweep.seeds());
    }

    /** What the further runs of one of the best points set: one for each seed but the first. */
    public static List<Map<String, JsonNode>> further(SweepSpec sweep, Map<String, JsonNode> point) {
        return seeded(point, sweep.seeds().subList(1, sweep.seeds().size()));
    }

    private static List<Map<String, JsonNode>> seeded(Map<String, JsonNode> point, List<Long> seeds) {
        List<Map<String, JsonNode>> out = new ArrayList<>();
        for (long seed : seeds) {
            Map<String, JsonNode> run = new TreeMap<>(point);
            run.put("seed", JsonNodeFactory.instance.numberNode(seed));
            out.add(run);
        }
        return out;
    }

    /** The points that are tried before the sampler draws any. */
    public static List<Map<String, JsonNode>> enqueued(SweepSpec sweep) {
        Space space = sweep.space();
        List<Map<String, JsonNode>> out = new ArrayList<>();
        for (int i = 0; i < sweep.enqueue().size(); i++) {
            try {
                out.add(space.filled(sweep.enqueue().get(i), sweep.sampler().seed(), i));
            } catch (InvalidSpec e) {
                throw e.within("enqueue[" + i + "]");
            }
        }
        return out;
    }

    /**
     * The draws of a sweep that release 0.1.0 accepted and did not store: a point may be there twice.
     *
     * @param sweep with sampler random
     */
    public static List<Map<String, JsonNode>> drawAs010(SweepSpec sweep) {
        if (!(sweep.sampler() instanceof SamplerSpec.Random random)) {
            return draw(sweep);
        }
        List<Map<String, JsonNode>> out = new ArrayList<>();
        for (int i = 0; i < random.runs(); i++) {
            out.addAll(runs(sweep, Draws.point(sweep.axes(), random.seed(), i)));
        }
        sweep.include().forEach(point -> out.addAll(runs(sweep, point)));
        return out;
    }

    /**
     * A run of a sweep out of what was drawn for it. Nothing is checked: that was done when the sweep was accepted.
     *
     * @param set by dotted path, as {@link #draw} gave it
     */
    public static Point point(ObjectNode base, int index, Map<String, JsonNode> set) {
        Map<String, JsonNode> leaves = new TreeMap<>();
        set.forEach((path, value) -> leaves(path, value, leaves));
        return new Point(index, Collections.unmodifiableMap(leaves), SpecDocument.written(Overrides.laid(base, set)));
    }

    /**
     * The run at {@code index}, drawn anew.
     *
     * @param index 0 to {@link #count} - 1
     * @throws IndexOutOfBoundsException outside of that
     */
    public static Point at(SweepSpec sweep, int index) {
        Objects.checkIndex(index, count(sweep));
        return point(sweep.base(), index, draw(sweep).get(index));
    }

    /** @see #check(SweepSpec, Consumer) */
    public static void check(SweepSpec sweep) {
        check(sweep, spec -> {});
    }

    /**
     * Refuses the sweep unless every one of its runs is valid and none is there twice, its metric is one that runs report, and all that
     * it gives has an effect: in the base on one run at least, at a point on that point.
     *
     * @param further what else holds of each run
     * @throws InvalidSpec whose field begins with {@code axes.}, {@code include[i].} or {@code base.}
     */
    public static void check(SweepSpec sweep, Consumer<RunSpec> further) {
        if (sweep.outside()) {
            External.check(sweep);
        } else {
            axes(sweep);
        }
        Space space = sweep.space();
        if (!sweep.require().isEmpty()) {
            space.check();
        }
        count(sweep);
        Sampler.of(sweep.sampler()).check(space);
        Aims.check(sweep);
        if (Boolean.TRUE.equals(sweep.seedsLater()) && !sweep.later()) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "seedsLater",
                    true,
                    "gives the best points further seeds, and there are none",
                    "list two seeds or more: seeds: [0, 1, 2]");
        }
        List<Map<String, JsonNode>> points = points(sweep);
        if (sweep.outside()) {
            return;
        }
        int sampled = points.size() - sweep.include().size();
        Map<RunSpec, Integer> seen = new HashMap<>();
        Map<String, Integer> idle = new HashMap<>();
        // Of what is drawn later the longest is not known, only how long it may be.
        int longest = sweep.pruner() == null || blind(sweep) ? 0 : Aims.longest(sweep);
        for (int i = 0; i < points.size(); i++) {
            String source = i < sampled ? "axes" : "include[" + (i - sampled) + "]";
            Map<String, JsonNode> params = points.get(i);
            RunSpec spec = bound(sweep, params, source, further);
            longest = spec.task() == Task.COMMAND
                    ? longest
                    : Math.max(longest, spec.schedule().epochs());
            for (InvalidSpec unused : Unused.of(Overrides.tree(sweep.base(), params), spec)) {
                if (within(unused.field(), params)) {
                    throw unused.within(source).and("this is at the point " + params);
                }
                if (idle.merge(unused.field(), 1, Integer::sum) == points.size()) {
                    throw unused.within("base");
                }
            }
            Integer before = seen.putIfAbsent(spec, i);
            if (before != null) {
                throw new InvalidSpec(
                        "DUPLICATE_POINT",
                        source,
                        params,
                        "gives the same run as " + points.get(before),
                        "remove one of them");
            }
        }
        Aims.leavesSomething(sweep, longest);
    }

    /** Whether the point itself gives the field, a part of it, or what it is a part of. */
    private static boolean within(String field, Map<String, JsonNode> params) {
        return params.keySet().stream()
                .anyMatch(p -> field.equals(p) || field.startsWith(p + ".") || p.startsWith(field + "."));
    }

    private static void axes(SweepSpec sweep) {
        sweep.axes().forEach((path, axis) -> {
            try {
                RunFields.Field field = RunFields.require(path, shown(axis));
                Axis plain = axis.plain();
                boolean reals = !(plain instanceof Axis.Choice) && !(plain instanceof Axis.Integers);
                if (reals && field.whole()) {
                    throw new InvalidSpec(
                            "WRONG_TYPE",
                            path,
                            shown(axis),
                            "draws fractions for a whole number",
                            "use {integers: [lo, hi]}");
                }
                boolean free = field.type() == Double.class || field.type() == JsonNode.class;
                if (!(plain instanceof Axis.Choice) && !field.whole() && !free) {
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

    private static RunSpec bound(
            SweepSpec sweep, Map<String, JsonNode> params, String source, Consumer<RunSpec> further) {
        try {
            RunSpec spec = Overrides.apply(sweep.base(), params);
            further.accept(spec);
            return spec;
        } catch (InvalidSpec e) {
            boolean own = params.keySet().stream()
                    .anyMatch(path -> e.field().equals(path) || e.field().startsWith(path + "."));
            if (own) {
                throw e.within(source);
            }
            InvalidSpec inBase = e.within("base");
            if (params.isEmpty()) {
                throw inBase;
            }
            InvalidSpec at = inBase.and("this is at the point " + params);
            int dot = e.field().indexOf('.');
            String object = dot < 0 ? "" : e.field().substring(0, dot);
            if (params.containsKey(object + ".kind")) {
                throw at.and("the base's " + object + " is of another kind: put " + object
                        + " as whole objects, one for each kind, into the axis " + object);
            }
            throw at;
        }
    }

    /**
     * What each point sets, without the seed; in the order of the names, so that no store's order of keys matters. Of a sampler that learns,
     * points of chance, as many as are worth a look.
     */
    public static List<Map<String, JsonNode>> points(SweepSpec sweep) {
        List<Map<String, JsonNode>> out = new ArrayList<>(enqueued(sweep));
        int wanted = sampled(sweep).intValueExact() - out.size();
        if (wanted < 0) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", "enqueue", out.size(), "are more points than the sweep has", "ask for more runs");
        }
        if (wanted > 0) {
            Space space = sweep.space();
            List<Past> known = out.stream().map(Past::open).toList();
            SamplerSpec asked = sweep.sampler();
            Sampler sampler = Sampler.of(asked);
            out.addAll(
                    sampler.blind()
                            ? sampler.draw(space, asked.seed(), known, wanted)
                            : Sampler.of(new SamplerSpec.Random(1, 0L))
                                    .draw(space, asked.seed(), known, Math.min(wanted, LOOKED_AT)));
        }
        sweep.include().forEach(point -> out.add(new TreeMap<>(point)));
        return out;
    }

    private static int seeds(SweepSpec sweep) {
        return Math.max(1, sweep.seeds().size());
    }

    private static BigInteger sampled(SweepSpec sweep) {
        SamplerSpec sampler = sweep.sampler();
        if (!(sampler instanceof SamplerSpec.Grid)) {
            if (sweep.axes().isEmpty()) {
                throw new InvalidSpec(
                        "EMPTY_SWEEP",
                        "axes",
                        "{}",
                        "leave sampler " + sampler.kind() + " nothing to draw",
                        "name at least one axis");
            }
            BigInteger wanted = BigInteger.valueOf(sampler.runs());
            return Draws.space(sweep.space()).map(wanted::min).orElse(wanted);
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
        return GridSampler.points(sweep.space());
    }
}
