package dev.runyard.service.metric;

import dev.runyard.spec.InvalidSpec;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/** What a metric may be called: printable, NFC, 1 to 250 bytes of UTF-8. A slash groups. */
final class MetricKeyRule {
    static final int MAX_BYTES = 250;

    private MetricKeyRule() {}

    /** The name in NFC, or a refusal that names {@code field}. Twins that differ in composition alone become one. */
    static String check(String field, String raw) {
        if (raw.isEmpty()) {
            throw new InvalidSpec(
                    "BAD_KEY", field, raw, "must not be empty", "name the metric, for example train/loss");
        }
        // Normalising can lengthen a text threefold at most; what is far too long is not worth the work.
        if (raw.length() > 4 * MAX_BYTES) {
            throw tooLong(field, raw);
        }
        String key = Normalizer.normalize(raw, Normalizer.Form.NFC);
        key.codePoints().filter(c -> !printable(c)).findFirst().ifPresent(c -> {
            throw new InvalidSpec(
                    "BAD_KEY",
                    field,
                    String.format("U+%04X", c),
                    "is not a printable character",
                    "use letters, digits, punctuation and inner spaces");
        });
        if (key.charAt(0) == ' ' || key.charAt(key.length() - 1) == ' ') {
            throw new InvalidSpec("BAD_KEY", field, key, "must not begin or end with a space", "remove the space");
        }
        if (key.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw tooLong(field, key);
        }
        return key;
    }

    private static InvalidSpec tooLong(String field, String key) {
        return new InvalidSpec(
                "BAD_KEY", field, key, "is longer than " + MAX_BYTES + " bytes of UTF-8", "shorten the name");
    }

    private static boolean printable(int c) {
        if (c == ' ') {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            // The joiner is part of many emoji; the other format characters change the order or hide.
            case Character.FORMAT -> c == 0x200D;
            default -> true;
        };
    }
}
