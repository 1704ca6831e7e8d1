package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A single run to queue: the body of {@code POST /api/v1/runs}.
 *
 * @param experiment name the run is listed under; default {@code default}
 * @param name shown in lists; default: made from the spec
 * @param priority higher is served first, -100 to 100; default 0
 * @param spec what to do; required
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunRequest(String experiment, @Nullable String name, Integer priority, RunSpec spec) {
    /** Where runs go that name no experiment. */
    public static final String DEFAULT_EXPERIMENT = "default";

    public RunRequest {
        experiment = Names.check("experiment", Defaults.or(experiment, DEFAULT_EXPERIMENT));
        name = name == null ? null : Names.check("name", name);
        priority = Defaults.or(priority, 0);
        InvalidSpec.range("priority", priority, -100, 100);
        spec = Defaults.required("spec", spec);
    }

    /** The spec in the default experiment, without a name of its own. */
    public static RunRequest of(RunSpec spec) {
        return new RunRequest(DEFAULT_EXPERIMENT, null, 0, spec);
    }
}
