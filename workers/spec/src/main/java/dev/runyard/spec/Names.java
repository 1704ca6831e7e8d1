package dev.runyard.spec;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/**
 * Names that people give. A name is a label and never a path; what could be read as one somewhere downstream is refused all
 * the same, and so is what looks like another name than it is.
 */
public final class Names {
    /** Most characters (code points) of an experiment's, sweep's or run's name. */
    public static final int LIMIT = 200;

    /** Most UTF-8 bytes of a metric's key. */
    public static final int METRIC_BYTES = 250;

    private Names() {}

    /**
     * An experiment's, sweep's or run's name, NFC-normalised.
     *
     * @throws InvalidSpec BAD_NAME unless 1 to {@value #LIMIT} printable characters with no backslash, %, "..", no leading
     *     "-", no "/" or blank at the ends, no "//"
     */
    public static String check(String field, @Nullable String name) {
        String s = Defaults.required(field, name);
        if (!plainAscii(s)) {
            s = Normalizer.normalize(s, Normalizer.Form.NFC);
        }
        refuse(field, s, s.codePointCount(0, s.length()) > LIMIT, "must have at most " + LIMIT + " characters");
        common(field, s);
        refuse(field, s, s.startsWith("-"), "must not begin with -");
        refuse(field, s, s.indexOf('\\') >= 0 || s.indexOf('%') >= 0, "must not hold \\ or %");
        refuse(field, s, s.contains(".."), "must not hold ..");
        refuse(
                field,
                s,
                s.startsWith("/") || s.endsWith("/") || s.contains("//"),
                "must not hold an empty part between /");
        return s;
    }

    /**
     * A metric's key, NFC-normalised; a slash makes a group.
     *
     * @throws InvalidSpec BAD_NAME unless 1 to {@value #METRIC_BYTES} UTF-8 bytes of printable characters
     */
    public static String metric(String field, @Nullable String key) {
        String s = Defaults.required(field, key);
        if (plainAscii(s)) {
            refuse(field, s, s.length() > METRIC_BYTES, "must have at most " + METRIC_BYTES + " bytes");
        } else {
            s = Normalizer.normalize(s, Normalizer.Form.NFC);
            int bytes = s.getBytes(StandardCharsets.UTF_8).length;
            refuse(field, s, bytes > METRIC_BYTES, "must have at most " + METRIC_BYTES + " bytes");
        }
        common(field, s);
        return s;
    }

    private static void common(String field, String s) {
        refuse(field, s, s.isBlank(), "must not be empty");
        if (!plainAscii(s)) {
            s.codePoints().forEach(c -> refuse(field, s, !printable(c), "must hold printable characters only"));
        }
        refuse(field, s, !s.equals(s.strip()), "must not begin or end with a blank");
    }

    private static boolean plainAscii(String s) {
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }

    /** Formats (zero width, bidi overrides and isolates) and lone surrogates are as invisible as controls. */
    private static boolean printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            // Joins emoji into one: a sign that changes what is seen, not where.
            case Character.FORMAT -> c == 0x200D;
            default -> true;
        };
    }

    private static void refuse(String field, String value, boolean broken, String rule) {
        if (broken) {
            throw new InvalidSpec("BAD_NAME", field, visible(value), rule, null);
        }
    }

    /** The message itself must not carry what it complains about. */
    private static String visible(String value) {
        StringBuilder out = new StringBuilder();
        value.codePoints().forEach(c -> {
            if (printable(c)) {
                out.appendCodePoint(c);
            } else {
                out.append(String.format("\\u%04x", c));
            }
        });
        return out.toString();
    }
}
