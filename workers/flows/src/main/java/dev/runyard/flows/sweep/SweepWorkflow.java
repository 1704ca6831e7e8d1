package dev.runyard.flows.sweep;

import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.UUID;

/** Keeps a sweep's window of runs full until every run is terminal. */
@WorkflowInterface
public interface SweepWorkflow {
    @WorkflowMethod
    void run(UUID sweep);

    /** A run of the sweep became terminal, or the sweep was changed: look again. */
    @SignalMethod
    void changed();
}
