package dev.runyard.service.run;

import dev.runyard.spec.FailureReason;
import dev.runyard.spec.RunState;
import dev.runyard.spec.report.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a run when an attempt ends: a pure function of the run's state, how the attempt ended, and the budgets.
 *
 * @param attempt the attempt's own end: FINISHED, GIVEN_BACK, FAILED or LOST
 * @param lost attempts in a row that lost their worker and made no step
 * @param faults attempts that broke down in a way that may pass
 */
record Verdict(
        RunState next,
        String attempt,
        @Nullable FailureReason reason,
        @Nullable String message,
        int lost,
        int faults) {
    /** Attempts without progress, and attempts that broke down, before the run FAILED. */
    static final int BUDGET = 3;

    /**
     * @param state STARTING, RUNNING, PAUSING or CANCELLING
     * @param run its budgets, and whether a paused run was asked to go on before it had stopped
     * @param started whether the worker took the attempt up; one that never did says nothing about the run
     * @param progressed whether it made a step
     */
    static Verdict of(Run.Held run, RunState state, Outcome outcome, boolean started, boolean progressed) {
        int faults = run.faults();
        if (outcome instanceof Outcome.Finished) {
            return new Verdict(RunState.FINISHED, "FINISHED", null, null, 0, faults);
        }
        RunState released =
                switch (state) {
                    case PAUSING -> run.resume() ? RunState.QUEUED : RunState.PAUSED;
                    case CANCELLING -> RunState.CANCELLED;
                    default -> RunState.QUEUED;
                };
        int lostSoFar = progressed ? 0 : run.lost();
        if (outcome instanceof Outcome.GivenBack) {
            return new Verdict(released, "GIVEN_BACK", null, null, lostSoFar, faults);
        }
        Outcome.Failed failed = (Outcome.Failed) outcome;
        boolean workerLost = failed.reason() == FailureReason.WORKER_LOST;
        String how = workerLost ? "LOST" : "FAILED";
        if (state == RunState.CANCELLING) {
            return new Verdict(released, how, null, failed.message(), lostSoFar, faults);
        }
        if (failed.reason().deterministic()) {
            return new Verdict(RunState.FAILED, how, failed.reason(), failed.message(), lostSoFar, faults);
        }
        if (!workerLost) {
            return faults + 1 >= BUDGET
                    ? new Verdict(RunState.FAILED, how, failed.reason(), failed.message(), lostSoFar, faults + 1)
                    : new Verdict(released, how, null, failed.message(), lostSoFar, faults + 1);
        }
        int lostNow = started && !progressed ? lostSoFar + 1 : lostSoFar;
        return lostNow >= BUDGET
                ? new Verdict(
                        RunState.FAILED,
                        how,
                        FailureReason.NO_PROGRESS,
                        BUDGET + " attempts in a row lost their worker without a step of progress; the last: "
                                + failed.message(),
                        lostNow,
                        faults)
                : new Verdict(released, how, null, failed.message(), lostNow, faults);
    }
}
