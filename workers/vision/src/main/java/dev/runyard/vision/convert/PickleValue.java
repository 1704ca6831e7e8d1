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

    /**
     * A name that is not on the allow-list, or whatever was made of one. Nothing was: a call of it is not made, and what an object of it
     * was given as its state is dropped. It may stand beside a model and never in one.
     *
     * @param name module and name, as the file has it
     * @param entries what was put into it as into a dictionary, which classes like {@code defaultdict} are
     */
    record Opaque(String name, Map<String, PickleValue> entries) implements PickleValue {
        /** For a message: only what can be a name in Python, and no more of it than that. */
        String shown() {
            return name.matches("[A-Za-z_][A-Za-z0-9_.]{0,99}") ? name : "a name that Python cannot have";
        }
    }

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
