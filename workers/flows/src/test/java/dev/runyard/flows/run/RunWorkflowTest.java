package dev.runyard.flows.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.flows.TaskQueues;
import dev.runyard.flows.Temporal;
import dev.runyard.spec.FailureReason;
import dev.runyard.spec.report.Outcome;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class RunWorkflowTest {
    private final UUID run = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private final UUID device = UUID.fromString("00000000-0000-4000-8000-00000000000d");
    private final BookLedger ledger = new BookLedger(outcome -> outcome instanceof Outcome.Finished);

    @Test
    void aFinishedAttemptEndsTheRun() throws Exception {
        try (Temporal temporal = Temporal.ledgerAndDevice(ledger, device, grant -> new Outcome.Finished(40))) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(grant(1));
            temporal.join(workflow);
        }
        assertThat(ledger.ends()).containsExactly(new BookLedger.Ended(1, new Outcome.Finished(40)));
    }

    @Test
    void aRunThatIsOverStartsNothing() throws Exception {
        ledger.cancel();
        try (Temporal temporal = Temporal.ledger(ledger)) {
            temporal.join(started(temporal));
        }
        assertThat(ledger.ends()).isEmpty();
        assertThat(ledger.asked()).isEqualTo(1);
    }

    @Test
    void givenBackWaitsForTheNextLease() throws Exception {
        List<Long> trained = Collections.synchronizedList(new ArrayList<>());
        try (Temporal temporal = Temporal.ledgerAndDevice(ledger, device, grant -> {
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
        assertThat(ledger.ends()).extracting(BookLedger.Ended::attempt).containsExactly(1L, 2L, 3L);
    }

    @Test
    void anOlderGrantIsIgnored() throws Exception {
        try (Temporal temporal = Temporal.ledgerAndDevice(
                ledger,
                device,
                grant -> grant.attempt() == 5
                        ? new Outcome.GivenBack(1, Outcome.Cause.PREEMPTED)
                        : new Outcome.Finished(2))) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(grant(5));
            awaitEnds(1);
            workflow.leaseGranted(grant(4));
            workflow.leaseGranted(grant(6));
            temporal.join(workflow);
        }
        assertThat(ledger.ends()).extracting(BookLedger.Ended::attempt).containsExactly(5L, 6L);
    }

    @Test
    void aWorkerThatThrowsIsBookedAsLost() throws Exception {
        try (Temporal temporal = Temporal.ledgerAndDevice(ledger, device, grant -> {
            if (grant.attempt() == 1) {
                throw new IllegalStateException("the device fell off the bus");
            }
            return new Outcome.Finished(7);
        })) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(grant(1));
            awaitEnds(1);
            workflow.leaseGranted(grant(2));
            temporal.join(workflow);
        }
        assertThat(ledger.ends().get(0).outcome()).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.reason()).isEqualTo(FailureReason.WORKER_LOST);
            assertThat(failed.message()).contains("the device fell off the bus");
        });
    }

    @Test
    void aQueueThatNobodyPollsIsGivenUpAfterThirtySeconds() throws Exception {
        UUID gone = UUID.fromString("00000000-0000-4000-8000-00000000dead");
        try (Temporal temporal = Temporal.ledgerAndDevice(ledger, device, grant -> new Outcome.Finished(3))) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(new LeaseGrant(run, 1, gone));
            do { // the clock may have run before the activity was scheduled
                temporal.pass(Duration.ofSeconds(31));
            } while (ledger.ends().isEmpty());
            workflow.leaseGranted(grant(2));
            temporal.join(workflow);
        }
        assertThat(ledger.ends().get(0).outcome())
                .isEqualTo(new Outcome.Failed(
                        0, FailureReason.WORKER_LOST, "the worker did not take the attempt within 30 s"));
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
        try (Temporal temporal =
                Temporal.ledgerAndDevice(ledger, device, grant -> new Outcome.GivenBack(1, Outcome.Cause.PREEMPTED))) {
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

    private void awaitEnds(int count) throws InterruptedException {
        while (ledger.ends().size() < count) {
            Thread.sleep(10);
        }
    }
}
