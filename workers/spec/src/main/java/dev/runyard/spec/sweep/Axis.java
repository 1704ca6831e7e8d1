package dev.runyard.spec.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import java.util.HashSet;
import java.util.List;

/**
 * The values one field of a sweep takes. In JSON a list is a {@link Choice}; an object names its kind:
 * {@code {"uniform": [lo, hi]}}, {@code {"logUniform": [lo, hi]}}, {@code {"integers": [lo, hi]}}.
 */
public sealed interface Axis {
    /** A finite list, at least one value, no value twice; values are any JSON. */
    record Choice(List<JsonNode> values) implements Axis {
        public Choice {
            values = List.copyOf(values);
            if (values.isEmpty()) {
                throw new InvalidSpec(
                        "EMPTY_AXIS", "", "[]", "must hold at least one value", "list values, or remove the axis");
            }
            if (new HashSet<>(values).size() != values.size()) {
                throw new InvalidSpec("DUPLICATE_VALUE", "", values.toString(), "must not hold a value twice", null);
            }
        }
    }

    /** Uniform reals in [lo, hi). */
    record Uniform(double lo, double hi) implements Axis {
        public Uniform {
            ordered(lo, hi);
        }
    }

    /** Reals in [lo, hi) with a uniform logarithm; lo &gt; 0. */
    record LogUniform(double lo, double hi) implements Axis {
        public LogUniform {
            ordered(lo, hi);
            if (lo <= 0) {
                throw new InvalidSpec("OUT_OF_RANGE", "logUniform", lo, "must have bounds > 0", null);
            }
        }
    }

    /** Integers lo to hi, both included. */
    record Integers(long lo, long hi) implements Axis {
        public Integers {
            ordered(lo, hi);
        }
    }

    private static void ordered(double lo, double hi) {
        if (!Double.isFinite(lo) || !Double.isFinite(hi)) {
            throw new InvalidSpec("NOT_FINITE", "", "[" + lo + ", " + hi + "]", "must have finite bounds", null);
        }
        if (lo >= hi) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", "", "[" + lo + ", " + hi + "]", "must have its lower bound first", null);
        }
    }
}
