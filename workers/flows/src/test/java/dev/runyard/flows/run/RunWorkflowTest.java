package dev.runyard.flows.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.flows.TaskQueues;
import dev.runyard.flows.Temporal;
import dev.runyard.spec.report.Outcome;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class RunWorkflowTest {
    private final UUID run = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private final UUID device = UUID.fromString("00000000-0000-4000-8000-00000000000d");
    private final BookLedger ledger = new BookLedger(outcome -> outcome instanceof Outcome.Finished);

    @Test
    void aReportedEndEndsTheRun() throws Exception {
        try (Temporal temporal = device(grant -> new Outcome.Finished(40))) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(grant(1));
            temporal.join(workflow);
        }
        assertThat(ledger.reports()).containsExactly(new BookLedger.Ended(1, new Outcome.Finished(40)));
        assertThat(ledger.hints()).isEmpty();
    }

    @Test
    void whatOnlyTemporalWasToldEndsNothing() throws Exception {
        CountDownLatch forged = new CountDownLatch(1);
        try (Temporal temporal = Temporal.ledgerAndDevice(ledger, device, grant -> {
            if (grant.attempt() == 1) {
                forged.countDown();
                return new Outcome.Finished(12_345_678); // and nothing to the service
            }
            return ledger.report(grant, new Outcome.Finished(40));
        })) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(grant(1));
            forged.await();
            await(() -> ledger.asked() >= 2);
            assertThat(temporal.running(workflow)).isTrue();
            workflow.leaseGranted(grant(2));
            temporal.join(workflow);
        }
        assertThat(ledger.reports()).containsExactly(new BookLedger.Ended(2, new Outcome.Finished(40)));
        assertThat(ledger.hints()).isEmpty();
    }

    @Test
    void aGrantThatNobodyMadeDoesNotOutdoThoseThatFollow() throws Exception {
        UUID gone = UUID.fromString("00000000-0000-4000-8000-00000000dead");
        try (Temporal temporal = device(grant -> new Outcome.Finished(3))) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(new LeaseGrant(run, 1_000_000, gone));
            workflow.leaseGranted(grant(1));
            temporal.join(workflow);
        }
        assertThat(ledger.reports()).containsExactly(new BookLedger.Ended(1, new Outcome.Finished(3)));
    }

    @Test
    void aNewLeaseDoesNotWaitForTheActivityOfTheOldOne() throws Exception {
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        try (Temporal temporal = Temporal.ledgerAndDevice(ledger, device, grant -> {
            if (grant.attempt() == 1) {
                taken.countDown();
                waitFor(never);
                return new Outcome.Finished(1);
            }
            return ledger.report(grant, new Outcome.Finished(2));
        })) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(grant(1));
            taken.await();
            workflow.leaseGranted(grant(2));
            temporal.join(workflow);
            assertThat(never.getCount()).isEqualTo(1);
            never.countDown();
        }
        assertThat(ledger.reports()).containsExactly(new BookLedger.Ended(2, new Outcome.Finished(2)));
    }

    @Test
    void aRunThatIsOverIsLeftThoughAnAttemptSeemsToGoOn() throws Exception {
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        try (Temporal temporal = Temporal.ledgerAndDevice(ledger, device, grant -> {
            taken.countDown();
            waitFor(never);
            return new Outcome.Finished(1);
        })) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(grant(1));
            taken.await();
            workflow.changed(); // of another kind: the run goes on
            await(() -> ledger.asked() >= 2);
            ledger.cancel();
            workflow.changed();
            temporal.join(workflow);
            never.countDown();
        }
    }

    @Test
    void aRunThatIsOverStartsNothing() throws Exception {
        ledger.cancel();
        try (Temporal temporal = Temporal.ledger(ledger)) {
            temporal.join(started(temporal));
        }
        assertThat(ledger.reports()).isEmpty();
        assertThat(ledger.asked()).isEqualTo(1);
    }

    @Test
    void givenBackWaitsForTheNextLease() throws Exception {
        List<Long> trained = Collections.synchronizedList(new ArrayList<>());
        try (Temporal temporal = device(grant -> {
            trained.add(grant.attempt());
            return grant.attempt() < 3
                    ? new Outcome.GivenBack(10 * grant.attempt(), Outcome.Cause.PREEMPTED)
                    : new Outcome.Finished(30);
        })) {
            RunWorkflow workflow = started(temporal);
            for (long attempt = 1; attempt <= 3; attempt++) {
                workflow.leaseGranted(grant(attempt));
                if (attempt < 3) { // with the third the run ends, and there is nobody left to signal
                    workflow.leaseGranted(grant(attempt)); // the scheduler sends again after a fault
                }
                awaitEnds((int) attempt);
            }
            temporal.join(workflow);
        }
        assertThat(trained).containsExactly(1L, 2L, 3L);
        assertThat(ledger.reports()).extracting(BookLedger.Ended::attempt).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aWorkerThatThrowsLeavesTheVerdictToTheLedger() throws Exception {
        try (Temporal temporal = device(grant -> {
            if (grant.attempt() == 1) {
                throw new IllegalStateException("the device fell off the bus");
            }
            return new Outcome.Finished(7);
        })) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(grant(1));
            await(() -> ledger.asked() >= 2);
            workflow.leaseGranted(grant(2));
            temporal.join(workflow);
        }
        assertThat(ledger.reports()).extracting(BookLedger.Ended::attempt).containsExactly(2L);
        assertThat(ledger.hints()).isEmpty();
    }

    @Test
    void aQueueThatNobodyPollsIsLeftForTheNextLease() throws Exception {
        UUID gone = UUID.fromString("00000000-0000-4000-8000-00000000dead");
        try (Temporal temporal = device(grant -> new Outcome.Finished(3))) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(new LeaseGrant(run, 1, gone));
            do { // the clock may have run before the activity was scheduled
                temporal.pass(Duration.ofSeconds(31));
            } while (ledger.asked() < 2);
            workflow.leaseGranted(grant(2));
            temporal.join(workflow);
        }
        assertThat(ledger.reports()).extracting(BookLedger.Ended::attempt).containsExactly(2L);
    }

    @Test
    void aCancelledQueuedRunEndsAtTheSignalAndWithoutItAtTheNextQuestion() throws Exception {
        try (Temporal temporal = Temporal.ledger(ledger)) {
            RunWorkflow workflow = started(temporal);
            ledger.cancel();
            workflow.changed();
            temporal.join(workflow);
        }
        BookLedger unheard = new BookLedger(outcome -> true);
        try (Temporal temporal = Temporal.ledger(unheard)) {
            RunWorkflow workflow = started(temporal);
            while (unheard.asked() < 1) {
                Thread.sleep(10);
            }
            temporal.pass(Duration.ofMinutes(1));
            unheard.cancel();
            temporal.join(workflow);
        }
        assertThat(unheard.asked()).isEqualTo(2);
    }

    @Test
    void theHistoryIsCutAndTheLastAttemptCarried() throws Exception {
        ledger.overAfter(900);
        try (Temporal temporal = device(grant -> new Outcome.GivenBack(1, Outcome.Cause.PREEMPTED))) {
            RunWorkflow workflow = temporal.runWorkflow(run);
            WorkflowExecution first = WorkflowClient.start(workflow::run, run);
            workflow.leaseGranted(grant(9));
            awaitEnds(1);
            temporal.join(workflow); // ten minutes a question, skipped
            var last = temporal.history(TaskQueues.runWorkflow(run));
            assertThat(last.getWorkflowExecution().getRunId()).isNotEqualTo(first.getRunId());
            assertThat(last.getEvents()).hasSizeLessThan(4_500);
            var memo = last.getEvents()
                    .get(0)
                    .getWorkflowExecutionStartedEventAttributes()
                    .getMemo();
            assertThat(memo.getFieldsOrThrow(RunWorkflowImpl.LAST_ATTEMPT)
                            .getData()
                            .toStringUtf8())
                    .isEqualTo("9");
        }
    }

    private RunWorkflow started(Temporal temporal) {
        RunWorkflow workflow = temporal.runWorkflow(run);
        WorkflowClient.start(workflow::run, run);
        return workflow;
    }

    private LeaseGrant grant(long attempt) {
        return new LeaseGrant(run, attempt, device);
    }

    /** A device whose worker reports each outcome over HTTP before it tells Temporal. */
    private Temporal device(Function<LeaseGrant, Outcome> training) {
        return Temporal.ledgerAndDevice(ledger, device, grant -> ledger.report(grant, training.apply(grant)));
    }

    private void awaitEnds(int count) throws InterruptedException {
        await(() -> ledger.reports().size() >= count);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) { // the class's own limit ends it
            Thread.sleep(10);
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
