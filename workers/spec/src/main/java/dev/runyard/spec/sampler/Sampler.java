package dev.runyard.spec.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.space.Space;
import java.util.List;
import java.util.Map;

/**
 * Says where to look next: a pure function of the space, a seed, and what was drawn before. What it draws is stored before anything runs,
 * with its version; a sweep that is under way asks for the version that it began with.
 */
public interface Sampler {
    /** Raised when the same history would lead to another point. */
    int version();

    /**
     * Whether the points follow from space and seed alone, so that all may be drawn at once.
     */
    default boolean blind() {
        return false;
    }

    /** @throws InvalidSpec NOT_APPLICABLE for a space that it cannot search */
    default void check(Space space) {}

    /**
     * Further points, each allowed by the space. Fewer than asked for only where a finite space has no more.
     *
     * @param history everything drawn so far, in the order of the draws; a point that is not of this space is not learned from
     * @param count 1 or more
     */
    List<Map<String, JsonNode>> draw(Space space, long seed, List<Past> history, int count);

    /** By what a sweep asks for. */
    static Sampler of(SamplerSpec spec) {
        if (spec instanceof SamplerSpec.Grid) {
            return new GridSampler();
        }
        if (spec instanceof SamplerSpec.Sobol sobol) {
            return new SobolSampler(sobol.scramble());
        }
        if (spec instanceof SamplerSpec.Tpe tpe) {
            return new TpeSampler(tpe.startup(), tpe.candidates());
        }
        if (spec instanceof SamplerSpec.CmaEs) {
            return new CmaEsSampler();
        }
        if (spec instanceof SamplerSpec.Gp gp) {
            return new GpSampler(gp.startup());
        }
        if (spec instanceof SamplerSpec.Nsga2 nsga) {
            return new Nsga2Sampler(nsga.population());
        }
        return new RandomSampler();
    }

    /**
     * The version that a sweep began with: another would lead to other points.
     *
     * @throws InvalidSpec UNKNOWN_VERSION for one that this release does not have
     */
    static Sampler of(SamplerSpec spec, int version) {
        Sampler sampler = of(spec);
        if (sampler.version() != version) {
            throw new InvalidSpec(
                    "UNKNOWN_VERSION",
                    "sampler",
                    spec.kind() + " version " + version,
                    "drew the sweep's first points, and this release has version " + sampler.version(),
                    "queue a sweep with from: this one's id");
        }
        return sampler;
    }
}
