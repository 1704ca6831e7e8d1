package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.flows.Payloads;
import dev.runyard.flows.TaskQueues;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.flows.run.RunWorkflow;
import dev.runyard.flows.run.RunWorkflowImpl;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker in a process of its own, and what signals do to it. */
@Timeout(300)
class SignalsTest {
    /** 128 + SIGKILL. */
    private static final int KILLED = 137;

    @TempDir
    Path home;

    @Test
    void sigtermCheckpointsGivesBackAndLeaves() throws Exception {
        withWorker("counting", (ledger, worker) -> {
            await(() -> ledger.seen().points().size() >= 15);
            worker.destroy();
            assertThat(worker.waitFor(100, TimeUnit.SECONDS)).isTrue();
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
        withWorker("deaf", (ledger, worker) -> {
            await(() -> ledger.seen().beats() >= 1);
            worker.destroy();
            assertThat(worker.waitFor(1, TimeUnit.SECONDS)).isFalse();
            worker.destroy(); // as Ctrl-C does: once from the terminal, once from the command above
            assertThat(worker.waitFor(4, TimeUnit.SECONDS)).isFalse();
            worker.destroy();
            assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isEqualTo(KILLED);
        });
    }

    /** At random moments, most of them within a computation of libtorch: no crash, nothing lost. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void sigtermNeverMeetsACrash(long seed) throws Exception {
        withWorker("busy", (ledger, worker) -> {
            await(() -> ledger.seen().points().size() >= 2);
            Thread.sleep(new Random(seed).nextInt(1_000));
            worker.destroy();
            assertThat(worker.waitFor(100, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isZero();
            assertThat(ledger.seen().ends().get(1L)).isInstanceOfSatisfying(Outcome.GivenBack.class, back -> assertThat(
                            ledger.seen().newest())
                    .isEqualTo(back.step()));
            assertNoCrashFile();
        });
    }

    @Test
    void beingEndedAtOnceWhileLibtorchComputesIsNoCrash() throws Exception {
        withWorker("busy-deaf", (ledger, worker) -> {
            await(() -> ledger.seen().beats() >= 2);
            worker.destroy();
            Thread.sleep(4_000);
            worker.destroy();
            assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isEqualTo(KILLED);
            assertNoCrashFile();
        });
    }

    @Test
    void aProcessWhoseTrainingHangsEndsItself() throws Exception {
        withWorker("deaf", Map.of("RUNYARD_STALL", "2", "RUNYARD_GRACE", "1"), (ledger, worker) -> {
            assertThat(worker.waitFor(100, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isEqualTo(KILLED);
            assertThat(ledger.seen().ends().get(1L))
                    .isInstanceOfSatisfying(Outcome.Failed.class, failed -> assertThat(failed.reason())
                            .isEqualTo(FailureReason.WORKER_LOST));
            assertThat(ledger.seen().left()).isTrue();
        });
    }

    /** Its keeper starts another one, which has the device anew. */
    @Test
    void aProcessWhoseDeviceIsSpoiledReportsAndEnds() throws Exception {
        withWorker("spoiled", (ledger, worker) -> {
            assertThat(worker.waitFor(100, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isEqualTo(1);
            assertThat(ledger.seen().ends().get(1L))
                    .isInstanceOfSatisfying(Outcome.Failed.class, failed -> assertThat(failed.reason())
                            .isEqualTo(FailureReason.INTERNAL));
            assertThat(ledger.seen().left()).isTrue();
        });
    }

    /** Whoever lent the machine gets it back: not from under a run, and soon after it. */
    @Test
    void aWorkerThatHasNoRunForLongEnoughLeaves() throws Exception {
        withWorker("counting", Map.of("RUNYARD_IDLE", "20"), (ledger, worker) -> {
            await(() -> ledger.seen().points().size() >= 15);
            assertThat(worker.waitFor(21, TimeUnit.SECONDS)).isFalse();
            assertThat(ledger.seen().ends()).isEmpty();
            ledger.order(Order.CANCEL);
            assertThat(worker.waitFor(100, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isEqualTo(5);
            assertThat(ledger.seen().ends()).containsOnlyKeys(1L);
            assertThat(ledger.seen().left()).isTrue();
        });
    }

    private void assertNoCrashFile() throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).noneMatch(name -> name.startsWith("hs_err"));
        }
    }

    /** What happens to a worker. */
    @FunctionalInterface
    private interface Story {
        void tell(LedgerServer ledger, Process worker) throws Exception;
    }

    private void withWorker(String training, Story story) throws Exception {
        // No test ends because the grace did.
        withWorker(training, Map.of("RUNYARD_GRACE", "3600"), story);
    }

    private void withWorker(String training, Map<String, String> environment, Story story) throws Exception {
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
            Process worker = worker(ledger, training, environment);
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

    private Process worker(LedgerServer ledger, String training, Map<String, String> environment) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                CountingAgent.class.getName(),
                training);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO().directory(home.toFile());
        builder.environment().put("RUNYARD_URL", ledger.url());
        builder.environment().put("RUNYARD_WORKER_SECRET", LedgerServer.SECRET);
        builder.environment().put("RUNYARD_HOME", home.toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) { // the class's own limit ends it
            Thread.sleep(20);
        }
    }
}
