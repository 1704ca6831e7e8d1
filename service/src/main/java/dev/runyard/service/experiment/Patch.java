package dev.runyard.service.experiment;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Names;
import org.jspecify.annotations.Nullable;

/**
 * What is to change; what is left out stays.
 *
 * @param tags texts, numbers, true or false by name, kept as texts; null takes a tag away, and tags that are not named stay
 * @param pinned all files stay, and it is not deleted; of runs
 * @param priority in [-100, 100]; of runs and sweeps
 * @param experiment the name of where it goes, made if it is new; of runs without a sweep, and of sweeps
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Patch(
        @Nullable String name,
        @Nullable ObjectNode tags,
        @Nullable Boolean starred,
        @Nullable Boolean pinned,
        @Nullable Boolean archived,
        @Nullable Integer priority,
        @Nullable String experiment) {
    private static final int TAGS = 50;
    private static final int LONGEST_KEY = 100;
    private static final int LONGEST_VALUE = 500;

    public Patch {
        if (name != null) {
            Given.label("name", name);
        }
        if (experiment != null) {
            Given.label("experiment", experiment);
        }
        if (priority != null && (priority < -100 || priority > 100)) {
            throw Problem.invalid("OUT_OF_RANGE", "priority", priority, "must lie in [-100, 100]", null);
        }
        tags = tags == null ? null : texts(tags);
    }

    /** Whether nothing is to change. */
    public boolean empty() {
        return name == null
                && tags == null
                && starred == null
                && pinned == null
                && archived == null
                && priority == null
                && experiment == null;
    }

    private static ObjectNode texts(ObjectNode tags) {
        if (tags.size() > TAGS) {
            throw Problem.invalid("OUT_OF_RANGE", "tags", tags.size(), "must be at most " + TAGS + " at once", null);
        }
        ObjectNode texts = tags.objectNode();
        tags.properties().forEach(e -> {
            String key = e.getKey();
            if (key.isBlank() || key.length() > LONGEST_KEY || !key.codePoints().allMatch(Names::printable)) {
                throw Problem.invalid(
                        "BAD_NAME",
                        "tags",
                        key,
                        "must have names of 1 to " + LONGEST_KEY + " printable characters",
                        null);
            }
            JsonNode value = e.getValue();
            if (value.isContainerNode() || value.asText().length() > LONGEST_VALUE) {
                throw Problem.invalid(
                        "WRONG_TYPE",
                        "tags." + key,
                        value,
                        "must be a text of at most " + LONGEST_VALUE + " characters, or null",
                        null);
            }
            if (value.isNull()) {
                texts.putNull(key);
            } else {
                texts.put(key, value.asText());
            }
        });
        return texts;
    }
}
