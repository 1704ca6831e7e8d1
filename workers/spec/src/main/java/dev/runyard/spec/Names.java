package dev.runyard.spec;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.regex.Pattern;
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

    private static final Pattern PLACE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /** Of ASCII: a slash, a dot, a blank. "10%base" holds no such character. */
    private static final Pattern ENCODED = Pattern.compile("%[0-7][0-9A-Fa-f]");

    private Names() {}

    /**
     * An experiment's, sweep's or run's name, NFC-normalised.
     *
     * @throws InvalidSpec BAD_NAME unless 1 to {@value #LIMIT} printable characters with no backslash, "..", encoded ASCII character (%2e), no leading
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
        refuse(field, s, s.indexOf('\\') >= 0, "must not hold \\");
        refuse(
                field,
                s,
                ENCODED.matcher(s).find(),
                "must not hold % before two hexadecimal digits, which is another character elsewhere");
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

    /**
     * A name by which machines offer data sets and weights.
     *
     * @throws InvalidSpec BAD_NAME unless 1 to 100 letters, digits and . _ -, the first a letter or digit
     */
    public static String place(String field, String name) {
        refuse(field, name, !isPlace(name), "must be 1 to 100 letters, digits and . _ -");
        return name;
    }

    /** Whether it may be such a name. */
    public static boolean isPlace(String name) {
        return PLACE.matcher(name).matches();
    }

    private static void common(String field, String s) {
        refuse(field, s, s.isBlank(), "must not be empty");
        if (!plainAscii(s)) {
            s.codePoints().forEach(c -> refuse(field, s, !printable(c), "must hold printable characters only"));
        }
        refuse(field, s, !s.equals(s.strip()), "must not begin or end with a blank");
        refuse(
                field,
                s,
                joiner(s.charAt(0)) || joiner(s.charAt(s.length() - 1)),
                "must not begin or end with a joiner");
    }

    private static boolean joiner(char c) {
        return c == 0x200c || c == 0x200d;
    }

    /**
     * What a request names beside its body, NFC-normalised: held to what may be seen, and to nothing else.
     *
     * @throws InvalidSpec BAD_NAME unless 1 to {@value #METRIC_BYTES} UTF-8 bytes of printable characters
     */
    public static String label(String field, String name) {
        String s = Normalizer.normalize(name, Normalizer.Form.NFC);
        int bytes = s.getBytes(StandardCharsets.UTF_8).length;
        refuse(field, s, s.isBlank() || bytes > METRIC_BYTES, "must have 1 to " + METRIC_BYTES + " bytes of UTF-8");
        s.codePoints().forEach(c -> refuse(field, s, !printable(c), "must hold printable characters only"));
        return s;
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

    /**
     * Whether a character (code point) may stand in a label. By ranges that Unicode has fixed for ever, so that no JDK's tables decide:
     * refused are controls, unpaired surrogates, non-characters, private use, what ends a line or turns the direction of writing, and
     * what cannot be seen at all. Joiners of emoji and of Persian stay, and so does what a JDK has not heard of yet.
     */
    public static boolean printable(int c) {
        boolean control = c < 0x20 || c >= 0x7f && c < 0xa0;
        boolean line = c == 0x2028 || c == 0x2029;
        boolean direction =
                c == 0x061c || c == 0x200e || c == 0x200f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
        boolean unseen = c == 0xad
                || c == 0x180e
                || c == 0x200b
                || c >= 0x2060 && c <= 0x2065
                || c >= 0x206a && c <= 0x206f
                || c == 0xfeff
                || c >= 0xfff9 && c <= 0xfffb
                || c == 0xe0001;
        boolean none = c >= 0xd800 && c <= 0xdfff || c >= 0xfdd0 && c <= 0xfdef || (c & 0xfffe) == 0xfffe;
        boolean ownUse = c >= 0xe000 && c <= 0xf8ff || c >= 0xf0000;
        return !(control || line || direction || unseen || none || ownUse);
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
            if (printable(c) && c != 0x200c && c != 0x200d) {
                out.appendCodePoint(c);
            } else {
                out.append(String.format("\\u%04x", c));
            }
        });
        return out.toString();
    }
}
