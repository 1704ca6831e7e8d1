package dev.runyard.spec.report;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.runyard.spec.run.FailureReason;

/** How an attempt ended. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Outcome.Finished.class, name = "finished"),
    @JsonSubTypes.Type(value = Outcome.GivenBack.class, name = "given-back"),
    @JsonSubTypes.Type(value = Outcome.Failed.class, name = "failed")
})
public sealed interface Outcome {
    /** Optimiser steps done when it ended; tells progress from none. */
    long step();

    /** All epochs are done. */
    record Finished(long step) implements Outcome {
        public Finished {
            Checks.notNegative("step", step);
        }
    }

    /** Stopped on request after a checkpoint. The run's own state says what follows. */
    record GivenBack(long step, Cause cause) implements Outcome {
        public GivenBack {
            Checks.notNegative("step", step);
            cause = Checks.given("cause", cause);
        }
    }

    /** Could not go on. */
    record Failed(long step, FailureReason reason, String message) implements Outcome {
        public Failed {
            Checks.notNegative("step", step);
            reason = Checks.given("reason", reason);
            message = Checks.cut(Checks.given("message", message));
        }
    }

    /** Who asked. */
    enum Cause {
        PAUSE,
        CANCEL,
        /** SIGTERM, a drained worker, reports that could not arrive in time: queue again. */
        PREEMPTED,
        /** The worker could not read what it was sent to begin with: queue again, for a worker of another version. */
        UNREADABLE,
        /** A newer attempt exists; nothing that this one says counts. */
        STALE
    }
}
