package dev.runyard.service.run;

import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunState;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a run when an attempt ends: a pure function of the run's state, how the attempt ended, and what is known of it and
 * of the devices.
 *
 * @param attempt the attempt's own end: FINISHED, GIVEN_BACK, FAILED or LOST
 * @param lost attempts in a row that were lost or given back and made no step
 * @param faults attempts in a row that failed for the place and got no further than those before
 * @param refused whether the run is not to be tried on this device again
 * @param pause seconds until it may be tried again
 */
record Verdict(
        RunState next,
        String attempt,
        @Nullable FailureReason reason,
        @Nullable String message,
        int lost,
        int faults,
        boolean refused,
        int pause) {
    /** Attempts in a row without progress before the run FAILED. */
    static final int BUDGET = 3;

    /** Taken for the place's, until a second one says it too. */
    private static final Set<FailureReason> DOUBTED = Set.of(FailureReason.INTERNAL, FailureReason.SETUP);

    private static final int FIRST_PAUSE = 10;
    private static final int LONGEST_PAUSE = 600;

    /**
     * What an attempt and the devices say.
     *
     * @param started whether the worker took the attempt up; one that never did says nothing about the run
     * @param yielding whether it was asked to give its device back to another run, which is nobody's fault
     * @param progressed whether it made a step
     * @param furthest whether it got further than every attempt before
     * @param elsewhere other devices that fit and have not refused the run
     * @param saidElsewhere whether another device said the same before: of what is {@link #DOUBTED} it is then no longer the place
     */
    record Facts(
            boolean started,
            boolean yielding,
            boolean progressed,
            boolean furthest,
            int elsewhere,
            boolean saidElsewhere) {}

    /**
     * @param state STARTING, RUNNING, PAUSING or CANCELLING
     * @param run its counts, and whether a paused run was asked to go on before it had stopped
     */
    static Verdict of(Run.Held run, RunState state, Outcome outcome, Facts facts) {
        if (outcome instanceof Outcome.Finished) {
            return new Verdict(RunState.FINISHED, "FINISHED", null, null, 0, 0, false, 0);
        }
        RunState released =
                switch (state) {
                    case PAUSING -> run.resume() ? RunState.QUEUED : RunState.PAUSED;
                    case CANCELLING -> RunState.CANCELLED;
                    default -> run.pruned() ? RunState.PRUNED : RunState.QUEUED;
                };
        int lost = facts.progressed() ? 0 : run.lost();
        int faults = facts.furthest() ? 0 : run.faults();
        boolean broke =
                outcome instanceof Outcome.Failed failed && failed.reason().blame() == FailureReason.Blame.RUN;
        if (released == RunState.PRUNED && !broke) {
            String how = outcome instanceof Outcome.GivenBack ? "GIVEN_BACK" : "LOST";
            return new Verdict(RunState.PRUNED, how, null, null, lost, faults, false, 0);
        }
        if (outcome instanceof Outcome.GivenBack back) {
            Verdict given = new Verdict(released, "GIVEN_BACK", null, null, lost, faults, false, 0);
            return state == RunState.PAUSING || state == RunState.CANCELLING ? given : given.back(back, facts);
        }
        Outcome.Failed failed = (Outcome.Failed) outcome;
        String how = failed.reason() == FailureReason.WORKER_LOST ? "LOST" : "FAILED";
        Verdict again = new Verdict(released, how, null, failed.message(), lost, faults, false, 0);
        if (state == RunState.CANCELLING) {
            return again;
        }
        return switch (failed.reason().blame()) {
            case RUN -> again.over(failed.reason(), failed.message());
            case PLACE -> again.place(failed, facts);
            case NOBODY ->
                facts.started() && !facts.progressed() ? again.idle("lost their worker", failed.message(), 0) : again;
        };
    }

    private Verdict back(Outcome.GivenBack back, Facts facts) {
        if (back.cause() == Outcome.Cause.UNREADABLE) {
            return new Verdict(next, attempt, null, null, lost, faults, true, 0);
        }
        return facts.started() && !facts.progressed() && !facts.yielding()
                ? idle("were given back or lost their worker", "given back", FIRST_PAUSE)
                : this;
    }

    /** One more attempt in a row that came to nothing, though nobody is to blame. */
    private Verdict idle(String what, String last, int firstPause) {
        int now = lost + 1;
        if (now >= BUDGET) {
            return new Verdict(next, attempt, null, null, now, faults, false, 0)
                    .over(
                            FailureReason.NO_PROGRESS,
                            BUDGET + " attempts in a row " + what + " without a step of progress; the last: " + last);
        }
        return new Verdict(next, attempt, null, message, now, faults, false, pause(firstPause, now));
    }

    private Verdict place(Outcome.Failed failed, Facts facts) {
        int now = faults + 1;
        boolean refuses = !facts.furthest();
        Verdict again = new Verdict(next, attempt, null, failed.message(), lost, now, refuses, pause(FIRST_PAUSE, now));
        boolean proven = DOUBTED.contains(failed.reason()) && facts.saidElsewhere();
        return refuses && (facts.elsewhere() == 0 || proven) ? again.over(failed.reason(), failed.message()) : again;
    }

    private Verdict over(FailureReason why, @Nullable String words) {
        return new Verdict(RunState.FAILED, attempt, why, words, lost, faults, refused, 0);
    }

    private static int pause(int first, int times) {
        return (int) Math.min(LONGEST_PAUSE, (long) first << Math.min(times - 1, 20));
    }
}
