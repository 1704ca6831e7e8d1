package dev.runyard.spec.sweep;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Names;
import org.jspecify.annotations.Nullable;

/** What holds of a sweep whose points others carry out: there is nothing of it that a device here could do. */
final class External {
    private External() {}

    /** @throws InvalidSpec NOT_APPLICABLE for what only a run of this lab has */
    static void check(SweepSpec sweep) {
        sweep.axes().keySet().forEach(path -> {
            try {
                Names.metric(path, path);
            } catch (InvalidSpec e) {
                throw e.within("axes");
            }
        });
        try {
            Overrides.disjoint(sweep.axes());
        } catch (InvalidSpec e) {
            throw e.within("axes");
        }
        refuse("seeds", sweep.seeds(), !sweep.seeds().isEmpty(), "tell the mean over the seeds of your own");
        refuse("include", sweep.include(), !sweep.include().isEmpty(), "put it under enqueue");
        refuse("then", sweep.then(), !sweep.then().isEmpty(), "remove it");
        refuse("placement", sweep.placement(), sweep.placement() != null, "remove it");
        SweepSpec.Budget budget = sweep.budget();
        Double hours = budget == null ? null : budget.deviceHours();
        refuse("budget.deviceHours", hours, hours != null, "use budget.hours");
    }

    private static void refuse(String field, @Nullable Object value, boolean given, String remedy) {
        if (given) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE", field, value, "is for runs of this lab, and the sweep is external", remedy);
        }
    }
}
