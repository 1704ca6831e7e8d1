package dev.runyard.cli.terminal;

import org.jspecify.annotations.Nullable;

/** A command cannot do what was asked: one line with the cause and what to do about it. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The lab or the machine is at fault. */
    public static final int FAULT = 1;

    /** What was typed, or the file it names, is at fault. */
    public static final int BAD_INPUT = 2;

    private final int exit;

    private Failure(int exit, String cause, @Nullable String remedy, @Nullable Throwable origin) {
        super(remedy == null ? cause : cause + "; " + remedy, origin);
        this.exit = exit;
    }

    public static Failure fault(String cause, String remedy) {
        return new Failure(FAULT, cause, remedy, null);
    }

    public static Failure fault(String cause, String remedy, Throwable origin) {
        return new Failure(FAULT, cause, remedy, origin);
    }

    public static Failure badInput(String cause, @Nullable String remedy) {
        return new Failure(BAD_INPUT, cause, remedy, null);
    }

    /** Passes on how a process of ours ended. */
    public static Failure ended(int exit, String line) {
        return new Failure(exit == BAD_INPUT ? BAD_INPUT : FAULT, line, null, null);
    }

    public int exit() {
        return exit;
    }
}
