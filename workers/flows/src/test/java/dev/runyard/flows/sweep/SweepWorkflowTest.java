package dev.runyard.flows.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.flows.TaskQueues;
import dev.runyard.flows.Temporal;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class SweepWorkflowTest {
    private final UUID sweep = UUID.fromString("00000000-0000-4000-8000-000000000002");

    @Test
    void looksUntilTheLedgerSaysThatAllIsOver() throws Exception {
        WindowLedger ledger = new WindowLedger(10, 4);
        try (Temporal temporal = Temporal.ledger(ledger)) {
            SweepWorkflow workflow = temporal.sweepWorkflow(sweep);
            WorkflowClient.start(workflow::run, sweep);
            temporal.join(workflow);
        }
        assertThat(ledger.created()).isEqualTo(10);
        assertThat(ledger.looks()).isEqualTo(4);
        assertThat(ledger.mostOpen()).isEqualTo(4);
    }

    @Test
    void aSignalIsFasterThanTheClock() throws Exception {
        WindowLedger ledger = new WindowLedger(3, 1);
        try (Temporal temporal = Temporal.ledger(ledger)) {
            long before = temporal.environment().currentTimeMillis();
            SweepWorkflow workflow = temporal.sweepWorkflow(sweep);
            WorkflowClient.start(workflow::run, sweep);
            for (int look = 1; look < 4; look++) {
                while (ledger.looks() < look) {
                    Thread.sleep(5);
                }
                workflow.changed();
            }
            while (ledger.looks() < 4) { // joining would let the clock run ahead
                Thread.sleep(5);
            }
            assertThat(temporal.environment().currentTimeMillis() - before)
                    .isLessThan(Duration.ofSeconds(29).toMillis());
        }
    }

    @Test
    void theHistoryOfALongSweepIsCut() throws Exception {
        WindowLedger ledger = new WindowLedger(800, 1);
        try (Temporal temporal = Temporal.ledger(ledger)) {
            SweepWorkflow workflow = temporal.sweepWorkflow(sweep);
            var first = WorkflowClient.start(workflow::run, sweep);
            temporal.join(workflow);
            var last = temporal.history(TaskQueues.sweepWorkflow(sweep));
            assertThat(last.getWorkflowExecution().getRunId()).isNotEqualTo(first.getRunId());
            assertThat(last.getEvents()).hasSizeLessThan(4_500);
        }
        assertThat(ledger.created()).isEqualTo(800);
    }
}
