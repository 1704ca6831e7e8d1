package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.Names;
import org.jspecify.annotations.Nullable;

/** A single run to queue: the body of {@code POST /api/v1/runs}. Its spec is checked, and kept as it was written. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunRequest(
        @Doc("Name the run is listed under.") String experiment,

        @Doc("Shown in lists; left out: made from the spec.") @Nullable
        String name,

        @Doc(value = "Higher is served first.", min = -100, max = 100)
        Integer priority,

        @Doc("Class that is served before priority counts: urgent, normal or idle.")
        PriorityClass priorityClass,

        @Doc("Where it may be carried out; left out: anywhere.") @Nullable
        Placement placement,

        @Doc("What to do: a run spec.") SpecDocument spec) {
    /** Where runs go that name no experiment. */
    public static final String DEFAULT_EXPERIMENT = "default";

    public RunRequest {
        experiment = Names.check("experiment", Defaults.or(experiment, DEFAULT_EXPERIMENT));
        name = name == null ? null : Names.check("name", name);
        priority = Defaults.or(priority, 0);
        priorityClass = Defaults.or(priorityClass, PriorityClass.NORMAL);
        Bounds.check(RunRequest.class, "priority", priority);
        spec = Defaults.required("spec", spec);
    }

    /** The spec in the default experiment, without a name of its own. */
    public static RunRequest of(SpecDocument spec) {
        return new RunRequest(DEFAULT_EXPERIMENT, null, 0, PriorityClass.NORMAL, null, spec);
    }
}
