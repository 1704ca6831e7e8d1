package dev.runyard.spec.sweep;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.RunSpec;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Every dotted path of a run spec, read off the records. */
final class RunFields {
    private static final SortedMap<String, Field> ALL = collect();

    private RunFields() {}

    /**
     * @param type of the value
     * @param choice path of the object whose kind decides whether the field exists; null where it always does
     * @param kinds the kinds that have it
     */
    record Field(Class<?> type, @Nullable String choice, Set<String> kinds) {
        boolean whole() {
            return type == Integer.class || type == Long.class;
        }
    }

    static Set<String> paths() {
        return ALL.keySet();
    }

    /**
     * @throws InvalidSpec UNKNOWN_FIELD with the nearest path
     */
    static Field require(String path, JsonNode value) {
        Field field = ALL.get(path);
        if (field == null) {
            throw new InvalidSpec(
                    "UNKNOWN_FIELD",
                    path,
                    value,
                    "is not for a field of a run",
                    nearest(path).map(n -> "did you mean \"" + n + "\"?").orElse(null));
        }
        return field;
    }

    /** The kind an object gets that is made only to hold a field of it: the same that the record takes by default. */
    static Optional<String> defaultKind(String path) {
        return path.equals("method") ? Optional.of("pgn") : Optional.empty();
    }

    private static Optional<String> nearest(String path) {
        String last = path.substring(path.lastIndexOf('.') + 1);
        return ALL.keySet().stream()
                .filter(p -> p.endsWith("." + last))
                .findFirst()
                .or(() -> Nearest.to(path, ALL.keySet()));
    }

    private static SortedMap<String, Field> collect() {
        SortedMap<String, Field> out = new TreeMap<>();
        ofRecord(RunSpec.class, "", null, Set.of(), out);
        return out;
    }

    private static void ofRecord(
            Class<?> type, String prefix, @Nullable String choice, Set<String> kinds, SortedMap<String, Field> out) {
        for (RecordComponent component : type.getRecordComponents()) {
            add(prefix + component.getName(), component.getType(), choice, kinds, out);
        }
    }

    private static void add(
            String path, Class<?> type, @Nullable String choice, Set<String> kinds, SortedMap<String, Field> out) {
        Set<String> all = new LinkedHashSet<>(kinds);
        Field before = out.get(path);
        if (before != null) {
            all.addAll(before.kinds);
        }
        out.put(path, new Field(type, choice, all));
        if (type.isRecord()) {
            ofRecord(type, path + ".", choice, kinds, out);
            return;
        }
        JsonSubTypes subtypes = type.getAnnotation(JsonSubTypes.class);
        JsonTypeInfo info = type.getAnnotation(JsonTypeInfo.class);
        if (subtypes != null && info != null) {
            out.put(path + "." + info.property(), new Field(String.class, null, Set.of()));
            for (JsonSubTypes.Type subtype : subtypes.value()) {
                ofRecord(subtype.value(), path + ".", path, Set.of(subtype.name()), out);
            }
        }
    }
}
