package dev.runyard.flows.run;

import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.UUID;

/** Carries one run from lease to lease until the ledger says that it is over. Holds nothing that the rows do not. */
@WorkflowInterface
public interface RunWorkflow {
    @WorkflowMethod
    void run(UUID run);

    /** A device is ours. Sent again after a fault; the same grant twice is one. */
    @SignalMethod
    void leaseGranted(LeaseGrant grant);

    /** The row changed (cancelled or paused while queued): ask the ledger whether the run is over. */
    @SignalMethod
    void changed();
}
