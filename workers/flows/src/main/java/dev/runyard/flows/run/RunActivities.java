package dev.runyard.flows.run;

import dev.runyard.spec.report.Outcome;
import io.temporal.activity.ActivityInterface;
import java.util.UUID;

/** The ledger's side of a run. Executed in the service; each call is one guarded transaction, safe to repeat. */
@ActivityInterface
public interface RunActivities {
    /** Whether the run is over, by its row. */
    boolean over(UUID run);

    /** Books how an attempt ended; a stale attempt changes nothing. Returns whether the run is over. */
    boolean ended(UUID run, long attempt, Outcome outcome);
}
