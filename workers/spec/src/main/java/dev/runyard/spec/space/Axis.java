package dev.runyard.spec.space;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.runyard.spec.InvalidSpec;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The values one field of a sweep takes. In JSON a list is a {@link Choice}; an object names its kind:
 * {@code {"uniform": [lo, hi]}}, {@code {"logUniform": [lo, hi]}}, {@code {"integers": [lo, hi], "step": 2, "log": true}},
 * {@code {"normal": [mean, std]}}, {@code {"logNormal": [mean, std]}}, {@code {"choice": [...]}}, {@code {"constant": 16}}; each may
 * have a {@code when}.
 */
@JsonDeserialize(using = AxisJson.Reader.class)
@JsonSerialize(using = AxisJson.Writer.class)
public sealed interface Axis {
    /** Without its condition. */
    default Axis plain() {
        return this;
    }

    /** What other axes must be for this one to be there: path to any of these values. */
    default Map<String, List<JsonNode>> when() {
        return Map.of();
    }

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
        public static Object comparable(JsonNode value) {
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
                throw new InvalidSpec(
                        "OUT_OF_RANGE",
                        "logUniform",
                        lo,
                        "must have bounds > 0",
                        "begin above 0: [1e-5, 1], or write uniform");
            }
        }
    }

    /** lo, lo + step, lo + 2 step … up to hi, which is included where a step meets it. */
    record Integers(long lo, long hi, long step, boolean log) implements Axis {
        public Integers {
            if (lo >= hi) {
                throw new InvalidSpec(
                        "OUT_OF_RANGE", "integers", List.of(lo, hi), "must have its lower bound first", first(lo, hi));
            }
            if (step < 1 || hi - lo >= 0 && step > hi - lo) {
                String range = Long.toUnsignedString(hi - lo);
                throw new InvalidSpec(
                        "OUT_OF_RANGE",
                        "step",
                        step,
                        "must lie in [1, " + range + "]",
                        step < 1 ? "leave it out for every whole number" : "give a smaller one, or list the values");
            }
            if (log && lo < 1) {
                throw new InvalidSpec(
                        "OUT_OF_RANGE",
                        "integers",
                        lo,
                        "must have bounds > 0 with log",
                        "begin at 1 or above, or leave log out");
            }
        }

        /** Every whole number of a range. */
        public Integers(long lo, long hi) {
            this(lo, hi, 1, false);
        }

        /** How many values there are; 0 means 2^64. */
        long width() {
            return Long.divideUnsigned(hi - lo, step) + 1;
        }
    }

    /** Normal reals. */
    record Normal(double mean, double std) implements Axis {
        public Normal {
            spread("normal", mean, std);
        }
    }

    /** Reals whose natural logarithm is normal, with its mean and standard deviation. */
    record LogNormal(double mean, double std) implements Axis {
        public LogNormal {
            spread("logNormal", mean, std);
        }
    }

    /** There only where other axes have one of these values. */
    record Conditional(Map<String, List<JsonNode>> when, Axis plain) implements Axis {
        public Conditional {
            when = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(when));
            if (plain instanceof Conditional || when.isEmpty()) {
                throw new InvalidSpec(
                        "WRONG_TYPE", "when", when, "must name one axis at least", "when: {method.kind: pgn}");
            }
        }
    }

    private static void spread(String kind, double mean, double std) {
        if (!Double.isFinite(mean) || !Double.isFinite(std)) {
            throw new InvalidSpec(
                    "NOT_FINITE",
                    kind,
                    List.of(mean, std),
                    "must have a finite mean and deviation",
                    "write two numbers: [mean, deviation]");
        }
        if (std <= 0) {
            throw new InvalidSpec("OUT_OF_RANGE", kind, std, "must have a deviation > 0", "write [mean, deviation]");
        }
    }

    private static void ordered(String kind, double lo, double hi) {
        if (!Double.isFinite(lo) || !Double.isFinite(hi)) {
            throw new InvalidSpec(
                    "NOT_FINITE", kind, List.of(lo, hi), "must have finite bounds", "write two numbers: [lo, hi]");
        }
        if (lo >= hi) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE", kind, List.of(lo, hi), "must have its lower bound first", first(lo, hi));
        }
    }

    private static String first(Number lo, Number hi) {
        return lo.equals(hi) ? "for one value write {constant: " + lo + "}" : "write [" + hi + ", " + lo + "]";
    }
}
