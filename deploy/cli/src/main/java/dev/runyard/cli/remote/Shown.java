package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** Values of the API as a person reads them. */
public final class Shown {
    private Shown() {}

    /** Text, or "-" where there is none. */
    public static String text(JsonNode value) {
        return value.isMissingNode() || value.isNull() ? "-" : value.isValueNode() ? value.asText() : value.toString();
    }

    /** A metric's value with four digits; NaN and infinities as they are. */
    public static String number(JsonNode value) {
        return value.isNumber() ? String.format(Locale.ROOT, "%.4g", value.asDouble()) : text(value);
    }

    public static String bytes(long bytes) {
        return bytes >= 1L << 30
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30))
                : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1L << 20));
    }

    /** Done steps of all steps, or "-" before the first report. */
    public static String progress(JsonNode run) {
        long steps = run.path("steps").asLong(0);
        return steps == 0 ? "-" : run.path("step").asLong() + "/" + steps;
    }

    /** 2026-11-22T15:04:05.123Z as 2026-11-22 15:04:05. */
    public static String time(JsonNode value) {
        String text = text(value);
        return text.length() >= 19 && text.charAt(10) == 'T'
                ? text.substring(0, 10) + " " + text.substring(11, 19)
                : text;
    }
}
