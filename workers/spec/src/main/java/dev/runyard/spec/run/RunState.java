package dev.runyard.spec.run;

import java.util.EnumSet;
import java.util.Set;

/** States of a run and the only ways between them (architecture, "States of a run"). */
public enum RunState {
    QUEUED,
    STARTING,
    RUNNING,
    PAUSING,
    PAUSED,
    CANCELLING,
    FINISHED,
    PRUNED,
    FAILED,
    CANCELLED;

    /** No way leads out, but for a person's retry of a FAILED or CANCELLED run, and for one who takes up a PRUNED one again. */
    public boolean terminal() {
        return this == FINISHED || this == PRUNED || this == FAILED || this == CANCELLED;
    }

    /** A worker holds the run. */
    public boolean held() {
        return this == STARTING || this == RUNNING || this == PAUSING || this == CANCELLING;
    }

    public Set<RunState> next() {
        return switch (this) {
            case QUEUED -> EnumSet.of(STARTING, PAUSED, CANCELLED);
            case STARTING -> EnumSet.of(RUNNING, QUEUED, PAUSING, CANCELLING, FAILED);
            case RUNNING -> EnumSet.of(FINISHED, PRUNED, FAILED, QUEUED, PAUSING, CANCELLING);
            case PAUSING -> EnumSet.of(PAUSED, QUEUED, FINISHED, FAILED, CANCELLING);
            case PAUSED -> EnumSet.of(QUEUED, CANCELLED);
            case CANCELLING -> EnumSet.of(CANCELLED, FINISHED, FAILED);
            case PRUNED, FAILED, CANCELLED -> EnumSet.of(QUEUED);
            case FINISHED -> EnumSet.noneOf(RunState.class);
        };
    }

    public boolean canBecome(RunState other) {
        return next().contains(other);
    }
}
