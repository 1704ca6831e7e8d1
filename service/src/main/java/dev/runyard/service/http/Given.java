package dev.runyard.service.http;

import dev.runyard.spec.Names;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What comes with a request beside its body: ids, labels, who asks, numbers. Labels never become a path, a query or markup. */
public final class Given {
    private Given() {}

    /** @return the name, NFC-normalised, when it is printable and of 1 to 250 bytes of UTF-8 */
    public static String label(String field, String name) {
        return Names.label(field, name);
    }

    /** Who acts: header X-Runyard-User, 1 to 100 printable characters. */
    public static String who(@Nullable String user) {
        if (user == null || user.isBlank()) {
            return "local";
        }
        if (user.length() > 100 || !user.codePoints().allMatch(Names::printable)) {
            throw Problem.invalid(
                    "BAD_NAME",
                    "X-Runyard-User",
                    user.replaceAll("\\p{Cntrl}", "?"),
                    "must be 1 to 100 printable characters",
                    null);
        }
        return user;
    }

    /** Of a query; empty is as good as absent. */
    public static @Nullable String text(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    /** An id from a path: one that cannot be a UUID names nothing. */
    public static UUID id(String what, String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // Falls through: a wrong id and an unknown one look alike.
        }
        throw Problem.notFound(what, text.length() > 100 ? text.substring(0, 100) + "…" : text);
    }

    /**
     * A whole number from a query.
     *
     * @param text null: {@code otherwise}
     * @throws Problem 422 that names the field
     */
    public static long number(String field, @Nullable String text, long otherwise, long min, long max) {
        if (text == null) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw Problem.invalid("WRONG_TYPE", field, text, "must be a whole number", null);
        }
        throw Problem.invalid("OUT_OF_RANGE", field, text, "must lie in [" + min + ", " + max + "]", null);
    }

    /** @throws Problem 422 that names the field, when the value does not lie in [0, max] */
    public static void range(String field, long value, long max) {
        if (value < 0 || value > max) {
            throw Problem.invalid("OUT_OF_RANGE", field, value, "must lie in [0, " + max + "]", null);
        }
    }
}
