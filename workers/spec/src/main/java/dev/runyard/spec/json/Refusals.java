package dev.runyard.spec.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Kind;
import dev.runyard.spec.Nearest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Turns what Jackson says into what a person can act on: path, value, rule, nearest choice. */
final class Refusals {
    /** Stands for a value that is not there, or not known here. */
    private enum Absent {
        NOTHING;

        @Override
        public String toString() {
            return "nothing";
        }
    }

    private static final List<Elsewhere> ELSEWHERE =
            ServiceLoader.load(Elsewhere.class, Elsewhere.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    private static final String TRAILING = "Trailing token";

    /** How the parser's messages begin, and what they mean. */
    private static final Map<String, String> FLAWS = Map.of(
            TRAILING,
            "more text follows the end",
            "Unexpected end-of-input",
            "the text ends too early",
            "Duplicate",
            "a key is given twice",
            "Unrecognized token",
            "a word that is neither true, false, null nor in quotes",
            "Unexpected character",
            "a character that does not belong here",
            "Illegal unquoted character",
            "a control character in a text",
            "Unrecognized character escape",
            "a backslash before a character that has none",
            "Invalid numeric value",
            "a number as JSON does not write it",
            "Invalid UTF-8",
            "the text is not UTF-8");

    private Refusals() {}

    /** The refusal behind {@code e}; {@code tree} is what was read, where it is known. */
    static RuntimeException of(JsonProcessingException e, @Nullable JsonNode tree) {
        if (!(e instanceof JsonMappingException mapping)
                || e.getOriginalMessage().startsWith(TRAILING)) {
            return malformed(e);
        }
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof InvalidSpec invalid) {
                return invalid.within(path(mapping.getPath()));
            }
            if (t instanceof InputCoercionException coercion) {
                return new InvalidSpec(
                        "OUT_OF_RANGE",
                        path(mapping.getPath()),
                        value(mapping, tree),
                        "does not fit " + expected(coercion.getTargetType()),
                        null);
            }
            if (t instanceof StreamReadException broken) {
                return malformed(broken);
            }
            if (t instanceof RuntimeException fault && !(t instanceof IllegalArgumentException)) {
                // A record that fails in another way than by refusing is our fault, not the sender's.
                return new IllegalStateException("reading " + path(mapping.getPath()) + ": " + fault, e);
            }
        }
        return fromMapping(mapping, tree);
    }

    private static InvalidSpec fromMapping(JsonMappingException e, @Nullable JsonNode tree) {
        String path = path(e.getPath());
        if (e instanceof UnrecognizedPropertyException unknown) {
            return unknownField(unknown, path, value(e, tree));
        }
        if (e instanceof InvalidTypeIdException kind) {
            return unknownKind(kind.getBaseType().getRawClass(), kind.getTypeId(), path);
        }
        if (e instanceof InvalidDefinitionException family
                && Kind.family(family.getType().getRawClass())) {
            // A family stands in the list of kinds, but is none.
            return unknownKind(
                    family.getType().getRawClass(),
                    family.getType().getRawClass().getSimpleName(),
                    path);
        }
        if (e instanceof InvalidNullException) {
            return new InvalidSpec("WRONG_TYPE", path, null, "must have a value", "give one, or leave the field out");
        }
        if (e instanceof InvalidFormatException format
                && format.getTargetType() != null
                && format.getTargetType().isEnum()) {
            return Nearest.unknown(
                    path, String.valueOf(format.getValue()), choices(format.getTargetType()), "UNKNOWN_VALUE");
        }
        Class<?> target = e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
        Object shown = value(e, tree);
        if (target != null && target.isPrimitive() && (shown == Absent.NOTHING || shown instanceof NullNode)) {
            return new InvalidSpec("MISSING_FIELD", path, shown, "is required", "give " + expected(target));
        }
        return new InvalidSpec("WRONG_TYPE", path, shown, "must be " + expected(target), null);
    }

    private static InvalidSpec unknownField(UnrecognizedPropertyException e, String path, Object shown) {
        List<String> known = new ArrayList<>();
        if (e.getKnownPropertyIds() != null) {
            e.getKnownPropertyIds().forEach(id -> known.add(String.valueOf(id)));
        }
        known.sort(null);
        String remedy = elsewhere(e.getReferringClass(), path, e.getPropertyName(), known);
        String rule = known.isEmpty() ? "is not a field; there are none here" : "is not a field; the fields here are ";
        return new InvalidSpec("UNKNOWN_FIELD", path, shown, rule + String.join(", ", known), remedy);
    }

    private static @Nullable String elsewhere(Class<?> owner, String path, String name, List<String> known) {
        return ELSEWHERE.stream()
                .flatMap(e -> e.remedy(owner, path, name, known).stream())
                .findFirst()
                .or(() -> Nearest.to(name, known).map(n -> "did you mean \"" + n + "\"?"))
                .orElse(null);
    }

    private static InvalidSpec unknownKind(Class<?> base, @Nullable String given, String path) {
        JsonTypeInfo info = base.getAnnotation(JsonTypeInfo.class);
        String property = info == null ? "kind" : info.property();
        String field = path.isEmpty() ? property : path + "." + property;
        List<String> kinds = Kind.of(base).stream().map(Kind::name).toList();
        if (given == null) {
            return new InvalidSpec(
                    "MISSING_FIELD", field, null, "is required", "use one of " + String.join(", ", kinds));
        }
        return Nearest.unknown(field, given, kinds, "UNKNOWN_VALUE");
    }

    /** Where text stops being JSON, and how. What the parser says is not passed on: it repeats what the text holds. */
    static MalformedJson malformed(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        return new MalformedJson(
                at == null ? 1 : Math.max(1, at.getLineNr()),
                at == null ? 1 : Math.max(1, at.getColumnNr()),
                kind(String.valueOf(e.getOriginalMessage())));
    }

    private static String kind(String said) {
        return FLAWS.entrySet().stream()
                .filter(flaw -> said.startsWith(flaw.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("what stands here is not JSON");
    }

    static String path(Collection<JsonMappingException.Reference> references) {
        StringBuilder out = new StringBuilder();
        for (JsonMappingException.Reference reference : references) {
            if (reference.getFieldName() == null) {
                out.append('[').append(reference.getIndex()).append(']');
            } else {
                out.append(out.isEmpty() ? "" : ".").append(reference.getFieldName());
            }
        }
        return out.toString();
    }

    /** The value at the fault as JSON; what the exception knows where the tree is not at hand. */
    private static Object value(JsonMappingException e, @Nullable JsonNode tree) {
        JsonNode node = tree;
        for (JsonMappingException.Reference reference : e.getPath()) {
            if (node == null) {
                break;
            }
            node = reference.getFieldName() == null
                    ? node.get(reference.getIndex())
                    : node.get(reference.getFieldName());
        }
        if (node != null) {
            return node;
        }
        if (tree == null && e instanceof InvalidFormatException format) {
            return String.valueOf(format.getValue());
        }
        return Absent.NOTHING;
    }

    /** A type in words, as in "must be a whole number". */
    static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "of another type";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return type == int.class || type == Integer.class
                    ? "a whole number of 32 bits"
                    : "a whole number of 64 bits";
        }
        if (type == double.class || type == Double.class || Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "a text";
        }
        if (type.isEnum()) {
            return "one of " + String.join(", ", choices(type));
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "a list";
        }
        return type.isRecord() || type.isInterface() || Map.class.isAssignableFrom(type)
                ? "an object"
                : "a " + type.getSimpleName();
    }

    /** How JSON spells the constants of an enum, in their order. */
    static List<String> choices(Class<?> type) {
        return Arrays.stream(type.getFields())
                .filter(f -> f.isEnumConstant())
                .map(f -> f.isAnnotationPresent(JsonProperty.class)
                        ? f.getAnnotation(JsonProperty.class).value()
                        : f.getName())
                .toList();
    }
}
