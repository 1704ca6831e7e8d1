package dev.runyard.spec.json;

import java.util.List;
import java.util.Optional;

/**
 * Knows where a field that was written at a wrong place belongs. Reading JSON does not know what is read; the rooms above it that
 * know more than the fields of one record say so as a {@link java.util.ServiceLoader service}.
 */
public interface Elsewhere {
    /**
     * What to do about a field that {@code owner} does not have; empty where nothing is known of that owner.
     *
     * @param path of the field, from the root of what was read
     * @param name of the field
     * @param known the fields that there are at that place
     */
    Optional<String> remedy(Class<?> owner, String path, String name, List<String> known);
}
