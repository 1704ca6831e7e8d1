package dev.runyard.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import java.util.ArrayList;
import java.util.List;

/**
 * One kind of something that has several, told apart by a name in its JSON.
 *
 * @param type its record
 */
public record Kind(String name, Class<?> type) {
    /** In the order of their list; a family that stands in the list stands for its own. Empty for what has none. */
    public static List<Kind> of(Class<?> type) {
        JsonSubTypes listed = type.getAnnotation(JsonSubTypes.class);
        List<Kind> out = new ArrayList<>();
        if (listed != null) {
            for (JsonSubTypes.Type one : listed.value()) {
                if (one.value().isAnnotationPresent(JsonSubTypes.class)) {
                    out.addAll(of(one.value()));
                } else {
                    out.add(new Kind(one.name(), one.value()));
                }
            }
        }
        return out;
    }

    /** Whether it has kinds and is none itself. */
    public static boolean family(Class<?> type) {
        return type.isInterface() && type.isAnnotationPresent(JsonSubTypes.class);
    }
}
