package dev.runyard.spec.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of fields as a table has them. */
final class Values {
    /** Where there is nothing. */
    static final String NONE = "–";

    private Values() {}

    /** Equal for equal values: 1, 1.0 and 1e0 are one. */
    static String key(JsonNode value) {
        return value.isNumber() ? value.decimalValue().stripTrailingZeros().toPlainString() : Json.canonical(value);
    }

    /** For people: a text without quotes, or what the definition calls it. */
    static String shown(@Nullable JsonNode value, Map<String, String> labels) {
        if (value == null || value.isNull() || value.isMissingNode()) {
            return NONE;
        }
        String text = value.isTextual() ? value.textValue() : key(value);
        return labels.getOrDefault(text, text);
    }

    static String number(double value, int decimals) {
        // Half up as people round, and never -0.0.
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
    }
}
