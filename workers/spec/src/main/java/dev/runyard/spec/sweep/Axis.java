package dev.runyard.spec.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.runyard.spec.InvalidSpec;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The values one field of a sweep takes. In JSON a list is a {@link Choice}; an object names its kind:
 * {@code {"uniform": [lo, hi]}}, {@code {"logUniform": [lo, hi]}}, {@code {"integers": [lo, hi]}}.
 */
@JsonDeserialize(using = AxisJson.Reader.class)
@JsonSerialize(using = AxisJson.Writer.class)
public sealed interface Axis {
    /** A finite list, at least one value, no value twice; values are any JSON. */
    record Choice(List<JsonNode> values) implements Axis {
        public Choice {
            values = List.copyOf(values);
            if (values.isEmpty()) {
                throw new InvalidSpec(
                        "EMPTY_AXIS", "", "[]", "must hold at least one value", "list values, or remove the axis");
            }
            Set<Object> seen = new HashSet<>();
            for (JsonNode value : values) {
                if (!seen.add(comparable(value))) {
                    throw new InvalidSpec("DUPLICATE_VALUE", "", value, "is listed twice", "remove one");
                }
            }
        }

        /** 1, 1.0 and 1e0 are one value; a store may give one back for the other. */
        static Object comparable(JsonNode value) {
            if (!value.isNumber() || value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue())) {
                return value;
            }
            BigDecimal decimal = value.decimalValue();
            return decimal.signum() == 0 ? BigDecimal.ZERO : decimal.stripTrailingZeros();
        }
    }

    /** Uniform reals in [lo, hi). */
    record Uniform(double lo, double hi) implements Axis {
        public Uniform {
            ordered("uniform", lo, hi);
        }
    }

    /** Reals in [lo, hi) with a uniform logarithm; lo &gt; 0. */
    record LogUniform(double lo, double hi) implements Axis {
        public LogUniform {
            ordered("logUniform", lo, hi);
            if (lo <= 0) {
                throw new InvalidSpec("OUT_OF_RANGE", "logUniform", lo, "must have bounds > 0", null);
            }
        }
    }

    /** Integers lo to hi, both included. */
    record Integers(long lo, long hi) implements Axis {
        public Integers {
            if (lo >= hi) {
                throw new InvalidSpec(
                        "OUT_OF_RANGE", "integers", List.of(lo, hi), "must have its lower bound first", null);
            }
        }
    }

    private static void ordered(String kind, double lo, double hi) {
        if (!Double.isFinite(lo) || !Double.isFinite(hi)) {
            throw new InvalidSpec("NOT_FINITE", kind, List.of(lo, hi), "must have finite bounds", null);
        }
        if (lo >= hi) {
            throw new InvalidSpec("OUT_OF_RANGE", kind, List.of(lo, hi), "must have its lower bound first", null);
        }
    }
}
