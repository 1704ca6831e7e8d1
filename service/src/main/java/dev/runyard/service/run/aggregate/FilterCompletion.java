package dev.runyard.service.run.aggregate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.metric.Goal;
import dev.runyard.service.run.list.RunField;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How a filter may go on where somebody types.
 *
 * @param from first character that a choice takes the place of
 * @param to behind the last one
 * @param choices what begins with the typed first, then what holds it
 */
public record FilterCompletion(int from, int to, List<Choice> choices) {
    private static final int MOST = 30;

    private static final Map<String, String> OPERATORS = Map.ofEntries(
            Map.entry("=", "equal"),
            Map.entry("!=", "not equal"),
            Map.entry("<", "less"),
            Map.entry("<=", "at most"),
            Map.entry(">", "more"),
            Map.entry(">=", "at least"),
            Map.entry("~", "contains"),
            Map.entry("=~", "regular expression"),
            Map.entry("!~", "no match of a regular expression"),
            Map.entry("in (", "one of"),
            Map.entry("not in (", "none of"),
            Map.entry("is null", "has none"),
            Map.entry("is not null", "has one"),
            Map.entry("like", "pattern with % and _"));

    /** What stands where somebody types. */
    public enum Kind {
        @JsonProperty("field")
        FIELD,
        @JsonProperty("value")
        VALUE,
        @JsonProperty("operator")
        OPERATOR
    }

    /** @param hint what it is, in a few words */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "FilterChoice")
    public record Choice(String text, Kind kind, @Nullable String hint) {}

    private enum Expected {
        FIELD,
        OPERATOR,
        VALUE,
        JOIN
    }

    /**
     * @param text the filter as far as it is typed; it need not make sense
     * @param at where the cursor is
     */
    static FilterCompletion of(String text, int at, KeysView keys) {
        Reading reading = new Reading(text.substring(0, at));
        reading.read();
        String typed = text.substring(reading.begun, at);
        int to = at;
        while (to < text.length()
                && !Character.isWhitespace(text.charAt(to))
                && "()<>=~!,".indexOf(text.charAt(to)) < 0) {
            to++;
        }
        List<Choice> all =
                switch (reading.expected) {
                    case FIELD -> fields(keys);
                    case OPERATOR -> operators();
                    case VALUE -> reading.field == null ? List.of() : values(reading.field, keys);
                    case JOIN ->
                        List.of(
                                new Choice("and", Kind.OPERATOR, "both"),
                                new Choice("or", Kind.OPERATOR, "one of the two"));
                };
        String wanted = typed.replaceAll("^['\"`]", "").toLowerCase(Locale.ROOT);
        List<Choice> fitting = all.stream()
                .filter(choice -> bare(choice).contains(wanted))
                .sorted(Comparator.comparing(choice -> !bare(choice).startsWith(wanted)))
                .limit(MOST)
                .toList();
        return new FilterCompletion(reading.begun, Math.max(to, at), fitting);
    }

    private static String bare(Choice choice) {
        return choice.text().replaceAll("^['`]|['`]$", "").toLowerCase(Locale.ROOT);
    }

    private static List<Choice> fields(KeysView keys) {
        List<Choice> fields = new ArrayList<>();
        keys.params()
                .forEach(param -> fields.add(new Choice(
                        name("params." + param.key()),
                        Kind.FIELD,
                        param.varies() ? param.distinct() + " values" : "the same everywhere")));
        keys.metrics().forEach(metric -> {
            String name = "metrics." + metric.key();
            fields.add(new Choice(name(name), Kind.FIELD, "last value"));
            if (metric.goal() != null) {
                fields.add(
                        new Choice(name(name + ".best"), Kind.FIELD, metric.goal() == Goal.MIN ? "least" : "greatest"));
            }
        });
        keys.tags().forEach(tag -> fields.add(new Choice(name("tags." + tag.key()), Kind.FIELD, "tag")));
        new TreeSet<>(RunField.COLUMNS.keySet()).forEach(column -> fields.add(new Choice(column, Kind.FIELD, null)));
        return fields;
    }

    private static List<Choice> operators() {
        return OPERATORS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(
                        Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder())))
                .map(e -> new Choice(e.getKey(), Kind.OPERATOR, e.getValue()))
                .toList();
    }

    private static List<Choice> values(String field, KeysView keys) {
        if (field.startsWith("params.")) {
            return keys.params().stream()
                    .filter(param -> field.equals("params." + param.key()))
                    .flatMap(param -> param.values().stream())
                    .map(value -> new Choice(spelled(value), Kind.VALUE, null))
                    .toList();
        }
        List<String> words =
                switch (field) {
                    case "state" ->
                        Arrays.stream(RunState.values()).map(Enum::name).toList();
                    case "reason" ->
                        Arrays.stream(FailureReason.values()).map(Enum::name).toList();
                    case "starred", "pinned", "archived", "silent" -> List.of("true", "false");
                    default -> List.of();
                };
        return words.stream().map(word -> new Choice(word, Kind.VALUE, null)).toList();
    }

    private static String name(String field) {
        return RunGroups.named(field);
    }

    private static String spelled(JsonNode value) {
        String equal = RunGroups.equal("x", value);
        return equal.substring("x = ".length());
    }

    /** Goes through what is typed and knows what is expected at its end. */
    private static final class Reading {
        private final String text;
        private int at;
        int begun;
        Expected expected = Expected.FIELD;

        @Nullable
        String field;

        Reading(String text) {
            this.text = text;
        }

        void read() {
            while (true) {
                while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                    at++;
                }
                begun = at;
                if (at == text.length()) {
                    return;
                }
                Expected before = expected;
                String token = token();
                // The word that is being typed is not read yet: it is what the choices are for.
                if (at == text.length() && !token.equals("(") && !token.equals(",") && !token.equals(")")) {
                    expected = before;
                    boolean sign = token.matches("[<>=!~]+");
                    if (sign) {
                        expected = Expected.OPERATOR;
                    }
                    return;
                }
                take(token);
            }
        }

        private String token() {
            char first = text.charAt(at);
            int start = at;
            if ("'\"`".indexOf(first) >= 0) {
                for (at++; at < text.length(); at++) {
                    if (text.charAt(at) == '\\') {
                        at++;
                    } else if (text.charAt(at) == first) {
                        at++;
                        break;
                    }
                }
                at = Math.min(at, text.length());
                return text.substring(start, at);
            }
            if ("(),".indexOf(first) >= 0) {
                at++;
                return text.substring(start, at);
            }
            boolean sign = "<>=!~".indexOf(first) >= 0;
            while (at < text.length()
                    && !Character.isWhitespace(text.charAt(at))
                    && "(),'\"`".indexOf(text.charAt(at)) < 0
                    && ("<>=!~".indexOf(text.charAt(at)) >= 0) == sign) {
                at++;
            }
            if (text.substring(start, at).endsWith(".at") && at < text.length() && text.charAt(at) == '(') {
                int end = text.indexOf(')', at);
                at = end < 0 ? text.length() : end + 1;
            }
            return text.substring(start, at);
        }

        private void take(String token) {
            String word = token.toLowerCase(Locale.ROOT);
            if (word.equals("and") || word.equals("or") || (word.equals("not") && expected == Expected.FIELD)) {
                expected = Expected.FIELD;
            } else if (token.equals("(")) {
                expected = expected == Expected.OPERATOR ? Expected.VALUE : expected;
            } else if (token.equals(",")) {
                expected = Expected.VALUE;
            } else if (token.equals(")")) {
                expected = Expected.JOIN;
            } else if (expected == Expected.FIELD) {
                field = token.startsWith("`") ? token.replaceAll("^`|`$", "") : token;
                expected = Expected.OPERATOR;
            } else if (expected == Expected.OPERATOR) {
                boolean more = word.equals("not") || word.equals("is") || word.equals("in");
                expected = word.equals("null") ? Expected.JOIN : more ? Expected.OPERATOR : Expected.VALUE;
            } else {
                expected = Expected.JOIN;
            }
        }
    }
}
