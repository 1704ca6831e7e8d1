package dev.runyard.spec.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Names;
import dev.runyard.spec.RunRequest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Many runs from one description. Points come from {@code axes} by the sampler, then from {@code include}; every point is run
 * once for each seed. The base is kept as it was written, because an axis may replace the very field that makes it whole; every
 * point is bound to a {@link dev.runyard.spec.RunSpec} before the sweep is accepted.
 *
 * @param experiment name the runs are listed under; default {@code default}
 * @param name shown in lists; default: the experiment's name
 * @param base a run spec, as JSON
 * @param axes dotted path to values, for example {@code method.prompts: [1, 4, 16]}; kept in the order of the paths, because a
 *     JSON store keeps no order and the number of a run must not change on the way through one
 * @param include further points, each a map of dotted path to value laid over the base; the axes do not apply to them
 * @param seeds one run a point and seed; default: the base's seed. Not beside an axis {@code seed}
 * @param sampler default grid
 * @param metric what "best" means, default {@code val/top1}
 * @param goal max (default) or min
 * @param parallel runs going at once, 1 to 200; default 4
 * @param priority higher is served first, -100 to 100; default 0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SweepSpec(
        String experiment,
        @Nullable String name,
        ObjectNode base,
        Map<String, Axis> axes,
        List<Map<String, JsonNode>> include,
        List<Long> seeds,
        SamplerSpec sampler,
        String metric,
        Goal goal,
        Integer parallel,
        Integer priority) {

    /** Most runs a sweep may have. */
    public static final int LIMIT = 10_000;

    /** Which end of the metric is better. */
    public enum Goal {
        @JsonProperty("max")
        MAX,
        @JsonProperty("min")
        MIN
    }

    public SweepSpec {
        experiment = Names.check("experiment", experiment == null ? RunRequest.DEFAULT_EXPERIMENT : experiment);
        name = name == null ? null : Names.check("name", name);
        if (base == null) {
            throw new InvalidSpec("MISSING_FIELD", "base", null, "is required", "put a run spec under base:");
        }
        axes = axes == null ? Map.of() : Collections.unmodifiableSortedMap(new TreeMap<>(axes));
        include = include == null
                ? List.of()
                : include.stream()
                        .map(point -> Collections.unmodifiableMap(new TreeMap<>(point)))
                        .toList();
        seeds = seeds == null ? List.of() : List.copyOf(seeds);
        sampler = sampler == null ? new SamplerSpec.Grid() : sampler;
        metric = Names.metric("metric", metric == null ? "val/top1" : metric);
        goal = goal == null ? Goal.MAX : goal;
        parallel = parallel == null ? 4 : parallel;
        priority = priority == null ? 0 : priority;
        if (seeds.stream().distinct().count() != seeds.size()) {
            throw new InvalidSpec("DUPLICATE_VALUE", "seeds", seeds.toString(), "must not hold a seed twice", null);
        }
        if (parallel < 1 || parallel > 200) {
            throw new InvalidSpec("OUT_OF_RANGE", "parallel", parallel, "must lie in [1, 200]", null);
        }
        if (priority < -100 || priority > 100) {
            throw new InvalidSpec("OUT_OF_RANGE", "priority", priority, "must lie in [-100, 100]", null);
        }
    }
}
