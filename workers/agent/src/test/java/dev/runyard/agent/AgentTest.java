package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import dev.runyard.agent.attempt.AttemptRunner;
import dev.runyard.agent.attempt.Trainer;
import dev.runyard.agent.client.ServiceClient;
import dev.runyard.flows.Payloads;
import dev.runyard.flows.TaskQueues;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.flows.run.RunWorkflow;
import dev.runyard.flows.run.RunWorkflowImpl;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.ArtifactKind;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.vision.device.CudaFault;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.report.TrainingListener;
import io.temporal.client.BatchRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The agent between a real in-process Temporal and a ledger over real HTTP. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(240)
class AgentTest {
    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicLong step = new AtomicLong();
    private LedgerServer ledger;
    private AttemptRunner attempts;
    private TemporalLink link;
    private volatile AttemptRunner.Unfit unfit;

    @TempDir
    Path home;

    @BeforeEach
    void lab() throws IOException {
        ledger = new LedgerServer();
        open.add(ledger);
        temporal();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void aRunTrainsToItsEnd() throws Exception {
        member(new CountingTrainer(45, 20, step::set));
        grant();
        awaitEnd(1);

        assertThat(end(1)).isEqualTo(new Outcome.Finished(45));
        assertEachStepOnce(45);
        assertThat(ledger.seen().newest()).isEqualTo(45);
        assertThat(ledger.seen().log()).contains("begins at step 0");
        assertThat(ledger.seen().beats()).isPositive();
        await(() -> !Files.exists(work(1).getParent()));
    }

    @Test
    void aRunThatSaysALotIsHeardToItsEnd() throws Exception {
        String longest = "\u5b66".repeat(4_990);
        member((spec, dir, listener) -> {
            listener.resumed(0);
            for (int line = 0; line < 1_500; line++) {
                listener.log(String.format("%09d", line) + (line % 3 == 0 ? "\u0001" : "") + longest);
            }
            return new Outcome.Finished(0);
        });
        grant();
        awaitEnd(1);
        assertThat(end(1)).isEqualTo(new Outcome.Finished(0));
        assertThat(ledger.seen().log().lines().filter(line -> line.endsWith(longest)))
                .hasSize(1_500);
    }

    @Test
    void aDeviceThatStopsWorkingIsToldOfBeforeItsAttemptIsGivenBack() throws Exception {
        Trainer counting = new CountingTrainer(60, 10, at -> {
            step.set(at);
            if (at == 20) {
                throw new IllegalStateException("CUDA error: uncorrectable ECC error encountered");
            }
        });
        member(new Trainer() {
            @Override
            public Outcome train(SpecDocument spec, Path dir, TrainingListener listener) {
                return counting.train(spec, dir, listener);
            }

            @Override
            public String lost(Throwable failure) {
                return CudaFault.line(failure);
            }
        });
        grant();
        awaitEnd(1);
        assertThat(end(1)).isInstanceOfSatisfying(Outcome.GivenBack.class, back -> assertThat(back.cause())
                .isEqualTo(Outcome.Cause.PREEMPTED));
        assertThat(ledger.lost()).contains("stopped working", "uncorrectable ECC");
        assertThat(unfit).isEqualTo(AttemptRunner.Unfit.DEVICE);
        assertThat(ledger.seen().log()).contains("the device stopped working");
    }

    @Test
    void pauseCheckpointsAndTheNextAttemptGoesOnThere() throws Exception {
        member(new CountingTrainer(60, 50, step::set));
        grant();
        await(() -> step.get() >= 15);
        ledger.order(Order.PAUSE);
        awaitEnd(1);
        assertObeyedWithinFiveSeconds();

        long paused = end(1).step();
        assertThat(end(1)).isEqualTo(new Outcome.GivenBack(paused, Outcome.Cause.PAUSE));
        assertThat(ledger.seen().newest()).isEqualTo(paused);
        assertThat(work(1)).exists();

        grant();
        awaitEnd(2);
        assertThat(end(2)).isEqualTo(new Outcome.Finished(60));
        assertThat(ledger.seen().resumed()).containsExactly(0L, paused);
        assertThat(ledger.seen().loads())
                .as("nothing is downloaded that is here")
                .isZero();
        assertThat(work(1)).doesNotExist();
        assertEachStepOnce(60);
    }

    @Test
    void aDamagedCheckpointOfAnEarlierAttemptIsDownloaded() throws Exception {
        member(new CountingTrainer(60, 50, step::set));
        grant();
        await(() -> step.get() >= 25);
        ledger.order(Order.PAUSE);
        awaitEnd(1);
        long paused = end(1).step();
        Path state = work(1).resolve(String.format("checkpoints/step-%09d/state.txt", paused));
        Files.writeString(state, "damaged");
        Files.createDirectories(work(1).resolve("checkpoints/step-000000999"));

        grant();
        awaitEnd(2);
        assertThat(ledger.seen().resumed()).containsExactly(0L, paused);
        assertThat(ledger.seen().loads()).isEqualTo(1);
        assertEachStepOnce(60);
    }

    @Test
    void whereTheNewestCheckpointInTheStoreIsDamagedTheOneBeforeServes() throws Exception {
        long paused = pausedWithNothingLeftHere();
        ledger.damage(1);
        grant();
        awaitEnd(2);
        assertThat(end(2)).isEqualTo(new Outcome.Finished(60));
        long before = ledger.seen().resumed().get(1);
        assertThat(before).isPositive().isLessThan(paused);
        assertThat(ledger.seen().notices()).singleElement().satisfies(notice -> {
            assertThat(notice.kind()).isEqualTo(Notice.Kind.CHECKPOINT_CORRUPT);
            assertThat(notice.why()).contains("step " + paused).contains("state.txt");
        });
        assertEachStepOnce(60);
    }

    @Test
    void whereAllAreDamagedTheRunFailsAndNeverBeginsAnew() throws Exception {
        pausedWithNothingLeftHere();
        ledger.damage(2);
        grant();
        awaitEnd(2);
        assertThat(end(2)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> assertThat(failed.reason())
                .isEqualTo(FailureReason.NO_VALID_CHECKPOINT));
        assertThat(ledger.seen().resumed()).containsExactly(0L);
    }

    /** @return the step of the newest of several checkpoints in the store */
    private long pausedWithNothingLeftHere() throws Exception {
        member(new CountingTrainer(60, 50, step::set));
        grant();
        await(() -> step.get() >= 25);
        ledger.order(Order.PAUSE);
        awaitEnd(1);
        CheckpointRef newest =
                ledger.seen().checkpoints().get(ledger.seen().checkpoints().size() - 1);
        try (Stream<Path> all = Files.walk(work(1))) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        return newest.step();
    }

    @Test
    void aTrainingThatHangsLosesItsRunAndItsProcess() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        hangs(never, listener -> {
            listener.resumed(0);
            listener.progress(7, 20, 0, 1);
        });
        assertThat(end(1)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.reason()).isEqualTo(FailureReason.WORKER_LOST);
            assertThat(failed.message()).contains("no step").contains("last step was 7");
        });
        assertThat(unfit).isEqualTo(AttemptRunner.Unfit.DEVICE);
        never.countDown();
    }

    /** Preparing is watched from its first piece on, and can be followed in the log. */
    @Test
    void aPreparationThatHangsLosesItsRunToo() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        hangs(never, listener -> listener.preparing("pixels of train", 3, 20));
        assertThat(end(1)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.reason()).isEqualTo(FailureReason.WORKER_LOST);
            assertThat(failed.message()).contains("no piece of a preparation");
        });
        assertThat(ledger.seen().log()).contains("preparing pixels of train: 3 of 20");
        never.countDown();
    }

    /** With each heartbeat, until there is a step; told to pause it stops, and what it said last is not said of the next attempt. */
    @Test
    void whatIsPreparedGoesWithTheHeartbeatsAndMayBePaused() throws Exception {
        member((spec, dir, listener) -> {
            if (ledger.seen().ends().isEmpty()) {
                for (long done = 64; listener.order() == Order.CONTINUE; done = Math.min(999, done + 1)) {
                    listener.preparing("features of train", done, 1_000);
                    pause();
                }
                return new Outcome.GivenBack(0, Outcome.Cause.PAUSE);
            }
            listener.resumed(0);
            return new Outcome.Finished(1);
        });
        grant();
        await(() -> ledger.preparing().size() > 1);
        assertThat(ledger.preparing())
                .anyMatch(said ->
                        said.startsWith("{\"what\":\"features of train\",\"done\":") && said.endsWith(",\"of\":1000}"));
        ledger.order(Order.PAUSE);
        awaitEnd(1);
        assertObeyedWithinFiveSeconds();
        assertThat(end(1)).isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.PAUSE));
        ledger.order(Order.CONTINUE);
        grant();
        awaitEnd(2);
        assertThat(end(2)).isEqualTo(new Outcome.Finished(1));
    }

    @Test
    void aTrainingThatWaitsForTheServiceDoesNotHang() throws Exception {
        member(
                (spec, dir, listener) -> {
                    listener.resumed(0);
                    ledger.shut();
                    Thread later = new Thread(() -> {
                        try {
                            Thread.sleep(6_000);
                            ledger.reopen();
                        } catch (IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    });
                    later.start();
                    try {
                        Path file = Files.writeString(dir.resolve("weights.txt"), "w");
                        listener.artifact(ArtifactKind.WEIGHTS, "weights.txt", file);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return new Outcome.Finished(1);
                },
                Duration.ofSeconds(2));
        grant();
        awaitEnd(1);
        assertThat(end(1)).isEqualTo(new Outcome.Finished(1));
        assertThat(unfit).isNull();
    }

    @Test
    void cancelStopsWithinFiveSeconds() throws Exception {
        member(new CountingTrainer(100_000, 20, step::set));
        grant();
        await(() -> step.get() >= 5);
        ledger.order(Order.CANCEL);
        awaitEnd(1);
        assertObeyedWithinFiveSeconds();
        assertThat(end(1)).isInstanceOfSatisfying(Outcome.GivenBack.class, back -> assertThat(back.cause())
                .isEqualTo(Outcome.Cause.CANCEL));
    }

    @Test
    void trainingGoesOnWhileTheServiceIsAwayAndNoPointIsLostOrDoubled() throws Exception {
        member(new CountingTrainer(400, 20, step::set));
        grant();
        await(() -> step.get() >= 60);
        ledger.shut();
        long before = step.get();
        await(() -> Files.exists(work(1).resolve("spool-1.jsonl")));
        await(() -> step.get() > before + 100);
        ledger.reopen();
        awaitEnd(1);
        assertThat(end(1)).isEqualTo(new Outcome.Finished(400));
        assertEachStepOnce(400);
    }

    @Test
    void aStaleAttemptStopsAndWritesNothingMore() throws Exception {
        Trainer counting = new CountingTrainer(100_000, 20, step::set);
        AtomicBoolean stopped = new AtomicBoolean();
        member((spec, dir, listener) -> {
            Outcome outcome = counting.train(spec, dir, listener);
            stopped.set(true);
            return outcome;
        });
        grant();
        await(() -> step.get() >= 30);
        ledger.order(Order.STALE);
        await(stopped::get);
        int checkpoints = ledger.seen().checkpoints().size();
        Thread.sleep(1_500);
        assertThat(ledger.seen().checkpoints().size()).isEqualTo(checkpoints);
        assertThat(ledger.seen().faults()).isEmpty();
    }

    @Test
    void aLostTemporalDisturbsNothing() throws Exception {
        AutoCloseable first = open.get(1);
        member(new CountingTrainer(200, 20, step::set));
        grant();
        await(() -> step.get() >= 20);
        open.remove(first);
        first.close();
        temporal();
        awaitEnd(1);
        assertThat(end(1)).isEqualTo(new Outcome.Finished(200));
        assertThat(ledger.seen().resumed()).containsExactly(0L);
        assertEachStepOnce(200);

        grant(); // the new server's workflow finds the worker again
        awaitEnd(2);
    }

    @Test
    void aTokenThatIsNotTakenMeansStaleAndIsNobodysFault() throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();
        Trainer counting = new CountingTrainer(100_000, 20, step::set);
        member((spec, dir, listener) -> {
            Outcome outcome = counting.train(spec, dir, listener);
            stopped.set(true);
            return outcome;
        });
        grant();
        await(() -> step.get() >= 20);
        ledger.revoke();
        await(stopped::get);
        Thread.sleep(1_000);
        assertThat(ledger.seen().ends()).isEmpty();
    }

    @Test
    void anOrderOfALaterVersionKeepsTheHeartbeatGoing() throws Exception {
        member(new CountingTrainer(100_000, 20, step::set));
        grant();
        await(() -> step.get() >= 5);
        ledger.order("NAP");
        await(() -> ledger.seen().beats() - ledger.seen().beatsAtOrder() >= 2);
        ledger.order("");
        ledger.order(Order.CANCEL);
        awaitEnd(1);
    }

    @Test
    void whatDidNotArriveIsNotFinished() throws Exception {
        member(new CountingTrainer(15, 20, step::set), Duration.ofMinutes(30), Duration.ofSeconds(2));
        ledger.deaf(true);
        grant();
        awaitEnd(1);
        assertThat(end(1)).isEqualTo(new Outcome.GivenBack(15, Outcome.Cause.PREEMPTED));
        assertThat(work(1)).exists();
    }

    @Test
    void aStartThatCannotBeReadIsGivenBackAndNothingMoreIsTaken() throws Exception {
        member(new CountingTrainer(15, 20, step::set));
        ledger.startWithout("spec");
        grant();
        awaitEnd(1);
        assertThat(end(1)).isEqualTo(new Outcome.GivenBack(0, Outcome.Cause.UNREADABLE));
        await(() -> unfit == AttemptRunner.Unfit.VERSION);
    }

    @Test
    void failuresCarryTheirReason() throws Exception {
        AtomicLong times = new AtomicLong();
        member((spec, dir, listener) -> {
            switch ((int) times.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("CUDA out of memory. Tried to allocate 20.00 GiB");
                case 2 -> throw new IllegalStateException("a bug\nin two lines");
                default -> throw new TrainingFailure(FailureReason.SPEC, "method.prompts: too many");
            }
        });
        for (int attempt = 1; attempt <= 3; attempt++) {
            grant();
            awaitEnd(attempt);
        }
        assertThat(((Outcome.Failed) end(1)).reason()).isEqualTo(FailureReason.OUT_OF_MEMORY);
        assertThat(end(2)).isEqualTo(new Outcome.Failed(0, FailureReason.INTERNAL, "IllegalStateException: a bug"));
        assertThat(end(3)).isEqualTo(new Outcome.Failed(0, FailureReason.SPEC, "method.prompts: too many"));
        assertThat(ledger.seen().log()).contains("at dev.runyard.agent.AgentTest");
    }

    /** A batch that was too large for the device says nothing about the next run. */
    @Test
    void whereMemoryRanOutTheNextRunTrains() throws Exception {
        Trainer counting = new CountingTrainer(12, 5, step::set);
        AtomicLong times = new AtomicLong();
        member((spec, dir, listener) -> {
            if (times.incrementAndGet() == 1) {
                throw new EngineException(
                        "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 79.10 GiB of which 3.00 GiB is free.");
            }
            return counting.train(spec, dir, listener);
        });
        grant();
        awaitEnd(1);
        assertThat(end(1)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.reason()).isEqualTo(FailureReason.OUT_OF_MEMORY);
            assertThat(failed.message()).contains("20.00 GiB", "3.00 GiB is free", "batchSize");
        });
        assertThat(unfit).as("the process is as good as before").isNull();
        grant();
        awaitEnd(2);
        assertThat(end(2)).isEqualTo(new Outcome.Finished(12));
    }

    /** After such an error nothing works on the device any more, whoever tries: the process has to end. */
    @Test
    void anErrorThatSpoilsTheDeviceEndsTheProcess() throws Exception {
        member((spec, dir, listener) -> {
            throw new EngineException(
                    "step 7", new EngineException("CUDA error: an illegal memory access was encountered"));
        });
        grant();
        awaitEnd(1);
        assertThat(((Outcome.Failed) end(1)).reason()).isEqualTo(FailureReason.INTERNAL);
        await(() -> unfit == AttemptRunner.Unfit.DEVICE);
    }

    /** Slow, full or away: the store of files costs neither the run nor a checkpoint, and none is told of before it is there. */
    @Test
    void trainingGoesOnWhileTheStoreIsAway() throws Exception {
        member(new CountingTrainer(200, 20, step::set));
        ledger.storeless(true);
        grant();
        await(() -> step.get() >= 60 && ledger.seen().points().size() >= 50);
        assertThat(ledger.seen().checkpoints()).isEmpty();
        ledger.storeless(false);
        awaitEnd(1);
        assertThat(end(1)).isEqualTo(new Outcome.Finished(200));
        assertEachStepOnce(200);
        assertThat(ledger.seen().newest()).isEqualTo(200);
    }

    /** A Temporal that the service names, with the service's half of the workflows. */
    private void temporal() throws IOException {
        LoopbackTemporal server = new LoopbackTemporal();
        WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(server.target())
                .build());
        client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build());
        WorkerFactory factory = WorkerFactory.newInstance(client);
        var worker = factory.newWorker(TaskQueues.LEDGER);
        worker.registerWorkflowImplementationTypes(RunWorkflowImpl.class);
        worker.registerActivitiesImplementations(ledger);
        factory.start();
        ledger.temporal(server.target());
        open.add(1, () -> {
            factory.shutdownNow();
            stubs.shutdownNow();
            server.close();
        });
    }

    private WorkflowClient client;

    /** A training that says something and then nothing more until {@code never}, to the end of its attempt. */
    private void hangs(CountDownLatch never, Consumer<TrainingListener> says) throws Exception {
        member(
                (spec, dir, listener) -> {
                    says.accept(listener);
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return new Outcome.Finished(20);
                },
                Duration.ofSeconds(2));
        grant();
        awaitEnd(1);
    }

    private void member(Trainer trainer) {
        member(trainer, Duration.ofMinutes(30));
    }

    private void member(Trainer trainer, Duration stall) {
        member(trainer, stall, AttemptRunner.PATIENCE);
    }

    private void member(Trainer trainer, Duration stall, Duration patience) {
        ServiceClient service = new ServiceClient(URI.create(ledger.url()));
        Membership membership = new Membership(service, LedgerServer.SECRET, MembershipTest.candidate());
        attempts = new AttemptRunner(
                service, membership::me, trainer, home.resolve("work"), stall, patience, why -> unfit = why);
        link = new TemporalLink(new DeviceActivitiesImpl(attempts), attempts::idle, Map.of());
        Thread keeping = new Thread(
                () -> {
                    try {
                        membership.keep(link::connect);
                    } catch (InterruptedException | Membership.Over e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "membership");
        keeping.start();
        open.add(() -> {
            keeping.interrupt();
            attempts.leave("the test is over", Duration.ofSeconds(5));
            link.close();
        });
    }

    private void grant() {
        long attempt = ledger.grant();
        RunWorkflow workflow = client.newWorkflowStub(
                RunWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setWorkflowId(TaskQueues.runWorkflow(ledger.run))
                        .setTaskQueue(TaskQueues.LEDGER)
                        .build());
        BatchRequest request = client.newSignalWithStartRequest();
        request.add(workflow::run, ledger.run);
        request.add(workflow::leaseGranted, new LeaseGrant(ledger.run, attempt, ledger.device));
        client.signalWithStart(request);
    }

    private Outcome end(long attempt) {
        return ledger.seen().ends().get(attempt);
    }

    private Path work(long attempt) {
        return home.resolve("work").resolve(ledger.run.toString()).resolve(Long.toString(attempt));
    }

    private void assertEachStepOnce(long steps) {
        assertThat(ledger.seen().faults()).isEmpty();
        Map<Long, MetricPoint> points = ledger.seen().points();
        assertThat(points).hasSize((int) steps);
        for (long each = 1; each <= steps; each++) {
            assertThat(points.get(each).value()).isEqualTo(CountingTrainer.value(each));
        }
    }

    private void awaitEnd(long attempt) throws Exception {
        await(() -> ledger.seen().ends().containsKey(attempt));
    }

    /** Counted in heartbeats, one a second, since a second of a busy machine is worth nothing. */
    private void assertObeyedWithinFiveSeconds() {
        assertThat(ledger.seen().beats() - ledger.seen().beatsAtOrder()).isLessThanOrEqualTo(5);
    }

    /** As a piece of work takes. */
    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) { // the class's own limit ends it
            Thread.sleep(20);
        }
    }
}
