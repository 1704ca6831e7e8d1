package dev.runyard.spec.space;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a constraint says: arithmetic over dotted paths that is true or false, for example
 * {@code method.prompts * method.librarySize <= 65536}. Parsed by hand, so that no text of a person is ever code.
 *
 * <pre>
 * or      = and {"or" and}          and   = not {"and" not}       not   = "not" not | order
 * order   = sum [("<=" | "<" | ">=" | ">" | "==" | "!=") sum]
 * sum     = product {("+" | "-") product}                         product = power {("*" | "/" | "%") power}
 * power   = "-" power | primary ["^" power]
 * primary = number | 'text' | path | true | false | (min | max)(or, or) | (abs | sqrt | log | log2 | log10 | exp | floor | ceil)(or) | (or)
 * </pre>
 */
public final class Expression {
    /** Longest text. */
    public static final int LENGTH = 1_000;

    private static final int DEPTH = 60;
    private static final Set<String> ONE = Set.of("abs", "sqrt", "log", "log2", "log10", "exp", "floor", "ceil");
    private static final Set<String> TWO = Set.of("min", "max");
    private static final List<String> ORDERS = List.of("<=", ">=", "==", "!=", "<", ">");

    private final String text;
    private final Node root;
    private final Set<String> paths;

    private Expression(String text, Node root, Set<String> paths) {
        this.text = text;
        this.root = root;
        this.paths = paths;
    }

    /** A part of it. Its value is a Double, a String, a Boolean, or null where a path has none. */
    private interface Node {
        @Nullable
        Object of(Map<String, JsonNode> values);
    }

    /** @throws InvalidSpec BAD_EXPRESSION with the place, counted from 1 */
    public static Expression parse(String text) {
        return new Parser(text).whole();
    }

    /** The paths it speaks of. */
    public Set<String> paths() {
        return paths;
    }

    /**
     * Whether the values satisfy it. What depends on a path without a value says nothing, and so holds: a condition on an axis that is not
     * there at a point does not keep the point out.
     *
     * @throws InvalidSpec BAD_EXPRESSION where it reckons with what is no number, or is itself no condition
     */
    public boolean holds(Map<String, JsonNode> values) {
        Object value = root.of(values);
        if (value == null) {
            return true;
        }
        if (value instanceof Boolean truth) {
            return truth;
        }
        throw bad(text, "comes to " + value + ", which is neither true nor false", "compare it: " + text + " <= 1");
    }

    @Override
    public String toString() {
        return text;
    }

    private static InvalidSpec bad(String text, String rule, @Nullable String remedy) {
        return new InvalidSpec("BAD_EXPRESSION", "", text, rule, remedy);
    }

    private static final class Parser {
        private final String text;
        private final Set<String> paths = new TreeSet<>();
        private int at;
        private int depth;

        Parser(String text) {
            this.text = text;
        }

        Expression whole() {
            if (text.length() > LENGTH) {
                throw bad(text.substring(0, 40) + "…", "is longer than " + LENGTH + " characters", null);
            }
            Node root = or();
            space();
            if (at < text.length()) {
                throw here("goes on where it should end");
            }
            return new Expression(text, root, Collections.unmodifiableSet(paths));
        }

        private Node or() {
            if (++depth > DEPTH) {
                throw here("is nested more than " + DEPTH + " deep");
            }
            Node left = and();
            while (word("or")) {
                Node a = left;
                Node b = and();
                left = values -> either(truth(a.of(values)), truth(b.of(values)), true);
            }
            depth--;
            return left;
        }

        private Node and() {
            Node left = not();
            while (word("and")) {
                Node a = left;
                Node b = not();
                left = values -> either(truth(a.of(values)), truth(b.of(values)), false);
            }
            return left;
        }

        private Node not() {
            int times = 0;
            while (word("not")) {
                times++;
            }
            Node one = order();
            if (times == 0) {
                return one;
            }
            boolean turned = times % 2 == 1;
            return values -> {
                Boolean truth = truth(one.of(values));
                return truth == null ? null : truth != turned;
            };
        }

        private Node order() {
            Node left = sum();
            for (String sign : ORDERS) {
                if (sign(sign)) {
                    Node right = sum();
                    return values -> compare(sign, left.of(values), right.of(values));
                }
            }
            return left;
        }

        private Node sum() {
            Node left = product();
            while (true) {
                if (sign("+")) {
                    left = reckon(left, product(), Double::sum);
                } else if (sign("-")) {
                    left = reckon(left, product(), (a, b) -> a - b);
                } else {
                    return left;
                }
            }
        }

        private Node product() {
            Node left = power();
            while (true) {
                if (sign("*")) {
                    left = reckon(left, power(), (a, b) -> a * b);
                } else if (sign("/")) {
                    left = reckon(left, power(), (a, b) -> a / b);
                } else if (sign("%")) {
                    left = reckon(left, power(), (a, b) -> a % b);
                } else {
                    return left;
                }
            }
        }

        private Node power() {
            if (++depth > DEPTH) {
                throw here("is nested more than " + DEPTH + " deep");
            }
            Node out;
            if (sign("-")) {
                Node one = power();
                out = reckon(one, one, (a, b) -> -a);
            } else {
                Node base = primary();
                out = sign("^") ? reckon(base, power(), StrictMath::pow) : base;
            }
            depth--;
            return out;
        }

        private Node primary() {
            space();
            if (sign("(")) {
                Node inner = or();
                close();
                return inner;
            }
            char c = at < text.length() ? text.charAt(at) : '\0';
            if (c == '\'' || c == '"') {
                int end = text.indexOf(c, at + 1);
                if (end < 0) {
                    throw here("has a text that does not end");
                }
                String value = text.substring(at + 1, end);
                at = end + 1;
                return values -> value;
            }
            if (Character.isDigit(c) || c == '.') {
                return number();
            }
            if (Character.isLetter(c)) {
                return named();
            }
            throw here("lacks a number, a text or a path");
        }

        private Node number() {
            int from = at;
            while (at < text.length()
                    && (Character.isLetterOrDigit(text.charAt(at))
                            || text.charAt(at) == '.'
                            || "+-".indexOf(text.charAt(at)) >= 0
                                    && (text.charAt(at - 1) == 'e' || text.charAt(at - 1) == 'E'))) {
                at++;
            }
            String digits = text.substring(from, at);
            if (!digits.matches("(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?")) {
                at = from;
                throw here("has " + digits + ", which is no number");
            }
            Double value = Double.valueOf(digits);
            return values -> value;
        }

        private Node named() {
            int from = at;
            while (at < text.length()
                    && (Character.isLetterOrDigit(text.charAt(at)) || "._".indexOf(text.charAt(at)) >= 0)) {
                at++;
            }
            String name = text.substring(from, at);
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.equals("true") || lower.equals("false")) {
                Boolean value = Boolean.valueOf(lower);
                return values -> value;
            }
            if (ONE.contains(name) && sign("(")) {
                Node inner = or();
                close();
                return reckon(inner, inner, (a, b) -> function(name, a));
            }
            if (TWO.contains(name) && sign("(")) {
                List<Node> inner = new ArrayList<>(List.of(or()));
                if (!sign(",")) {
                    throw here("lacks the second value of " + name);
                }
                inner.add(or());
                close();
                return reckon(inner.get(0), inner.get(1), name.equals("min") ? Math::min : Math::max);
            }
            paths.add(name);
            return values -> plain(values.get(name));
        }

        private Node reckon(Node left, Node right, DoubleBinaryOperator how) {
            return values -> {
                Object a = left.of(values);
                Object b = right.of(values);
                return a == null || b == null ? null : (Double) how.applyAsDouble(number(a), number(b));
            };
        }

        private double number(Object value) {
            if (value instanceof Double d) {
                return d;
            }
            throw bad(text, "reckons with " + value + ", which is no number", null);
        }

        private @Nullable Boolean truth(@Nullable Object value) {
            if (value == null || value instanceof Boolean) {
                return (Boolean) value;
            }
            throw bad(text, "takes " + value + " for true or false", "compare it with something");
        }

        private @Nullable Object compare(String sign, @Nullable Object a, @Nullable Object b) {
            if (a == null || b == null) {
                return null;
            }
            return switch (sign) {
                case "==" -> a.equals(b);
                case "!=" -> !a.equals(b);
                case "<=" -> number(a) <= number(b);
                case ">=" -> number(a) >= number(b);
                case "<" -> number(a) < number(b);
                default -> number(a) > number(b);
            };
        }

        private void close() {
            if (!sign(")")) {
                throw here("lacks a closing bracket");
            }
        }

        private boolean sign(String sign) {
            space();
            if (text.startsWith(sign, at)) {
                at += sign.length();
                return true;
            }
            return false;
        }

        private boolean word(String word) {
            space();
            int end = at + word.length();
            boolean found = text.startsWith(word, at)
                    && (end == text.length()
                            || !Character.isLetterOrDigit(text.charAt(end)) && "._".indexOf(text.charAt(end)) < 0);
            at = found ? end : at;
            return found;
        }

        private void space() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private InvalidSpec here(String rule) {
            return bad(
                    text, rule + ", at character " + (at + 1), "write for example: batchSize * method.prompts <= 4096");
        }
    }

    private static @Nullable Object either(@Nullable Boolean a, @Nullable Boolean b, boolean decides) {
        if (a != null && a == decides || b != null && b == decides) {
            return decides;
        }
        return a == null || b == null ? null : (Object) !decides;
    }

    private static double function(String name, double x) {
        return switch (name) {
            case "abs" -> Math.abs(x);
            case "sqrt" -> Math.sqrt(x);
            case "log" -> StrictMath.log(x);
            case "log2" -> StrictMath.log(x) / StrictMath.log(2);
            case "log10" -> StrictMath.log10(x);
            case "exp" -> StrictMath.exp(x);
            case "floor" -> Math.floor(x);
            default -> Math.ceil(x);
        };
    }

    private static @Nullable Object plain(@Nullable JsonNode value) {
        if (value == null || value.isMissingNode()) {
            return null;
        }
        if (value.isNumber()) {
            return value.doubleValue();
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return value.isTextual() ? value.textValue() : value.toString();
    }
}
