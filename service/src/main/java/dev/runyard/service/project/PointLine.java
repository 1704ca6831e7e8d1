package dev.runyard.service.project;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A line of an export with points of one metric of one run. Numbers stay the text that they were, digit for digit, a zero's sign
 * included; of a large project these lines are nearly all, and no tree is made of them.
 *
 * @param supersededBy the attempt that overtook them; {@link #NONE} where they count
 * @param epochs with {@link #NONE} where none was told; as long as the three before
 */
record PointLine(
        UUID run,
        String key,
        String attempt,
        String supersededBy,
        List<String> steps,
        List<String> times,
        List<String> values,
        List<String> epochs) {
    /** As {@code copy} reads null. */
    private static final String NONE = "\\N";

    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    /** What a line of the export begins with where it has points. */
    static final String PREFIX = "{\"table\":\"" + Part.POINTS + "\"";

    /** @throws IOException with what is wrong with it, to follow "line N" */
    static PointLine read(String text) throws IOException {
        try (JsonParser in = Json.mapper().createParser(text)) {
            in.nextToken();
            PointLine line = null;
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                boolean row = in.currentName().equals("row");
                if (in.nextToken() == JsonToken.START_OBJECT && row) {
                    line = row(in);
                } else {
                    in.skipChildren();
                }
            }
            if (line == null) {
                throw new IOException("has no row");
            }
            return line;
        }
    }

    private static PointLine row(JsonParser in) throws IOException {
        UUID run = null;
        String key = null;
        String attempt = null;
        String supersededBy = NONE;
        List<String> steps = List.of();
        List<String> times = List.of();
        List<String> values = List.of();
        List<String> epochs = List.of();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String field = in.currentName();
            in.nextToken();
            switch (field) {
                case "run_id" -> run = run(in);
                case "key" -> key = in.currentToken() == JsonToken.VALUE_STRING ? in.getText() : null;
                case "attempt" -> attempt = whole(in);
                case "superseded_by" -> supersededBy = in.currentToken() == JsonToken.VALUE_NULL ? NONE : whole(in);
                case "step" -> steps = all(in, PointLine::whole);
                case "time" -> times = all(in, PointLine::whole);
                case "value" -> values = all(in, PointLine::number);
                case "epoch" -> epochs = all(in, at -> at.currentToken() == JsonToken.VALUE_NULL ? NONE : number(at));
                default -> in.skipChildren();
            }
        }
        if (run == null || key == null || attempt == null) {
            throw new IOException("has points without run_id, key or attempt");
        }
        if (times.size() != steps.size() || values.size() != steps.size() || epochs.size() != steps.size()) {
            throw new IOException("has not as many steps as times, values and epochs");
        }
        return new PointLine(run, key, attempt, supersededBy, steps, times, values, epochs);
    }

    /** Adds its rows as {@code copy metric_point (run_id, key_id, attempt, superseded_by, step, time, value, epoch)} reads them. */
    void copyTo(StringBuilder rows, int keyId) {
        String of = run + "\t" + keyId + "\t" + attempt + "\t" + supersededBy + "\t";
        for (int i = 0; i < steps.size(); i++) {
            rows.append(of)
                    .append(steps.get(i))
                    .append('\t')
                    .append(times.get(i))
                    .append('\t')
                    .append(values.get(i))
                    .append('\t')
                    .append(epochs.get(i))
                    .append('\n');
        }
    }

    @FunctionalInterface
    private interface Value<T> {
        T of(JsonParser at) throws IOException;
    }

    private static <T> List<T> all(JsonParser in, Value<T> value) throws IOException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw new IOException("has no list of " + in.currentName());
        }
        List<T> all = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            all.add(value.of(in));
        }
        return all;
    }

    private static UUID run(JsonParser in) throws IOException {
        try {
            return UUID.fromString(in.getText());
        } catch (IllegalArgumentException e) {
            throw new IOException("has no id in run_id", e);
        }
    }

    private static String whole(JsonParser in) throws IOException {
        if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new IOException("has a value that is no whole number: " + in.getText());
        }
        return in.getText();
    }

    private static String number(JsonParser in) throws IOException {
        boolean number =
                Set.of(JsonToken.VALUE_NUMBER_INT, JsonToken.VALUE_NUMBER_FLOAT).contains(in.currentToken())
                        || in.currentToken() == JsonToken.VALUE_STRING && NOT_FINITE.contains(in.getText());
        if (!number) {
            throw new IOException("has a value that is no number: " + in.getText());
        }
        return in.getText();
    }
}
