package dev.runyard.service.metric;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamReadException;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Names;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.metric.MetricBatch;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a metric request: {@code {"attempt": 3, "points": [{"key", "step", "epoch"?, "value", "time"}]}}. Stops at
 * the limits instead of reading on; never coerces: a null, an empty text or "1.5" is refused, only the texts "NaN", "Infinity"
 * and "-Infinity" stand for numbers, and only as {@code value}.
 */
final class MetricBatchReader {
    static final int MAX_BYTES = 1 << 20;
    private static final long MAX_STEP = 1L << 53;
    private static final List<String> BATCH_FIELDS = List.of("attempt", "points");
    private static final List<String> POINT_FIELDS = List.of("key", "step", "epoch", "value", "time");
    private static final int REQUIRED = 0b11011;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxNumberLength(100)
                    .maxStringLength(4_096)
                    .build())
            .build();

    private final JsonParser json;
    private final Map<String, String> checkedKeys = new HashMap<>();
    private @Nullable Long attempt;
    private int n;
    private String[] keys = new String[64];
    private long[] steps = new long[64];
    private double[] epochs = new double[64];
    private double[] values = new double[64];
    private long[] times = new long[64];

    private MetricBatchReader(JsonParser json) {
        this.json = json;
    }

    /**
     * @throws Problem 413 over 1 MiB or 1,000 points, 400 for what is not JSON
     * @throws InvalidSpec for a value that breaks a rule
     */
    static PointBatch read(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw Problem.tooLarge("A metric batch holds at most " + MAX_BYTES + " bytes.", MAX_BYTES);
        }
        try (JsonParser json = FACTORY.createParser(bytes)) {
            return new MetricBatchReader(json).batch();
        } catch (StreamReadException e) {
            JsonLocation at = e.getLocation();
            throw Problem.of(
                    400,
                    "BAD_JSON",
                    "The body is not JSON: "
                            + e.getOriginalMessage().lines().findFirst().orElse("")
                            + (at == null ? "." : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")."));
        }
    }

    private PointBatch batch() throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw wrong("body", "must be an object with attempt and points");
        }
        int seen = 0;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            int field = field("", json.currentName(), BATCH_FIELDS, seen);
            seen |= 1 << field;
            json.nextToken();
            if (field == 0) {
                attempt = integer("attempt", 1, Integer.MAX_VALUE);
            } else {
                points();
            }
        }
        if (json.nextToken() != null) {
            throw new JsonParseException(json, "something follows the body's last brace");
        }
        Long sender = attempt;
        if (sender == null) {
            throw missing("attempt");
        }
        if ((seen & 2) == 0) {
            throw missing("points");
        }
        return new PointBatch(sender, n, keys, steps, epochs, values, times);
    }

    private void points() throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw wrong("points", "must be a list");
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (n == MetricBatch.LIMIT) {
                throw Problem.tooLarge("A metric batch holds at most 1,000 points.", MetricBatch.LIMIT);
            }
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw wrong(at(""), "must be an object with key, step, value and time");
            }
            if (n == keys.length) {
                grow();
            }
            point();
            n++;
        }
    }

    private void point() throws IOException {
        int seen = 0;
        epochs[n] = Double.NaN;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            int field = field(at(""), json.currentName(), POINT_FIELDS, seen);
            seen |= 1 << field;
            json.nextToken();
            switch (field) {
                case 0 -> keys[n] = key();
                case 1 -> steps[n] = integer("step", 0, MAX_STEP);
                case 2 -> epochs[n] = epoch();
                case 3 -> values[n] = value();
                default -> times[n] = integer("time", Long.MIN_VALUE / 4, Long.MAX_VALUE / 4);
            }
        }
        if ((seen & REQUIRED) != REQUIRED) {
            throw missing(at(POINT_FIELDS.get(Integer.numberOfTrailingZeros(~seen & REQUIRED))));
        }
    }

    /** The position of a field name among those that exist. */
    private int field(String outer, String name, List<String> names, int seen) throws IOException {
        int i = names.indexOf(name);
        if (i < 0) {
            String path = outer.isEmpty() ? name : outer + "." + name;
            throw Nearest.unknown(path, name, names, "UNKNOWN_FIELD");
        }
        if ((seen & 1 << i) != 0) {
            throw new JsonParseException(json, "the field " + name + " stands twice in one object");
        }
        return i;
    }

    private String key() throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong(at("key"), "must be a text");
        }
        String raw = json.getText();
        String key = checkedKeys.get(raw);
        if (key == null) {
            key = Names.metric(at("key"), raw);
            checkedKeys.put(raw, key);
        }
        return key;
    }

    private long integer(String field, long min, long max) throws IOException {
        String path = field.equals("attempt") ? field : at(field);
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw wrong(path, "must be a whole number");
        }
        if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || json.getLongValue() < min
                || json.getLongValue() > max) {
            throw new InvalidSpec("OUT_OF_RANGE", path, json.getText(), "must lie in [" + min + ", " + max + "]", null);
        }
        return json.getLongValue();
    }

    private double epoch() throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return Double.NaN;
        }
        double epoch = number(at("epoch"));
        if (epoch < 0) {
            throw new InvalidSpec("OUT_OF_RANGE", at("epoch"), epoch, "must be >= 0", null);
        }
        return epoch;
    }

    private double value() throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            return number(at("value"));
        }
        return switch (json.getText()) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw wrong(at("value"), "must be a number or one of \"NaN\", \"Infinity\", \"-Infinity\"");
        };
    }

    private double number(String path) throws IOException {
        JsonToken token = json.currentToken();
        if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
            throw wrong(path, "must be a number");
        }
        double d = json.getDoubleValue();
        if (!Double.isFinite(d)) {
            throw new InvalidSpec(
                    "NOT_FINITE", path, json.getText(), "does not fit a double", "send \"Infinity\" if it is meant");
        }
        return d;
    }

    private String at(String field) {
        return "points[" + n + "]" + (field.isEmpty() ? "" : "." + field);
    }

    private InvalidSpec wrong(String path, String rule) throws IOException {
        JsonToken token = json.currentToken();
        Object shown = token == null || token.isStructStart() ? "{…}" : json.getText();
        if (token == JsonToken.VALUE_NULL) {
            shown = null;
        }
        return new InvalidSpec("WRONG_TYPE", path, shown, rule, null);
    }

    private static InvalidSpec missing(String path) {
        return new InvalidSpec("MISSING_FIELD", path, null, "is required", null);
    }

    private void grow() {
        int more = Math.min(MetricBatch.LIMIT, n * 4);
        keys = Arrays.copyOf(keys, more);
        steps = Arrays.copyOf(steps, more);
        epochs = Arrays.copyOf(epochs, more);
        values = Arrays.copyOf(values, more);
        times = Arrays.copyOf(times, more);
    }
}
