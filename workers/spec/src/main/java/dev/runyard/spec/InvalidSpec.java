package dev.runyard.spec;

import org.jspecify.annotations.Nullable;

/**
 * A value that breaks a rule. Names the field (dotted path), the value, the rule and what to do instead; the service answers
 * 422 with these four, the command line prints them on one line.
 */
public final class InvalidSpec extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final String field;
    private final String rule;
    private final @Nullable String remedy;
    private final String value;

    public InvalidSpec(String code, String field, @Nullable Object value, String rule, @Nullable String remedy) {
        super(sentence(field, shown(value), rule, remedy));
        this.code = code;
        this.field = field;
        this.rule = rule;
        this.remedy = remedy;
        this.value = shown(value);
    }

    /** A stable upper-case word, for example OUT_OF_RANGE, NOT_FINITE, UNKNOWN_FIELD, UNKNOWN_VALUE, SWEEP_TOO_LARGE. */
    public String code() {
        return code;
    }

    public String field() {
        return field;
    }

    public String value() {
        return value;
    }

    public String rule() {
        return rule;
    }

    public @Nullable String remedy() {
        return remedy;
    }

    /** The same fault one level further out: field {@code prompts} inside {@code method} is {@code method.prompts}. */
    public InvalidSpec within(String outer) {
        if (outer.isEmpty()) {
            return this;
        }
        String joint = field.isEmpty() || field.startsWith("[") ? "" : ".";
        InvalidSpec moved = new InvalidSpec(code, outer + joint + field, rule, remedy, new Shown(value));
        moved.initCause(this);
        return moved;
    }

    /** The same fault with one more hint. */
    public InvalidSpec and(String hint) {
        InvalidSpec more =
                new InvalidSpec(code, field, rule, remedy == null ? hint : remedy + "; " + hint, new Shown(value));
        more.initCause(this);
        return more;
    }

    private InvalidSpec(String code, String field, String rule, @Nullable String remedy, Shown shown) {
        super(sentence(field, shown.text, rule, remedy));
        this.code = code;
        this.field = field;
        this.rule = rule;
        this.remedy = remedy;
        this.value = shown.text;
    }

    private static String sentence(String field, String value, String rule, @Nullable String remedy) {
        return (field.isEmpty() ? "" : field + ": ") + value + " " + rule + (remedy == null ? "" : "; " + remedy);
    }

    /** A value already made fit for a message. */
    private record Shown(String text) {}

    private static String shown(@Nullable Object value) {
        if (value instanceof String s) {
            String cut = s.length() > 80 ? s.substring(0, 80) + "…" : s;
            return "\"" + cut + "\"";
        }
        String text = String.valueOf(value);
        return text.length() > 160 ? text.substring(0, 160) + "…" : text;
    }
}
