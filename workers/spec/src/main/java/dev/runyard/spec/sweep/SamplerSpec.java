package dev.runyard.spec.sweep;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
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
    record Grid() implements SamplerSpec {}

    /**
     * Independent draws.
     *
     * @param runs points drawn (before seeds), 1 to 10,000
     * @param seed of the draws, default 0
     */
    record Random(Integer runs, Long seed) implements SamplerSpec {
        public Random {
            if (runs == null) {
                throw new InvalidSpec("MISSING_FIELD", "runs", null, "is required by sampler random", "add runs: 20");
            }
            if (runs < 1 || runs > SweepSpec.LIMIT) {
                throw new InvalidSpec("OUT_OF_RANGE", "runs", runs, "must lie in [1, " + SweepSpec.LIMIT + "]", null);
            }
            seed = seed == null ? 0L : seed;
        }
    }
}
