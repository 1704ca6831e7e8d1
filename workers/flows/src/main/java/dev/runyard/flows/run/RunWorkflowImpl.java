package dev.runyard.flows.run;

import dev.runyard.flows.LedgerOptions;
import dev.runyard.flows.TaskQueues;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TimeoutFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.ContinueAsNewOptions;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lease, attempt, a look at the ledger, and again. Its limit: it decides nothing about the run and tells the ledger nothing;
 * grants come from the scheduler, outcomes from the worker over HTTP, and whether a lease lives is Postgres' to say. So losing
 * this execution, or an activity of it, loses nothing. A change of the order of calls below needs {@code Workflow.getVersion}:
 * recorded histories of every release are replayed against this class.
 */
public final class RunWorkflowImpl implements RunWorkflow {
    /** The number of the last attempt, carried over a continue-as-new so that a repeated grant stays recognised. */
    static final String LAST_ATTEMPT = "lastAttempt";

    /** Since 0.2.0 an activity's result is a hint to look; before, it was what the ledger booked. */
    static final String LEDGER_DECIDES = "ledger-decides";

    /** How long a missed signal can stay unnoticed. */
    private static final Duration ASK_AGAIN = Duration.ofMinutes(10);

    /** As long as the ledger waits for a worker that lives to take an attempt up; a change of it is none to histories. */
    private static final Duration TAKEN_UP = Duration.ofSeconds(90);

    private final RunActivities ledger = Workflow.newActivityStub(RunActivities.class, LedgerOptions.patient());
    private long lastAttempt;
    private boolean ledgerDecides;
    private boolean changed;
    private @Nullable LeaseGrant highest;
    private @Nullable LeaseGrant latest;

    @Override
    public void run(UUID run) {
        lastAttempt = carriedAttempt();
        ledgerDecides = Workflow.getVersion(LEDGER_DECIDES, Workflow.DEFAULT_VERSION, 1) != Workflow.DEFAULT_VERSION;
        boolean over = ledger.over(run);
        while (!over) {
            if (Workflow.getInfo().isContinueAsNewSuggested() && fresh() == null) {
                continueAsNew(run);
            }
            Workflow.await(ASK_AGAIN, () -> changed || fresh() != null);
            changed = false;
            LeaseGrant lease = fresh();
            over = lease == null ? ledger.over(run) : carried(run, lease);
        }
    }

    @Override
    public void leaseGranted(LeaseGrant grant) {
        latest = grant;
        if (highest == null || grant.attempt() > highest.attempt()) {
            highest = grant;
        }
    }

    @Override
    public void changed() {
        changed = true;
    }

    /**
     * A grant that is not the last one, whatever its number: one that nobody made could otherwise outdo all that follow. An older
     * one costs nothing, since the worker that takes it up is told that it is stale.
     */
    private @Nullable LeaseGrant fresh() {
        if (ledgerDecides) {
            return latest != null && latest.attempt() != lastAttempt ? latest : null;
        }
        return highest != null && highest.attempt() > lastAttempt ? highest : null;
    }

    /** Returns whether the run is over, by its row. */
    private boolean carried(UUID run, LeaseGrant lease) {
        lastAttempt = lease.attempt();
        return ledgerDecides ? accompanied(run, lease) : ledger.ended(run, lease.attempt(), outcomeBefore(lease));
    }

    /**
     * Asks the worker to take the attempt up, and waits until that ended in whatever way, the run is over, or a newer attempt was
     * granted. A worker that trains on though its activity was lost is left alone: its lease lives. An activity that is left behind
     * is not cancelled either: the server forgets it by itself, and a request that crosses its end would cost ten seconds.
     */
    private boolean accompanied(UUID run, LeaseGrant lease) {
        DeviceActivities device =
                Workflow.newActivityStub(DeviceActivities.class, onDevice(lease.device(), Duration.ofSeconds(60)));
        Promise<Boolean> ended = Async.function(device::train, lease).handle((outcome, failure) -> true);
        boolean over = false;
        while (!over && !ended.isCompleted() && fresh() == null) {
            Workflow.await(() -> ended.isCompleted() || changed || fresh() != null);
            changed = false;
            over = ledger.over(run);
        }
        return over;
    }

    /** How an execution that 0.1.0 began goes on. */
    private static Outcome outcomeBefore(LeaseGrant lease) {
        try {
            return Workflow.newActivityStub(DeviceActivities.class, onDevice(lease.device(), Duration.ofSeconds(15)))
                    .train(lease);
        } catch (ActivityFailure failure) {
            if (failure.getCause() instanceof CanceledFailure) {
                throw failure;
            }
            return new Outcome.Failed(0, FailureReason.WORKER_LOST, why(failure));
        }
    }

    /** One try each: whether there is another is the ledger's decision. */
    private static ActivityOptions onDevice(UUID device, Duration heartbeat) {
        return ActivityOptions.newBuilder()
                .setTaskQueue(TaskQueues.device(device))
                .setScheduleToStartTimeout(TAKEN_UP)
                .setStartToCloseTimeout(Duration.ofDays(365))
                .setHeartbeatTimeout(heartbeat)
                .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                .build();
    }

    private static String why(ActivityFailure failure) {
        if (failure.getCause() instanceof TimeoutFailure timeout) {
            return switch (timeout.getTimeoutType()) {
                case TIMEOUT_TYPE_SCHEDULE_TO_START ->
                    "the worker did not take the attempt within " + TAKEN_UP.toSeconds() + " s";
                case TIMEOUT_TYPE_HEARTBEAT -> "the worker sent no sign of life for 15 s";
                default -> "the attempt timed out";
            };
        }
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return "the worker failed: " + cause.getMessage();
    }

    private static long carriedAttempt() {
        return Workflow.getMemo(LAST_ATTEMPT, Long.class) instanceof Long carried ? carried : 0;
    }

    private void continueAsNew(UUID run) {
        Workflow.newContinueAsNewStub(
                        RunWorkflow.class,
                        ContinueAsNewOptions.newBuilder()
                                .setMemo(Map.of(LAST_ATTEMPT, lastAttempt))
                                .build())
                .run(run);
    }
}
