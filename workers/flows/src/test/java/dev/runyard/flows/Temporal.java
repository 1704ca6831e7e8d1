package dev.runyard.flows;

import dev.runyard.flows.run.DeviceActivities;
import dev.runyard.flows.run.RunWorkflow;
import dev.runyard.flows.run.RunWorkflowImpl;
import dev.runyard.flows.sweep.SweepWorkflow;
import dev.runyard.flows.sweep.SweepWorkflowImpl;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An in-process Temporal with time skipping, our workflows registered on the ledger's queue. */
public final class Temporal implements AutoCloseable {
    private final TestWorkflowEnvironment environment =
            TestWorkflowEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                    .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                            .setDataConverter(Payloads.converter())
                            .setIdentity("flows-test") // recorded histories must not name a machine
                            .build())
                    .build());

    /** A server whose ledger queue is served by these activities. */
    public static Temporal ledger(Object ledgerActivities) {
        Temporal temporal = new Temporal(ledgerActivities);
        temporal.environment.start();
        return temporal;
    }

    /** The same, and a worker that polls the device's queue. */
    public static Temporal ledgerAndDevice(Object ledgerActivities, UUID device, DeviceActivities deviceActivities) {
        Temporal temporal = new Temporal(ledgerActivities);
        temporal.environment.newWorker(TaskQueues.device(device)).registerActivitiesImplementations(deviceActivities);
        temporal.environment.start();
        return temporal;
    }

    private Temporal(Object ledgerActivities) {
        var worker = environment.newWorker(TaskQueues.LEDGER);
        worker.registerWorkflowImplementationTypes(RunWorkflowImpl.class, SweepWorkflowImpl.class);
        worker.registerActivitiesImplementations(ledgerActivities);
    }

    public RunWorkflow runWorkflow(UUID run) {
        return environment.getWorkflowClient().newWorkflowStub(RunWorkflow.class, options(TaskQueues.runWorkflow(run)));
    }

    public SweepWorkflow sweepWorkflow(UUID sweep) {
        return environment
                .getWorkflowClient()
                .newWorkflowStub(SweepWorkflow.class, options(TaskQueues.sweepWorkflow(sweep)));
    }

    private static WorkflowOptions options(String id) {
        return WorkflowOptions.newBuilder()
                .setWorkflowId(id)
                .setTaskQueue(TaskQueues.LEDGER)
                .build();
    }

    /** Waits until the workflow ended, however often it continued as new. */
    public void join(Object workflow) throws TimeoutException {
        WorkflowStub.fromTyped(workflow).getResult(180, TimeUnit.SECONDS, Void.class);
    }

    /** Whether the workflow has not ended. */
    public boolean running(Object workflow) {
        return WorkflowStub.fromTyped(workflow).describe().getStatus()
                == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    }

    /** Lets the server's clock run ahead. */
    public void pass(Duration time) {
        environment.sleep(time);
    }

    /** Everything that the newest execution of this workflow did. */
    public WorkflowExecutionHistory history(String workflowId) {
        return environment.getWorkflowClient().fetchHistory(workflowId);
    }

    public TestWorkflowEnvironment environment() {
        return environment;
    }

    @Override
    public void close() {
        environment.close();
    }
}
