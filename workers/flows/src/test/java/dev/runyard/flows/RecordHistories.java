package dev.runyard.flows;

import dev.runyard.flows.run.BookLedger;
import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.flows.run.RunWorkflow;
import dev.runyard.flows.sweep.SweepWorkflow;
import dev.runyard.flows.sweep.WindowLedger;
import dev.runyard.spec.report.Outcome;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Writes the histories that {@link HistoriesTest} replays. Its name keeps it out of ordinary builds; before a release run
 * {@code ./mvnw test -pl workers/flows -am -Dtest=RecordHistories -Dsurefire.failIfNoSpecifiedTests=false -Dhistories.version=X}
 * and commit the new folder. Folders of earlier releases are never written again.
 */
class RecordHistories {
    private static final Path FOLDER =
            Path.of("src/test/resources/histories", System.getProperty("histories.version", "unreleased"));

    private final UUID run = UUID.fromString("11111111-1111-4111-8111-111111111111");
    private final UUID device = UUID.fromString("22222222-2222-4222-8222-222222222222");
    private final UUID gone = UUID.fromString("33333333-3333-4333-8333-333333333333");

    @BeforeAll
    static void folder() throws IOException {
        Files.createDirectories(FOLDER);
    }

    @Test
    void runFinished() throws Exception {
        BookLedger ledger = new BookLedger(outcome -> true);
        try (Temporal temporal =
                Temporal.ledgerAndDevice(ledger, device, grant -> ledger.report(grant, new Outcome.Finished(40)))) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(new LeaseGrant(run, 1, device));
            temporal.join(workflow);
            write(temporal, TaskQueues.runWorkflow(run), "run-finished");
        }
    }

    @Test
    void runThatLostItsWorkerThrewWasPreemptedAndFinished() throws Exception {
        BookLedger ledger = new BookLedger(Outcome.Finished.class::isInstance);
        try (Temporal temporal = Temporal.ledgerAndDevice(ledger, device, grant -> switch ((int) grant.attempt()) {
            case 2 -> throw new IllegalStateException("the device fell off the bus");
            case 3 -> ledger.report(grant, new Outcome.GivenBack(12, Outcome.Cause.PREEMPTED));
            default -> ledger.report(grant, new Outcome.Finished(40));
        })) {
            RunWorkflow workflow = started(temporal);
            workflow.leaseGranted(new LeaseGrant(run, 1, gone));
            temporal.pass(Duration.ofSeconds(31));
            for (int attempt = 2; attempt <= 4; attempt++) {
                awaitAsked(ledger, attempt); // once at the start, once after each attempt
                workflow.leaseGranted(new LeaseGrant(run, attempt, device));
            }
            temporal.join(workflow);
            write(temporal, TaskQueues.runWorkflow(run), "run-with-faults");
        }
    }

    @Test
    void runCancelledWhileQueued() throws Exception {
        BookLedger ledger = new BookLedger(outcome -> true);
        try (Temporal temporal = Temporal.ledger(ledger)) {
            RunWorkflow workflow = started(temporal);
            temporal.pass(Duration.ofMinutes(11)); // one question by the clock
            ledger.cancel();
            workflow.changed();
            temporal.join(workflow);
            write(temporal, TaskQueues.runWorkflow(run), "run-cancelled-while-queued");
        }
    }

    @Test
    void sweepOfTen() throws Exception {
        WindowLedger ledger = new WindowLedger(10, 4);
        try (Temporal temporal = Temporal.ledger(ledger)) {
            UUID sweep = UUID.fromString("44444444-4444-4444-8444-444444444444");
            SweepWorkflow workflow = temporal.sweepWorkflow(sweep);
            WorkflowClient.start(workflow::run, sweep);
            workflow.changed();
            temporal.join(workflow);
            write(temporal, TaskQueues.sweepWorkflow(sweep), "sweep-of-ten");
        }
    }

    private RunWorkflow started(Temporal temporal) {
        RunWorkflow workflow = temporal.runWorkflow(run);
        WorkflowClient.start(workflow::run, run);
        return workflow;
    }

    private static void awaitAsked(BookLedger ledger, int count) throws InterruptedException {
        while (ledger.asked() < count) {
            Thread.sleep(10);
        }
    }

    private static void write(Temporal temporal, String workflowId, String name) throws IOException {
        Files.writeString(
                FOLDER.resolve(name + ".json"), temporal.history(workflowId).toJson(true));
    }
}
