package dev.runyard.service.run;

import dev.runyard.service.http.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code filter=} means: comparisons of a {@link RunField} with a value, joined by {@code and}, {@code or}, {@code not} and
 * parentheses. {@code ~} is "contains", without regard to case. A value is a number, a quoted text or one word; a field with spaces
 * stands in back-quotes. Small on purpose: at most {@value #TERMS} comparisons, {@value #DEPTH} parentheses deep, no patterns.
 */
sealed interface RunFilter {
    int TERMS = 64;
    int DEPTH = 32;
    int LENGTH = 4_000;

    record And(List<RunFilter> parts) implements RunFilter {}

    record Or(List<RunFilter> parts) implements RunFilter {}

    record Not(RunFilter part) implements RunFilter {}

    record Compare(RunField field, Comparison how, String value, boolean quoted) implements RunFilter {}

    /** How a field is held against a value. */
    enum Comparison {
        EQUAL("="),
        UNEQUAL("<>"),
        LESS("<"),
        AT_MOST("<="),
        MORE(">"),
        AT_LEAST(">="),
        CONTAINS("~");

        final String sql;

        Comparison(String sql) {
            this.sql = sql;
        }
    }

    /** @throws Problem 422 BAD_FILTER with the position of what was not understood */
    static RunFilter parse(String text) {
        if (text.length() > LENGTH) {
            throw Problem.invalid(
                    "BAD_FILTER",
                    "filter",
                    text.substring(0, 40) + "…",
                    "must have at most " + LENGTH + " characters",
                    null);
        }
        return new Parser(text).whole();
    }

    /** Recursive descent; the depth is bounded before the stack is. */
    final class Parser {
        private final String text;
        private int at;
        private int depth;
        private int terms;

        private Parser(String text) {
            this.text = text;
        }

        RunFilter whole() {
            RunFilter read = either();
            space();
            if (at < text.length()) {
                throw wrong("expected and, or, or the end");
            }
            return read;
        }

        private RunFilter either() {
            List<RunFilter> parts = new ArrayList<>(List.of(both()));
            while (word("or")) {
                parts.add(both());
            }
            return parts.size() == 1 ? parts.get(0) : new Or(List.copyOf(parts));
        }

        private RunFilter both() {
            List<RunFilter> parts = new ArrayList<>(List.of(one()));
            while (word("and")) {
                parts.add(one());
            }
            return parts.size() == 1 ? parts.get(0) : new And(List.copyOf(parts));
        }

        private RunFilter one() {
            boolean no = word("not");
            space();
            boolean open = at < text.length() && text.charAt(at) == '(';
            if (!no && !open) {
                return compare();
            }
            if (++depth > DEPTH) {
                throw wrong("nested more than " + DEPTH + " deep");
            }
            RunFilter inside;
            if (open) {
                at++;
                inside = either();
                space();
                if (at >= text.length() || text.charAt(at) != ')') {
                    throw wrong("expected )");
                }
                at++;
            } else {
                inside = one();
            }
            depth--;
            return no ? new Not(inside) : inside;
        }

        private RunFilter compare() {
            if (++terms > TERMS) {
                throw wrong("more than " + TERMS + " comparisons");
            }
            RunField field = RunField.parse("filter", field());
            Comparison how = comparison();
            space();
            int start = at;
            boolean quoted = at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"');
            String value = quoted ? quoted(text.charAt(at)) : bare();
            if (value.isEmpty() && !quoted) {
                throw wrong("expected a value");
            }
            Compare read = new Compare(field, how, value, quoted);
            if (!RunQuery.fits(read)) {
                at = start;
                throw wrong("the value does not fit the field or the comparison");
            }
            return read;
        }

        private String field() {
            space();
            if (at < text.length() && text.charAt(at) == '`') {
                return quoted('`');
            }
            int start = at;
            while (at < text.length()
                    && ("_./:@-".indexOf(text.charAt(at)) >= 0 || Character.isLetterOrDigit(text.charAt(at)))) {
                at++;
            }
            if (at == start) {
                throw wrong("expected a field");
            }
            return text.substring(start, at);
        }

        private Comparison comparison() {
            space();
            for (String sign : List.of("<=", ">=", "!=", "<>", "==", "=", "<", ">", "~")) {
                if (text.startsWith(sign, at)) {
                    at += sign.length();
                    return switch (sign) {
                        case "<=" -> Comparison.AT_MOST;
                        case ">=" -> Comparison.AT_LEAST;
                        case "!=", "<>" -> Comparison.UNEQUAL;
                        case "<" -> Comparison.LESS;
                        case ">" -> Comparison.MORE;
                        case "~" -> Comparison.CONTAINS;
                        default -> Comparison.EQUAL;
                    };
                }
            }
            throw wrong("expected one of = != < <= > >= ~");
        }

        private String quoted(char quote) {
            StringBuilder read = new StringBuilder();
            for (at++; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '\\' && at + 1 < text.length()) {
                    read.append(text.charAt(++at));
                } else if (c == quote) {
                    at++;
                    return read.toString();
                } else {
                    read.append(c);
                }
            }
            throw wrong("the text is not closed by " + quote);
        }

        private String bare() {
            int start = at;
            while (at < text.length()
                    && !Character.isWhitespace(text.charAt(at))
                    && "()'\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }

        private boolean word(String wanted) {
            space();
            int end = at + wanted.length();
            boolean there = end <= text.length()
                    && text.substring(at, end).toLowerCase(Locale.ROOT).equals(wanted)
                    && (end == text.length() || Character.isWhitespace(text.charAt(end)) || text.charAt(end) == '(');
            if (there) {
                at = end;
            }
            return there;
        }

        private void space() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private Problem wrong(String what) {
            return Problem.invalid(
                    "BAD_FILTER",
                    "filter",
                    text,
                    "cannot be read at position " + (at + 1) + ": " + what,
                    "write for example: metrics.val/top1 >= 80 and name ~ pgn");
        }
    }
}
