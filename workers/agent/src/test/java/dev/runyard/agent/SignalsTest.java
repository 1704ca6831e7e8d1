package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.flows.Payloads;
import dev.runyard.flows.TaskQueues;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.flows.run.RunWorkflow;
import dev.runyard.flows.run.RunWorkflowImpl;
import dev.runyard.spec.report.Outcome;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker in a process of its own, and what signals do to it. */
@Timeout(120)
class SignalsTest {
    @TempDir
    Path home;

    @Test
    void sigtermCheckpointsGivesBackAndLeaves() throws Exception {
        withWorker(List.of(), (ledger, worker) -> {
            await(() -> ledger.seen().points().size() >= 15);
            worker.destroy();
            assertThat(worker.waitFor(15, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isZero();

            LedgerServer.Seen seen = ledger.seen();
            assertThat(seen.ends().get(1L)).isInstanceOfSatisfying(Outcome.GivenBack.class, back -> {
                assertThat(back.cause()).isEqualTo(Outcome.Cause.PREEMPTED);
                assertThat(seen.newest()).isEqualTo(back.step());
                assertThat(seen.points()).hasSize((int) back.step());
            });
            assertThat(seen.faults()).isEmpty();
            assertThat(seen.left()).isTrue();
        });
    }

    @Test
    void aSecondSigtermEndsAWorkerThatDoesNotListen() throws Exception {
        withWorker(List.of("deaf"), (ledger, worker) -> {
            await(() -> ledger.seen().beats() >= 1);
            worker.destroy();
            assertThat(worker.waitFor(2, TimeUnit.SECONDS)).isFalse();
            worker.destroy();
            assertThat(worker.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isEqualTo(1);
        });
    }

    /** What happens to a worker. */
    @FunctionalInterface
    private interface Story {
        void tell(LedgerServer ledger, Process worker) throws Exception;
    }

    private void withWorker(List<String> arguments, Story story) throws Exception {
        try (LedgerServer ledger = new LedgerServer();
                LoopbackTemporal temporal = new LoopbackTemporal()) {
            ledger.temporal(temporal.target());
            WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                    .setTarget(temporal.target())
                    .build());
            WorkflowClient client = WorkflowClient.newInstance(
                    stubs,
                    WorkflowClientOptions.newBuilder()
                            .setDataConverter(Payloads.converter())
                            .build());
            WorkerFactory factory = WorkerFactory.newInstance(client);
            var service = factory.newWorker(TaskQueues.LEDGER);
            service.registerWorkflowImplementationTypes(RunWorkflowImpl.class);
            service.registerActivitiesImplementations(ledger);
            factory.start();
            Process worker = worker(ledger, arguments);
            try {
                await(() -> ledger.seen().registered());
                RunWorkflow workflow = client.newWorkflowStub(
                        RunWorkflow.class,
                        WorkflowOptions.newBuilder()
                                .setWorkflowId(TaskQueues.runWorkflow(ledger.run))
                                .setTaskQueue(TaskQueues.LEDGER)
                                .build());
                WorkflowClient.start(workflow::run, ledger.run);
                workflow.leaseGranted(new LeaseGrant(ledger.run, ledger.grant(), ledger.device));
                story.tell(ledger, worker);
            } finally {
                worker.destroyForcibly().waitFor();
                factory.shutdownNow();
                stubs.shutdownNow();
            }
        }
    }

    private Process worker(LedgerServer ledger, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                CountingAgent.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("RUNYARD_URL", ledger.url());
        builder.environment().put("RUNYARD_WORKER_SECRET", LedgerServer.SECRET);
        builder.environment().put("RUNYARD_HOME", home.toString());
        return builder.start();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) { // the class's own limit ends it
            Thread.sleep(20);
        }
    }
}
