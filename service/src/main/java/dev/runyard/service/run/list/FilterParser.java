package dev.runyard.service.run.list;

import dev.runyard.service.http.Problem;
import dev.runyard.service.run.list.RunFilter.Comparison;
import dev.runyard.service.run.list.RunFilter.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a {@link RunFilter} by recursive descent; the depth is bounded before the stack is. */
final class FilterParser {
    private static final RunField NAME = RunField.parse("filter", "name");

    /** The names before a key in quotes: metrics.`a b`, tags."x". */
    private static final Pattern ENTITY = Pattern.compile("[a-z]+\\.");

    private final String text;
    private final Function<String, RunField> fields;
    private int at;
    private int depth;
    private int terms;

    /** @param fields what a field's text means */
    FilterParser(String text, Function<String, RunField> fields) {
        this.text = text;
        this.fields = fields;
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
        return parts.size() == 1 ? parts.get(0) : new RunFilter.Or(List.copyOf(parts));
    }

    private RunFilter both() {
        List<RunFilter> parts = new ArrayList<>(List.of(one()));
        while (word("and")) {
            parts.add(one());
        }
        return parts.size() == 1 ? parts.get(0) : new RunFilter.And(List.copyOf(parts));
    }

    private RunFilter one() {
        boolean no = word("not");
        boolean open = next('(');
        if (!no && !open) {
            return compare();
        }
        if (++depth > RunFilter.DEPTH) {
            throw wrong("nested more than " + RunFilter.DEPTH + " deep");
        }
        RunFilter inside;
        if (open) {
            at++;
            inside = either();
            close();
        } else {
            inside = one();
        }
        depth--;
        return no ? new RunFilter.Not(inside) : inside;
    }

    private RunFilter compare() {
        term();
        space();
        int start = at;
        if (next('\'') || next('"')) {
            return named(start, quoted(text.charAt(at)));
        }
        boolean ticked = next('`');
        RunField literal = ticked ? null : keyInQuotes();
        String written = literal != null ? "" : ticked ? quoted('`') : field();
        if (!ticked && literal == null && (written.isEmpty() || !compared())) {
            at = start;
            String word = bare();
            if (word.isEmpty() || "<>=!~".indexOf(word.charAt(0)) >= 0) {
                throw wrong("expected a field");
            }
            return named(start, word);
        }
        RunField field = literal != null ? literal : fields.apply(written);
        if (word("is")) {
            boolean no = word("not");
            if (!word("null")) {
                throw wrong("expected null");
            }
            return new RunFilter.Missing(field, no);
        }
        boolean no = word("not");
        if (word("in")) {
            return oneOf(field, no);
        }
        Comparison how = no ? pattern(true) : comparison();
        int place = space();
        RunFilter.Compare read = new RunFilter.Compare(field, how, value());
        if (!RunQuery.fits(read)) {
            at = place;
            throw wrong("the value does not fit the field or the comparison");
        }
        return read;
    }

    /** Whether something that compares follows, so that what stands before it is a field. */
    private boolean compared() {
        int before = at;
        boolean follows = sign() != null
                || word("is")
                || word("in")
                || word("like")
                || word("ilike")
                || (word("not") && (word("in") || word("like") || word("ilike")));
        at = before;
        return follows;
    }

    private RunFilter named(int start, String part) {
        RunFilter.Compare read = new RunFilter.Compare(NAME, Comparison.CONTAINS, new Value(part, true));
        if (!RunQuery.fits(read)) {
            at = start;
            throw wrong("no name holds such a character");
        }
        return read;
    }

    private RunFilter oneOf(RunField field, boolean no) {
        if (!next('(')) {
            throw wrong("expected (");
        }
        List<Value> values = new ArrayList<>();
        do {
            at++;
            int place = space();
            values.add(value());
            if (!RunQuery.fits(new RunFilter.Compare(field, Comparison.EQUAL, values.get(values.size() - 1)))) {
                at = place;
                throw wrong("the value does not fit the field");
            }
            if (values.size() > RunFilter.VALUES) {
                throw wrong("more than " + RunFilter.VALUES + " values");
            }
        } while (next(','));
        close();
        return new RunFilter.OneOf(field, List.copyOf(values), no);
    }

    private void term() {
        if (++terms > RunFilter.TERMS) {
            throw wrong("more than " + RunFilter.TERMS + " comparisons");
        }
    }

    private void close() {
        if (!next(')')) {
            throw wrong("expected )");
        }
        at++;
    }

    /** A key in quotes behind its kind, as MLflow writes one with blanks or signs; null where there is none. */
    private @Nullable RunField keyInQuotes() {
        Matcher entity = ENTITY.matcher(text).region(at, text.length());
        if (!entity.lookingAt() || entity.end() >= text.length() || "`\"".indexOf(text.charAt(entity.end())) < 0) {
            return null;
        }
        int start = at;
        at = entity.end();
        String key = quoted(text.charAt(at));
        RunField field = TrackedField.of(text.substring(start, entity.end() - 1), key, true);
        if (field == null) {
            at = start;
            throw wrong("no field is named so");
        }
        return field;
    }

    /** Letters, digits and a few signs; also the parentheses of {@code .at(…)}. */
    private String field() {
        int start = at;
        while (at < text.length()
                && ("_./:@-".indexOf(text.charAt(at)) >= 0 || Character.isLetterOrDigit(text.charAt(at)))) {
            at++;
        }
        if (text.startsWith("metrics.", start) && text.substring(start, at).endsWith(".at") && next('(')) {
            int end = text.indexOf(')', at);
            if (end > 0) {
                at = end + 1;
            }
        }
        return text.substring(start, at);
    }

    private Comparison comparison() {
        Comparison sign = sign();
        return sign == null ? pattern(false) : sign;
    }

    private Comparison pattern(boolean no) {
        if (word("like")) {
            return no ? Comparison.LIKE_NOT : Comparison.LIKE;
        }
        if (word("ilike")) {
            return no ? Comparison.ILIKE_NOT : Comparison.ILIKE;
        }
        throw wrong(
                no
                        ? "expected in, like or ilike"
                        : "expected one of = != < <= > >= ~ =~ !~, in, not in, like, ilike, is null, is not null");
    }

    private @Nullable Comparison sign() {
        space();
        for (String sign : List.of("<=", ">=", "!=", "<>", "==", "=~", "!~", "=", "<", ">", "~")) {
            if (text.startsWith(sign, at)) {
                at += sign.length();
                return switch (sign) {
                    case "<=" -> Comparison.AT_MOST;
                    case ">=" -> Comparison.AT_LEAST;
                    case "!=", "<>" -> Comparison.UNEQUAL;
                    case "<" -> Comparison.LESS;
                    case ">" -> Comparison.MORE;
                    case "~" -> Comparison.CONTAINS;
                    case "=~" -> Comparison.MATCHES;
                    case "!~" -> Comparison.MATCHES_NOT;
                    default -> Comparison.EQUAL;
                };
            }
        }
        return null;
    }

    private Value value() {
        boolean quoted = next('\'') || next('"');
        String value = quoted ? quoted(text.charAt(at)) : bare();
        if (value.isEmpty() && !quoted) {
            throw wrong("expected a value");
        }
        return new Value(value, quoted);
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
                && "(),'\"`".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(start, at);
    }

    /** Whether the word stands here, as a word; it is passed then. */
    private boolean word(String wanted) {
        space();
        int end = at + wanted.length();
        boolean there = end <= text.length()
                && text.substring(at, end).toLowerCase(Locale.ROOT).equals(wanted)
                && (end == text.length()
                        || Character.isWhitespace(text.charAt(end))
                        || "()'\"".indexOf(text.charAt(end)) >= 0);
        if (there) {
            at = end;
        }
        return there;
    }

    private boolean next(char c) {
        space();
        return at < text.length() && text.charAt(at) == c;
    }

    private int space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private Problem wrong(String what) {
        return Problem.invalid(
                        "BAD_FILTER",
                        "filter",
                        text,
                        "cannot be read at position " + (at + 1) + ": " + what,
                        "write for example: metrics.val/top1 >= 80 and name ~ pgn")
                .at(at);
    }
}
