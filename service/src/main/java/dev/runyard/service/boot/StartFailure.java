package dev.runyard.service.boot;

import org.jspecify.annotations.Nullable;

/** The service cannot start: one line with the cause and what to do about it; the process ends with exit code 2. */
public final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param line cause and remedy */
    public StartFailure(String line) {
        super(line);
    }

    public StartFailure(String cause, String remedy) {
        this(cause, remedy, null);
    }

    public StartFailure(String cause, String remedy, @Nullable Throwable origin) {
        super(cause + "; " + remedy, origin);
    }
}
