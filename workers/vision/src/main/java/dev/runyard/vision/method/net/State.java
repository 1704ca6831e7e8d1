package dev.runyard.vision.method.net;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The arrays of something that learns, by name.
 *
 * @param parameters what training changes by gradient
 * @param buffers what it changes by counting
 */
public record State(Map<String, NDArray> parameters, Map<String, NDArray> buffers) {
    public static final State EMPTY = new State(Map.of(), Map.of());

    /** What was initialised so far. */
    public static State of(Init init) {
        return new State(init.parameters(), init.buffers());
    }

    /** With further parameters behind its own. */
    public State and(Map<String, NDArray> more) {
        Map<String, NDArray> all = new LinkedHashMap<>(parameters);
        all.putAll(more);
        return new State(all, buffers);
    }
}
