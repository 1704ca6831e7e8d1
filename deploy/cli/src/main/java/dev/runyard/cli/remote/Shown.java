package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** Values of the API as a person reads them. */
public final class Shown {
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx", Locale.ROOT);

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

    /** What must be known of a run's results, see {@link RunSpec#mark}; empty where there is nothing. */
    public static Optional<String> mark(JsonNode run) {
        try {
            return run.path("spec").isObject()
                    ? SpecDocument.read(run.path("spec")).mark()
                    : Optional.empty();
        } catch (InvalidSpec e) {
            return Optional.empty(); // of another version; the view says so itself
        }
    }

    /** Its state, and of a run whose client has fallen silent since when nothing was heard. */
    static String state(JsonNode run, Instant now) {
        String state = run.path("state").asText();
        if (!run.path("silent").asBoolean()) {
            return state;
        }
        try {
            long minutes = Duration.between(Instant.parse(run.path("heardAt").asText()), now)
                    .toMinutes();
            return state + ", silent for "
                    + (minutes < 120
                            ? minutes + " min"
                            : minutes < 2_880 ? minutes / 60 + " h" : minutes / 1_440 + " d");
        } catch (DateTimeException e) {
            return state + ", silent";
        }
    }

    /** Done steps of all steps, or "-" before the first report. */
    public static String progress(JsonNode run) {
        long steps = run.path("steps").asLong(0);
        if (steps == 0 && run.path("step").asLong() > 0) {
            return run.path("step").asText(); // a program's: nobody knows of how many
        }
        return steps == 0 ? "-" : run.path("step").asLong() + "/" + steps;
    }

    /** What an attempt makes before its first step and how far it is; empty where that does not take long. */
    static Optional<String> preparing(JsonNode run) {
        JsonNode found = run.path("preparing");
        long of = found.path("of").asLong(0);
        return !found.isObject()
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%s: %,d of %,d (%d %%)",
                        text(found.path("what")),
                        found.path("done").asLong(),
                        of,
                        found.path("done").asLong() * 100 / Math.max(1, of)));
    }

    /** 2026-11-22T15:04:05.123Z as 2026-11-23 00:04:05 +09:00: the clock of whoever reads it, and which one that is. */
    public static String time(JsonNode value) {
        String text = text(value);
        try {
            return LOCAL.format(Instant.parse(text).atZone(ZoneId.systemDefault()));
        } catch (DateTimeException e) {
            return text;
        }
    }
}
