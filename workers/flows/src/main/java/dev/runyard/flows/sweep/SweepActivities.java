package dev.runyard.flows.sweep;

import io.temporal.activity.ActivityInterface;
import java.util.UUID;

/** The ledger's side of a sweep. Executed in the service. */
@ActivityInterface
public interface SweepActivities {
    /** Queues as many further runs as the window allows. Safe to repeat: run ids derive from (sweep, index). */
    Progress next(UUID sweep);

    /**
     * @param total runs the sweep will have
     * @param created rows made so far
     * @param open rows that are not terminal
     */
    record Progress(int total, int created, int open, boolean over) {}
}
