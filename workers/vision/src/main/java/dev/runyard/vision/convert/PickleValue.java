package dev.runyard.vision.convert;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that a pickle can become here. None of it runs. */
sealed interface PickleValue {
    /** A string, a whole or floating number, a truth value, bytes, or nothing; {@code value} is null for None. */
    record Plain(@Nullable Object value) implements PickleValue {}

    /** A list, tuple or set, which a later instruction may still fill. */
    record Sequence(List<PickleValue> items) implements PickleValue {}

    /** A dictionary, or the attributes of a module or a name space: keys as strings. */
    record Attributes(Map<String, PickleValue> entries) implements PickleValue {}

    /** A name on the allow-list. */
    record Name(Allowed allowed) implements PickleValue {}

    /**
     * Numbers in an entry of the archive.
     *
     * @param key of the entry
     * @param type of one number
     * @param count of numbers
     */
    record Storage(String key, ElementType type, long count) implements PickleValue {}

    /**
     * A window on a storage, in its numbers.
     *
     * @param offset of the first
     * @param shape lengths of the axes
     * @param stride numbers between neighbours along each axis
     */
    record Tensor(Storage storage, long offset, long[] shape, long[] stride) implements PickleValue {
        /** Elements, all axes multiplied. */
        long elements() {
            long elements = 1;
            for (long axis : shape) {
                elements = Math.multiplyExact(elements, axis);
            }
            return elements;
        }
    }
}
