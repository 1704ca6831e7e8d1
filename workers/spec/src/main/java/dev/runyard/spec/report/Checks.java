package dev.runyard.spec.report;

import dev.runyard.spec.InvalidSpec;
import org.jspecify.annotations.Nullable;

/** What the compact constructors of reports share. */
final class Checks {
    private Checks() {}

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
