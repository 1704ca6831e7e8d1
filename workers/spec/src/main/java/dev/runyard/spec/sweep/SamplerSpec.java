package dev.runyard.spec.sweep;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;

/** How points are taken from the axes. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SamplerSpec.Grid.class, name = "grid"),
    @JsonSubTypes.Type(value = SamplerSpec.Random.class, name = "random")
})
public sealed interface SamplerSpec {
    /** Every combination of the axes, which must all be lists; the last axis, in the order of
     * their paths, varies fastest. Without axes the base itself is the one point, unless {@code include} names others. */
    @Doc(title = "Grid", value = "Every combination of the listed values.")
    record Grid() implements SamplerSpec {}

    /** Draws without replacement: no point twice, and fewer than asked for where the axes have no more. */
    @Doc(title = "Random", value = "Different points drawn from the axes.")
    record Random(
            @Doc(
                    value = "Points drawn, before seeds; fewer where the axes have no more.",
                    min = 1,
                    max = SweepSpec.LIMIT)
            Integer runs,

            @Doc("Of the draws.") Long seed)
            implements SamplerSpec {
        public Random {
            if (runs == null) {
                throw new InvalidSpec("MISSING_FIELD", "runs", null, "is required by sampler random", "add runs: 20");
            }
            Bounds.check(Random.class, "runs", runs);
            seed = seed == null ? 0L : seed;
        }
    }
}
