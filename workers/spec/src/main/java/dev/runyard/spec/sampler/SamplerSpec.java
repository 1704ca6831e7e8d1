package dev.runyard.spec.sampler;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;

/** How points are taken from the axes. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SamplerSpec.Grid.class, name = "grid"),
    @JsonSubTypes.Type(value = SamplerSpec.Random.class, name = "random"),
    @JsonSubTypes.Type(value = SamplerSpec.Sobol.class, name = "sobol"),
    @JsonSubTypes.Type(value = SamplerSpec.Tpe.class, name = "tpe"),
    @JsonSubTypes.Type(value = SamplerSpec.CmaEs.class, name = "cma-es"),
    @JsonSubTypes.Type(value = SamplerSpec.Gp.class, name = "gp"),
    @JsonSubTypes.Type(value = SamplerSpec.Nsga2.class, name = "nsga2")
})
public sealed interface SamplerSpec {
    /** Most points a sampler is asked for. */
    int MOST = 10_000;

    /** Its name in a spec. */
    default String kind() {
        return kind(getClass());
    }

    private static String kind(Class<?> spec) {
        for (JsonSubTypes.Type type :
                SamplerSpec.class.getAnnotation(JsonSubTypes.class).value()) {
            if (type.value() == spec) {
                return type.name();
            }
        }
        throw new IllegalStateException(spec + " has no name");
    }

    /** Points asked for, before seeds; 0: as many as there are. */
    default Integer runs() {
        return 0;
    }

    /** Most points it draws in one sweep, also in one that is made longer. */
    default int most() {
        return MOST;
    }

    /** Of the draws. */
    default Long seed() {
        return 0L;
    }

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
                    max = SamplerSpec.MOST)
            Integer runs,

            @Doc("Of the draws.") Long seed)
            implements SamplerSpec {
        public Random {
            checked(Random.class, runs);
            seed = Defaults.or(seed, 0L);
        }
    }

    /** Points that fill the axes evenly. */
    @Doc(title = "Sobol", value = "Points that fill the axes evenly.")
    record Sobol(
            @Doc(
                    value = "Points drawn, before seeds; fewer where the axes have no more.",
                    min = 1,
                    max = SamplerSpec.MOST)
            Integer runs,

            @Doc("Of the scrambling.") Long seed,

            @Doc("Left out: yes. Without it every sweep draws the same points.")
            Boolean scramble)
            implements SamplerSpec {
        public Sobol {
            checked(Sobol.class, runs);
            seed = Defaults.or(seed, 0L);
            scramble = scramble == null || scramble;
        }
    }

    /** Learns from what was tried; for every kind of axis. */
    @Doc(title = "TPE", value = "Looks where good points are dense and others are not; for every kind of axis.")
    record Tpe(
            @Doc(value = "Points drawn, before seeds.", min = 1, max = SamplerSpec.MOST)
            Integer runs,

            @Doc("Of the draws.") Long seed,

            @Doc(value = "Points of chance before it learns.", min = 1, max = SamplerSpec.MOST)
            Integer startup,

            @Doc(value = "Candidates compared for each point.", min = 1, max = 10_000)
            Integer candidates)
            implements SamplerSpec {
        public Tpe {
            checked(Tpe.class, runs);
            seed = Defaults.or(seed, 0L);
            startup = Defaults.or(startup, 10);
            candidates = Defaults.or(candidates, 64);
            Bounds.check(Tpe.class, "startup", startup);
            Bounds.check(Tpe.class, "candidates", candidates);
        }
    }

    /** For many runs over numbers without conditions. */
    @Doc(title = "CMA-ES", value = "Moves and shapes a cloud of points; for hundreds of runs over ranges of numbers.")
    record CmaEs(
            @Doc(value = "Points drawn, before seeds.", min = 1, max = SamplerSpec.MOST)
            Integer runs,

            @Doc("Of the draws.") Long seed)
            implements SamplerSpec {
        public CmaEs {
            checked(CmaEs.class, runs);
            seed = Defaults.or(seed, 0L);
        }
    }

    /** For few, costly runs over few axes. */
    @Doc(
            title = "Gaussian process",
            value = "A model of the metric over the axes; for up to 500 costly runs and 20 axes.")
    record Gp(
            @Doc(value = "Points drawn, before seeds.", min = 1, max = GpSampler.POINTS)
            Integer runs,

            @Doc("Of the draws.") Long seed,

            @Doc(value = "Points that fill the axes before it learns.", min = 2, max = GpSampler.POINTS)
            Integer startup)
            implements SamplerSpec {
        public Gp {
            checked(Gp.class, runs);
            seed = Defaults.or(seed, 0L);
            startup = Defaults.or(startup, 10);
            Bounds.check(Gp.class, "startup", startup);
        }

        @Override
        public int most() {
            return GpSampler.POINTS;
        }
    }

    /** For several goals at once. */
    @Doc(title = "NSGA-II", value = "For several goals at once: crosses the points that no other beats.")
    record Nsga2(
            @Doc(value = "Points drawn, before seeds.", min = 1, max = SamplerSpec.MOST)
            Integer runs,

            @Doc("Of the draws.") Long seed,

            @Doc(value = "Points of a generation.", min = 4, max = 1_000)
            Integer population)
            implements SamplerSpec {
        public Nsga2 {
            checked(Nsga2.class, runs);
            seed = Defaults.or(seed, 0L);
            population = Defaults.or(population, 50);
            Bounds.check(Nsga2.class, "population", population);
        }
    }

    private static void checked(Class<? extends Record> type, Integer runs) {
        if (runs == null) {
            throw new InvalidSpec(
                    "MISSING_FIELD", "runs", null, "is required by sampler " + kind(type), "add runs: 20");
        }
        Bounds.check(type, "runs", runs);
    }
}
