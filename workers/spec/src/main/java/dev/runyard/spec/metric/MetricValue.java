package dev.runyard.spec.metric;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.runyard.spec.InvalidSpec;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A metric's value in JSON: a number, or one of "NaN", "Infinity", "-Infinity". A number too large for a double is refused, not
 * taken for infinity; null, "" and "1.5" are refused, not taken for a number.
 */
final class MetricValue extends StdDeserializer<Double> {
    private static final long serialVersionUID = 1L;
    private static final String RULE = "must be a number, \"NaN\", \"Infinity\" or \"-Infinity\"";

    MetricValue() {
        super(double.class);
    }

    @Override
    public Double deserialize(JsonParser p, DeserializationContext context) throws IOException {
        JsonToken token = p.currentToken();
        if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
            double value = p.getDoubleValue();
            if (!Double.isFinite(value)) {
                throw refused(
                        context,
                        new InvalidSpec(
                                "NOT_FINITE",
                                "",
                                value,
                                "is too large for a double",
                                "send \"Infinity\" or \"-Infinity\" if that is meant"));
            }
            return value;
        }
        if (token == JsonToken.VALUE_STRING) {
            switch (p.getText()) {
                case "NaN" -> {
                    return Double.NaN;
                }
                case "Infinity" -> {
                    return Double.POSITIVE_INFINITY;
                }
                case "-Infinity" -> {
                    return Double.NEGATIVE_INFINITY;
                }
                default -> throw refused(context, new InvalidSpec("WRONG_TYPE", "", p.getText(), RULE, null));
            }
        }
        throw refused(
                context, new InvalidSpec("WRONG_TYPE", "", p.currentToken().asString(), RULE, null));
    }

    @Override
    public Double getNullValue(DeserializationContext context) throws JsonMappingException {
        throw refused(context, new InvalidSpec("WRONG_TYPE", "", null, RULE, null));
    }

    @Override
    public @Nullable Object getAbsentValue(DeserializationContext context) throws JsonMappingException {
        throw refused(context, new InvalidSpec("MISSING_FIELD", "", null, "is required", RULE));
    }

    private static JsonMappingException refused(DeserializationContext context, InvalidSpec cause) {
        return JsonMappingException.from(context, cause.getMessage(), cause);
    }
}
