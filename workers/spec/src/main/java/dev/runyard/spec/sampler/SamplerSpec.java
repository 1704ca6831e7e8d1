package dev.runyard.spec.sampler;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.runyard.spec.Bounds;
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
        for (JsonSubTypes.Type type :
                SamplerSpec.class.getAnnotation(JsonSubTypes.class).value()) {
            if (type.value() == getClass()) {
                return type.name();
            }
        }
        throw new IllegalStateException(getClass() + " has no name");
    }

    /** Points asked for, before seeds; 0: as many as there are. */
    default int points() {
        return 0;
    }

    /** Of the draws. */
    default long draws() {
        return 0;
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
            checked(Random.class, "random", runs);
            seed = seed == null ? 0L : seed;
        }

        @Override
        public int points() {
            return runs;
        }

        @Override
        public long draws() {
            return seed;
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
            checked(Sobol.class, "sobol", runs);
            seed = seed == null ? 0L : seed;
            scramble = scramble == null || scramble;
        }

        @Override
        public int points() {
            return runs;
        }

        @Override
        public long draws() {
            return seed;
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
            checked(Tpe.class, "tpe", runs);
            seed = seed == null ? 0L : seed;
            startup = startup == null ? 10 : startup;
            candidates = candidates == null ? 64 : candidates;
            Bounds.check(Tpe.class, "startup", startup);
            Bounds.check(Tpe.class, "candidates", candidates);
        }

        @Override
        public int points() {
            return runs;
        }

        @Override
        public long draws() {
            return seed;
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
            checked(CmaEs.class, "cma-es", runs);
            seed = seed == null ? 0L : seed;
        }

        @Override
        public int points() {
            return runs;
        }

        @Override
        public long draws() {
            return seed;
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
            checked(Gp.class, "gp", runs);
            seed = seed == null ? 0L : seed;
            startup = startup == null ? 10 : startup;
            Bounds.check(Gp.class, "startup", startup);
        }

        @Override
        public int points() {
            return runs;
        }

        @Override
        public long draws() {
            return seed;
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
            checked(Nsga2.class, "nsga2", runs);
            seed = seed == null ? 0L : seed;
            population = population == null ? 50 : population;
            Bounds.check(Nsga2.class, "population", population);
        }

        @Override
        public int points() {
            return runs;
        }

        @Override
        public long draws() {
            return seed;
        }
    }

    private static void checked(Class<? extends Record> type, String kind, Integer runs) {
        if (runs == null) {
            throw new InvalidSpec("MISSING_FIELD", "runs", null, "is required by sampler " + kind, "add runs: 20");
        }
        Bounds.check(type, "runs", runs);
    }
}
