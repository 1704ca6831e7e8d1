package dev.runyard.service.run;

import dev.runyard.spec.run.RunState;
import java.util.Locale;
import java.util.Optional;

/** What a person can ask of a run, and what each state makes of it. */
public enum Command {
    PAUSE,
    RESUME,
    CANCEL,
    RETRY;

    /** The commands as paths spell them, for a path's pattern. */
    public static final String WORDS = "pause|resume|cancel|retry";

    /** How a path is read. */
    public static Command fromString(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** As a path spells it, and an event. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Why it does not apply to a run; empty where it does. The same for one run and for many. */
    public Optional<String> against(RunState state, boolean deleted, boolean external) {
        if (deleted) {
            return Optional.of(IllegalTransition.DELETED);
        }
        if (external && this != CANCEL) {
            return Optional.of("it is an external run, which its own program keeps");
        }
        return from(state, external).isEmpty() ? Optional.of("it is " + state) : Optional.empty();
    }

    /** As {@link #from(RunState)}; to call an external run cancelled asks nobody, for no worker has it. */
    public Optional<RunState> from(RunState state, boolean external) {
        if (!external) {
            return from(state);
        }
        boolean open = this == CANCEL && (!state.terminal() || state == RunState.CANCELLED);
        return open ? Optional.of(RunState.CANCELLED) : Optional.empty();
    }

    /**
     * The state that follows; the same state where the wish is already fulfilled or on its way, so that a repeated request is
     * harmless; empty where the command makes no sense.
     */
    public Optional<RunState> from(RunState state) {
        return Optional.ofNullable(
                switch (this) {
                    case PAUSE ->
                        switch (state) {
                            case QUEUED, PAUSED -> RunState.PAUSED;
                            case STARTING, RUNNING, PAUSING -> RunState.PAUSING;
                            case CANCELLING, FINISHED, PRUNED, FAILED, CANCELLED -> null;
                        };
                    case RESUME ->
                        switch (state) {
                            case PAUSED, QUEUED -> RunState.QUEUED;
                            // A person knows better than the pruner.
                            case PRUNED -> RunState.QUEUED;
                            // PAUSING: the worker was told to stop; the ledger keeps the wish until it has.
                            case STARTING, RUNNING, PAUSING -> state;
                            case CANCELLING, FINISHED, FAILED, CANCELLED -> null;
                        };
                    case CANCEL ->
                        switch (state) {
                            case QUEUED, PAUSED, CANCELLED -> RunState.CANCELLED;
                            case STARTING, RUNNING, PAUSING, CANCELLING -> RunState.CANCELLING;
                            case FINISHED, PRUNED, FAILED -> null;
                        };
                    case RETRY ->
                        switch (state) {
                            case FAILED, CANCELLED, QUEUED -> RunState.QUEUED;
                            case STARTING, RUNNING, PAUSING, PAUSED, CANCELLING, FINISHED, PRUNED -> null;
                        };
                });
    }
}
