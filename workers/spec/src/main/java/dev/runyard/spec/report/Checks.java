package dev.runyard.spec.report;

import dev.runyard.spec.InvalidSpec;
import org.jspecify.annotations.Nullable;

/** What the compact constructors of reports share. */
final class Checks {
    /** Characters of a message; what a person reads of it and more. */
    private static final int LONGEST = 8_000;

    private Checks() {}

    /** A message of bounded length, which says how much of it was left out. */
    static String cut(String message) {
        return message.length() <= LONGEST
                ? message
                : message.substring(0, LONGEST) + "… (" + (message.length() - LONGEST) + " characters left out)";
    }

    static <T> T given(String field, @Nullable T value) {
        if (value == null) {
            throw new InvalidSpec("MISSING_FIELD", field, null, "is required", null);
        }
        return value;
    }

    static void notNegative(String field, long value) {
        if (value < 0) {
            throw new InvalidSpec("OUT_OF_RANGE", field, value, "must not be negative", null);
        }
    }
}
