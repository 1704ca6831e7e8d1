package dev.runyard.service.run.list;

import dev.runyard.service.http.Problem;
import java.util.List;
import java.util.function.Function;

/**
 * What {@code filter=} means: comparisons of a {@link RunField} with values, joined by {@code and}, {@code or}, {@code not} and
 * parentheses. {@code ~} is "contains" without regard to case, {@code =~} and {@code !~} a regular expression of Postgres,
 * {@code like} and {@code ilike} its patterns; {@code in (…)}, {@code is null}. A word or quoted text that stands alone is part of the
 * name. A value is a number, true, false, a quoted text or one word; a field with spaces stands in back-quotes, or its key in quotes. All
 * that MLflow's search takes is taken, with its names ({@link TrackedField}). Small on purpose: at
 * most {@value #TERMS} comparisons, {@value #DEPTH} parentheses deep.
 */
public sealed interface RunFilter {
    int TERMS = 64;
    int DEPTH = 32;
    int LENGTH = 12_000;

    /** Most values of one list. */
    int VALUES = 500;

    /** Longest regular expression or pattern. */
    int PATTERN = 200;

    record And(List<RunFilter> parts) implements RunFilter {}

    record Or(List<RunFilter> parts) implements RunFilter {}

    record Not(RunFilter part) implements RunFilter {}

    record Compare(RunField field, Comparison how, Value value) implements RunFilter {}

    /** One of several values, or with {@code no} none of them. */
    record OneOf(RunField field, List<Value> values, boolean no) implements RunFilter {}

    /** Whether the run has no value there. */
    record Missing(RunField field, boolean no) implements RunFilter {}

    /** @param quoted whether it is meant as a text, whatever it looks like */
    record Value(String text, boolean quoted) {}

    /** How a field is held against a value. */
    enum Comparison {
        EQUAL("="),
        UNEQUAL("<>"),
        LESS("<"),
        AT_MOST("<="),
        MORE(">"),
        AT_LEAST(">="),
        CONTAINS("~"),
        MATCHES("~"),
        MATCHES_NOT("!~"),
        LIKE("like"),
        LIKE_NOT("not like"),
        ILIKE("ilike"),
        ILIKE_NOT("not ilike");

        final String sql;

        Comparison(String sql) {
            this.sql = sql;
        }

        boolean equality() {
            return this == EQUAL || this == UNEQUAL;
        }

        boolean order() {
            return this == LESS || this == AT_MOST || this == MORE || this == AT_LEAST;
        }

        /** Of texts alone. */
        boolean pattern() {
            return !equality() && !order();
        }
    }

    /** @throws Problem 422 BAD_FILTER with the position of what was not understood */
    static RunFilter parse(String text) {
        return parse(text, field -> RunField.parse("filter", field));
    }

    /**
     * The same grammar over other fields.
     *
     * @param fields what a field's text means; throws for one that it does not know
     */
    static RunFilter parse(String text, Function<String, RunField> fields) {
        if (text.length() > LENGTH) {
            throw Problem.invalid(
                    "BAD_FILTER",
                    "filter",
                    text.substring(0, 40) + "…",
                    "must have at most " + LENGTH + " characters",
                    null);
        }
        return new FilterParser(text, fields).whole();
    }
}
