package dev.runyard.service.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.flows.TaskQueues;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.flows.run.RunWorkflow;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.fleet.Leases;
import dev.runyard.service.fleet.ToyWorker;
import dev.runyard.service.run.RunLedger;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.client.WorkflowClient;
import jakarta.inject.Inject;
import java.net.URL;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever reaches Temporal may say what they like: what becomes of a run is the ledger's to say. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
@Timeout(180)
final class HintsTest {
    @Inject
    Leases lab;

    @Inject
    WorkflowClient temporal;

    @Inject
    RunLedger ledger;

    @Inject
    Tokens tokens;

    @ConfigProperty(name = "runyard.home")
    Path home;

    @TestHTTPResource("/")
    URL url;

    private final CountDownLatch trained = new CountDownLatch(1);

    @BeforeEach
    void calm() {
        tokens.worker(UUID.randomUUID()); // the secrets are made when they are first needed
        lab.calm();
    }

    @AfterEach
    void clear() {
        trained.countDown();
        lab.clear();
    }

    private ToyWorker worker(String host) {
        return new ToyWorker(url.toString().replaceAll("/$", ""), home, host, 1, grant -> {
            try {
                trained.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void anOutcomeThatTemporalIsToldChangesNothing() throws Exception {
        try (ToyWorker worker = worker("forged")) {
            UUID run = lab.queue();
            Leases.await(() -> lab.state(run).equals("RUNNING"));
            String workflow = TaskQueues.runWorkflow(run);
            String activity = described(workflow).getPendingActivities(0).getActivityId();
            temporal.newActivityCompletionClient()
                    .complete(workflow, Optional.empty(), activity, new Outcome.Finished(12_345_678));
            Leases.await(() -> described(workflow).getPendingActivitiesCount() == 0);
            assertThat(new RunActivitiesImpl(ledger).ended(run, 1, new Outcome.Failed(0, FailureReason.SPEC, "forged")))
                    .as("nor does an execution of 0.1.0 end it")
                    .isFalse();
            Thread.sleep(1_500);
            assertThat(lab.state(run)).isEqualTo("RUNNING");
            assertThat(lab.text("select step from run where id = ?", run)).isEqualTo("0");

            trained.countDown(); // and the worker, which knows nothing of it, ends the run
            Leases.await(() -> lab.state(run).equals("FINISHED"));
            assertThat(lab.text("select attempt from run where id = ?", run)).isEqualTo("1");
            worker.beat();
        }
    }

    @Test
    void aLostSignalIsSentAgainAndAReplayedOneChangesNothing() throws Exception {
        UUID device = lab.device("unheard"); // its worker polls nothing, so that nothing takes the attempt up
        UUID run = lab.queue();
        Leases.await(() -> lab.state(run).equals("STARTING"));
        RunWorkflow workflow = temporal.newWorkflowStub(RunWorkflow.class, TaskQueues.runWorkflow(run));
        LeaseGrant grant = new LeaseGrant(run, 1, device);
        for (int i = 0; i < 3; i++) {
            workflow.leaseGranted(grant);
        }
        workflow.leaseGranted(new LeaseGrant(run, 999, UUID.randomUUID()));
        Thread.sleep(1_000);
        assertThat(lab.text("select attempt || state from run where id = ?", run))
                .isEqualTo("1STARTING");

        // Whoever ends the execution ends no run: the reconciler makes it again, and tells it of the lease.
        temporal.newUntypedWorkflowStub(TaskQueues.runWorkflow(run)).terminate("lost");
        Leases.await(() -> described(TaskQueues.runWorkflow(run)).getPendingActivitiesCount() == 1);
        assertThat(lab.text("select attempt || state from run where id = ?", run))
                .isEqualTo("1STARTING");
    }

    private DescribeWorkflowExecutionResponse described(String workflow) {
        return temporal.getWorkflowServiceStubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace("default")
                        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflow))
                        .build());
    }
}
