package dev.runyard.spec;

import org.jspecify.annotations.Nullable;

/** What a compact constructor does with a component that JSON left out. */
public final class Defaults {
    private Defaults() {}

    public static <T> T or(@Nullable T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    public static <T> T required(String field, @Nullable T given) {
        if (given == null) {
            throw new InvalidSpec("MISSING_FIELD", field, null, "is required", null);
        }
        return given;
    }
}
