package dev.runyard.flows.run;

import dev.runyard.spec.report.Outcome;
import io.temporal.activity.ActivityInterface;
import java.util.UUID;

/** The ledger's side of a run. Executed in the service; each call is one guarded transaction, safe to repeat. */
@ActivityInterface
public interface RunActivities {
    /** Whether the run is over, by its row. */
    boolean over(UUID run);

    /**
     * Of executions that 0.1.0 began. Nothing is booked: an outcome counts when the worker reports it over HTTP with the attempt's
     * token, and what anybody tells Temporal is no more than a reason to look. Returns whether the run is over, by its row.
     */
    boolean ended(UUID run, long attempt, Outcome outcome);
}
