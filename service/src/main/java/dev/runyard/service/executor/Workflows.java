package dev.runyard.service.executor;

import dev.runyard.flows.TaskQueues;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.flows.run.RunWorkflow;
import dev.runyard.flows.sweep.SweepWorkflow;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.BatchRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/**
 * Starts and signals workflows. Ids are fixed, one that runs is used as it is and one that ended may be started again: the row
 * says whether a run is over, not Temporal's memory. So all of it may be repeated at any time.
 */
@ApplicationScoped
public class Workflows {
    private final WorkflowClient client;

    public Workflows(WorkflowClient client) {
        this.client = client;
    }

    /** Tells the run's workflow that a device is its own; starts it if there is none. */
    public void grant(LeaseGrant grant) {
        RunWorkflow workflow = run(grant.run());
        BatchRequest batch = client.newSignalWithStartRequest();
        batch.add(workflow::run, grant.run());
        batch.add(workflow::leaseGranted, grant);
        try {
            client.signalWithStart(batch);
        } catch (WorkflowExecutionAlreadyStarted e) {
            // The embedded server answers so when the reconciler starts the same workflow in the same moment.
            client.newWorkflowStub(RunWorkflow.class, TaskQueues.runWorkflow(grant.run()))
                    .leaseGranted(grant);
        }
    }

    public void startRun(UUID run) {
        try {
            WorkflowClient.start(run(run)::run, run);
        } catch (WorkflowExecutionAlreadyStarted e) {
            // It is there, which is all that was wanted.
        }
    }

    /** Asks a workflow that may exist to look at the row, which says that the run is over. */
    public void runOver(UUID run) {
        try {
            client.newWorkflowStub(RunWorkflow.class, TaskQueues.runWorkflow(run))
                    .changed();
        } catch (WorkflowNotFoundException e) {
            // It ended by itself, or Temporal forgot it: nothing has to be told.
        }
    }

    /** Asks the sweep's workflow to look; starts it if there is none. */
    public void sweep(UUID sweep) {
        SweepWorkflow workflow = client.newWorkflowStub(
                SweepWorkflow.class, options(TaskQueues.sweepWorkflow(sweep)).build());
        BatchRequest batch = client.newSignalWithStartRequest();
        batch.add(workflow::run, sweep);
        batch.add(workflow::changed);
        try {
            client.signalWithStart(batch);
        } catch (WorkflowExecutionAlreadyStarted e) {
            client.newWorkflowStub(SweepWorkflow.class, TaskQueues.sweepWorkflow(sweep))
                    .changed();
        }
    }

    private RunWorkflow run(UUID run) {
        return client.newWorkflowStub(
                RunWorkflow.class, options(TaskQueues.runWorkflow(run)).build());
    }

    private static WorkflowOptions.Builder options(String id) {
        return WorkflowOptions.newBuilder()
                .setWorkflowId(id)
                .setTaskQueue(TaskQueues.LEDGER)
                .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
                .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE);
    }
}
