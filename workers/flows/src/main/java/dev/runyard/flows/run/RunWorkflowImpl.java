package dev.runyard.flows.run;

import dev.runyard.flows.LedgerOptions;
import dev.runyard.flows.TaskQueues;
import dev.runyard.spec.FailureReason;
import dev.runyard.spec.report.Outcome;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TimeoutFailure;
import io.temporal.workflow.ContinueAsNewOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lease, attempt, verdict, and again. Its limit: it decides nothing about the run; grants come from the scheduler and verdicts
 * from the ledger, so that losing this execution loses nothing. A change of the order of calls below needs
 * {@code Workflow.getVersion}: recorded histories of every release are replayed against this class.
 */
public final class RunWorkflowImpl implements RunWorkflow {
    /** The number of the last attempt, carried over a continue-as-new so that a repeated grant stays recognised. */
    static final String LAST_ATTEMPT = "lastAttempt";

    /** How long a missed signal can stay unnoticed. */
    private static final Duration ASK_AGAIN = Duration.ofMinutes(10);

    private final RunActivities ledger = Workflow.newActivityStub(RunActivities.class, LedgerOptions.patient());
    private long lastAttempt;
    private boolean changed;
    private @Nullable LeaseGrant granted;

    @Override
    public void run(UUID run) {
        lastAttempt = carriedAttempt();
        boolean over = ledger.over(run);
        while (!over) {
            if (Workflow.getInfo().isContinueAsNewSuggested() && fresh() == null) {
                continueAsNew(run);
            }
            Workflow.await(ASK_AGAIN, () -> changed || fresh() != null);
            changed = false;
            LeaseGrant lease = fresh();
            over = lease == null ? ledger.over(run) : ledger.ended(run, lease.attempt(), attempt(lease));
        }
    }

    @Override
    public void leaseGranted(LeaseGrant grant) {
        if (granted == null || grant.attempt() > granted.attempt()) {
            granted = grant;
        }
    }

    @Override
    public void changed() {
        changed = true;
    }

    private @Nullable LeaseGrant fresh() {
        return granted != null && granted.attempt() > lastAttempt ? granted : null;
    }

    private Outcome attempt(LeaseGrant lease) {
        lastAttempt = lease.attempt();
        try {
            return Workflow.newActivityStub(DeviceActivities.class, onDevice(lease.device()))
                    .train(lease);
        } catch (ActivityFailure failure) {
            if (failure.getCause() instanceof CanceledFailure) {
                throw failure;
            }
            return new Outcome.Failed(0, FailureReason.WORKER_LOST, why(failure));
        }
    }

    /**
     * One try each: whether there is another is the ledger's decision. A worker that does not take the attempt in 30 s is as
     * lost as one that stops beating.
     */
    private static ActivityOptions onDevice(UUID device) {
        return ActivityOptions.newBuilder()
                .setTaskQueue(TaskQueues.device(device))
                .setScheduleToStartTimeout(Duration.ofSeconds(30))
                .setStartToCloseTimeout(Duration.ofDays(365))
                .setHeartbeatTimeout(Duration.ofSeconds(15))
                .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                .build();
    }

    private static String why(ActivityFailure failure) {
        if (failure.getCause() instanceof TimeoutFailure timeout) {
            return switch (timeout.getTimeoutType()) {
                case TIMEOUT_TYPE_SCHEDULE_TO_START -> "the worker did not take the attempt within 30 s";
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
