package dev.runyard.spec.sweep;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Names;
import dev.runyard.spec.metric.MetricDefinition;
import dev.runyard.spec.pruner.PrunerSpec;
import dev.runyard.spec.run.FinishedRun;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import dev.runyard.spec.run.RunRequest;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.spec.sampler.SamplerSpec;
import dev.runyard.spec.space.Axis;
import dev.runyard.spec.space.Space;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Many runs from one description. Points come from {@code axes} by the sampler, then from {@code include}; every point is run
 * once for each seed. The base is kept as it was written, because an axis may replace the very field that makes it whole; every
 * point is bound to a {@link dev.runyard.spec.run.RunSpec} before the sweep is accepted. Axes are kept in the order of their paths,
 * because a JSON store keeps no order and the number of a run must not change on the way through one.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SweepSpec(
        @Doc("Name the runs are listed under.") String experiment,

        @Doc("Shown in lists; left out: the experiment's name.") @Nullable
        String name,

        @Doc("A run spec; what an axis gives may be left out of it.")
        ObjectNode base,

        @Doc("Dotted path of a run's field to the values it takes, for example method.prompts: [1, 4, 16].")
        Map<String, Axis> axes,

        @Doc("Further points, each a map of dotted path to value laid over the base; the axes do not apply to them.")
        List<Map<String, JsonNode>> include,

        @Doc("Every point is run once for each; left out: the base's seed. Not beside an axis seed.")
        List<Long> seeds,

        @Doc("How points are taken from the axes.") SamplerSpec sampler,
        @Doc("The metric that says which run is best.") String metric,

        @Doc(value = "Which end of the metric is better; left out: as the metric is defined.", derived = true)
        Goal goal,

        @Doc(value = "Runs going at once.", min = 1, max = 200)
        Integer parallel,

        @Doc(value = "Higher is served first.", min = -100, max = 100)
        Integer priority,

        @Doc("Class that is served before priority counts: urgent, normal or idle.")
        PriorityClass priorityClass,

        @Doc("Where its runs may be carried out; left out: anywhere.") @Nullable
        Placement placement,

        @Doc(
                "Conditions over paths that every point satisfies, for example method.prompts * method.librarySize <= 65536.")
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> require,

        @Doc("Points to try first, of the axes; an axis that one leaves out is drawn.")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<Map<String, JsonNode>> enqueue,

        @Doc("Further goals beside the metric, for sampler nsga2.") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<Objective> further,

        @Doc("When a run is stopped before its end; left out: never.") @Nullable
        PrunerSpec pruner,

        @Doc("What ends the sweep before its points do; left out: nothing.") @Nullable
        Budget budget,

        @Doc("Id of a sweep whose points are learned from too.") @Nullable
        String from,

        @Doc(
                "What is done with each run when it is finished: tasks evaluate, analyse, invert, written without of; at most 8.")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<ObjectNode> then,

        @Doc(
                "Every point is run once for the first seed; when all are over, the best quarter is run for the other seeds, too.")
        @Nullable
        Boolean seedsLater,

        @Doc(
                "Its points are asked for and told from outside, by runyard ask and runyard tell: axes and metric have any names, the base is not trained.")
        @Nullable
        Boolean external) {

    /** Most runs a sweep may have. */
    public static final int LIMIT = SamplerSpec.MOST;

    private static final int MOST_STEPS = 8;

    /** Which end of the metric is better. */
    public enum Goal {
        @JsonProperty("max")
        MAX,
        @JsonProperty("min")
        MIN
    }

    /** One more metric and which end of it is better. */
    public record Objective(
            @Doc("A metric that runs report.") String metric,

            @Doc(value = "Which end is better; left out: as the metric is defined.", derived = true)
            Goal goal) {
        public Objective {
            if (metric == null) {
                throw new InvalidSpec("MISSING_FIELD", "metric", null, "is required", "name a metric");
            }
            metric = Names.metric("metric", metric);
            goal = goal == null ? SweepSpec.goal(metric) : goal;
        }
    }

    /** What a sweep may use up; whatever comes first ends it. Runs under way go on to their end. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Budget(
            @Doc(value = "Hours of devices, all runs together.", above = 0) @Nullable
            Double deviceHours,

            @Doc(value = "Hours since it was queued.", above = 0) @Nullable
            Double hours,

            @Doc("A value of the metric that is good enough.") @Nullable
            Double target,

            @Doc(value = "Points in a row that did not beat the best.", min = 1, max = LIMIT) @Nullable
            Integer noImprovement) {
        public Budget {
            Bounds.check(Budget.class, "deviceHours", deviceHours);
            Bounds.check(Budget.class, "hours", hours);
            Bounds.check(Budget.class, "target", target);
            Bounds.check(Budget.class, "noImprovement", noImprovement);
        }
    }

    public SweepSpec {
        experiment = Names.check("experiment", experiment == null ? RunRequest.DEFAULT_EXPERIMENT : experiment);
        name = name == null ? null : Names.check("name", name);
        if (base == null) {
            throw new InvalidSpec("MISSING_FIELD", "base", null, "is required", "put a run spec under base:");
        }
        if (!Boolean.TRUE.equals(external) && FinishedRun.looked(base)) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "base.task",
                    base.path("task"),
                    "looks at one finished run, and a sweep trains many",
                    "queue it by itself, or put it under then: of the sweep that trains");
        }
        axes = axes == null ? Map.of() : Collections.unmodifiableSortedMap(new TreeMap<>(axes));
        include = points(include);
        seeds = seeds == null ? List.of() : List.copyOf(seeds);
        sampler = sampler == null ? new SamplerSpec.Grid() : sampler;
        metric = Names.metric("metric", metric == null ? "val/top1" : metric);
        goal = goal == null ? goal(metric) : goal;
        parallel = parallel == null ? 4 : parallel;
        priority = priority == null ? 0 : priority;
        priorityClass = priorityClass == null ? PriorityClass.NORMAL : priorityClass;
        require = require == null ? List.of() : List.copyOf(require);
        enqueue = points(enqueue);
        further = further == null ? List.of() : List.copyOf(further);
        then = steps(then);
        if (from != null && !from.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
            throw new InvalidSpec(
                    "WRONG_TYPE", "from", from, "must be the id of a sweep", "runyard ls sweeps lists them");
        }
        if (seeds.stream().distinct().count() != seeds.size()) {
            throw new InvalidSpec("DUPLICATE_VALUE", "seeds", seeds.toString(), "must not hold a seed twice", null);
        }
        Bounds.check(SweepSpec.class, "parallel", parallel);
        Bounds.check(SweepSpec.class, "priority", priority);
    }

    private static List<ObjectNode> steps(@Nullable List<ObjectNode> given) {
        List<ObjectNode> out = given == null ? List.of() : List.copyOf(given);
        if (out.size() > MOST_STEPS) {
            throw new InvalidSpec("OUT_OF_RANGE", "then", out.size() + " tasks", "must be at most " + MOST_STEPS, null);
        }
        for (int i = 0; i < out.size(); i++) {
            ObjectNode step = out.get(i);
            try {
                FinishedRun.check(step);
                if (step.has(FinishedRun.OF)) {
                    throw new InvalidSpec(
                            "NOT_APPLICABLE", "of", step.get("of"), "is each run of the sweep in turn", "remove it");
                }
            } catch (InvalidSpec e) {
                throw e.within("then[" + i + "]");
            }
        }
        return out;
    }

    private static List<Map<String, JsonNode>> points(@Nullable List<Map<String, JsonNode>> given) {
        return Defaults.or(given, List.<Map<String, JsonNode>>of()).stream()
                .map(point -> Collections.unmodifiableMap(new TreeMap<>(point)))
                .toList();
    }

    private static Goal goal(String metric) {
        return MetricDefinition.direction(metric)
                .map(d -> d == MetricDefinition.Direction.MIN ? Goal.MIN : Goal.MAX)
                .orElseThrow(() -> new InvalidSpec(
                        "MISSING_FIELD",
                        "goal",
                        null,
                        "is required for metric " + metric + ", of which nobody says which end is better",
                        "add goal: max or goal: min"));
    }

    /** With the version in its base that its runs are read by, today and later. */
    public SweepSpec pinned() {
        return new SweepSpec(
                experiment,
                name,
                outside() ? base : SpecDocument.pinned(base),
                axes,
                include,
                seeds,
                sampler,
                metric,
                goal,
                parallel,
                priority,
                priorityClass,
                placement,
                require,
                enqueue,
                further,
                pruner,
                budget,
                from,
                then,
                seedsLater,
                external);
    }

    /** Whether further seeds are for the best points alone. */
    public boolean later() {
        return Boolean.TRUE.equals(seedsLater) && seeds.size() > 1;
    }

    /** Whether others carry its points out. */
    public boolean outside() {
        return Boolean.TRUE.equals(external);
    }

    /**
     * What its sampler draws from.
     *
     * @throws InvalidSpec as {@link Space#of} does
     */
    public Space space() {
        return Space.of(axes, require, base);
    }
}
