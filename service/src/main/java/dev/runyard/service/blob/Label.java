package dev.runyard.service.blob;

import dev.runyard.service.http.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names of artifacts and of a checkpoint's files. They are labels and never paths, yet people will save under them. */
final class Label {
    private static final int MAX_BYTES = 200;
    private static final Set<String> DEVICES = Set.of("con", "prn", "aux", "nul");

    private Label() {}

    /** @throws Problem 422 BAD_NAME */
    static String check(String field, String name) {
        String rule = fault(name);
        if (rule != null) {
            throw Problem.invalid(
                    "BAD_NAME",
                    field,
                    name.replaceAll("\\p{Cntrl}", "?"),
                    rule,
                    "use a plain file name, for example report.json");
        }
        return name;
    }

    private static @Nullable String fault(String name) {
        if (name.isBlank() || name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return "must have 1 to " + MAX_BYTES + " bytes of UTF-8";
        }
        if (name.codePoints().anyMatch(Label::hidden)) {
            return "must be printable";
        }
        if (name.matches(".*[/\\\\%;:*?\"<>|].*")) {
            return "must not hold / \\ % ; : * ? \" < > |";
        }
        char first = name.charAt(0);
        char last = name.charAt(name.length() - 1);
        if (first == '.' || first == '-' || first == ' ' || last == '.' || last == ' ') {
            return "must not begin with a dot, a dash or a space, nor end with a dot or a space";
        }
        String stem = name.split("\\.", 2)[0].toLowerCase(Locale.ROOT);
        return DEVICES.contains(stem) || stem.matches("(com|lpt)\\d") ? "is the name of a device on Windows" : null;
    }

    private static boolean hidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
