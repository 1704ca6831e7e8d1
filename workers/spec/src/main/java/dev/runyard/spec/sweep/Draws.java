package dev.runyard.spec.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.runyard.spec.InvalidSpec;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Counter-based random draws: a value is a function of (seed, path of the axis, index of the point) and of nothing else. No
 * state is kept, any point can be drawn alone, and an axis added later leaves the draws of the others as they are.
 *
 * <p>bits = mix(mix(seed xor fnv1a64(path)) + index · γ), mix and γ those of SplitMix64 (Steele, Lea, Flood: Fast splittable
 * pseudorandom number generators, OOPSLA 2014), fnv1a64 over the UTF-8 bytes. A real in [0, 1) is the upper 53 bits · 2⁻⁵³.
 */
final class Draws {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    /** Draws for each point that is wanted: with half of the space left a new one comes in two. */
    private static final int TRIES = 30;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Draws() {}

    static Map<String, JsonNode> point(Map<String, Axis> axes, long seed, int index) {
        Map<String, JsonNode> out = new TreeMap<>();
        axes.forEach((path, axis) -> out.put(path, draw(axis, bits(seed, path, index))));
        return out;
    }

    /** How many points there are; empty where an axis has no end. */
    static Optional<BigInteger> space(Map<String, Axis> axes) {
        BigInteger product = BigInteger.ONE;
        for (Axis axis : axes.values()) {
            if (axis instanceof Axis.Choice choice) {
                product = product.multiply(BigInteger.valueOf(choice.values().size()));
            } else if (axis instanceof Axis.Integers range) {
                product = product.multiply(BigInteger.valueOf(range.hi())
                        .subtract(BigInteger.valueOf(range.lo()))
                        .add(BigInteger.ONE));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(product);
    }

    /**
     * Different points: those of the draws 0, 1, 2 …, each where it comes first. Where few are left that were not drawn, they follow in
     * an order of chance.
     *
     * @param wanted at most {@link #space}
     * @throws InvalidSpec SPACE_TOO_SMALL when an axis of reals is so narrow that it has not as many values
     */
    static List<Map<String, JsonNode>> different(Map<String, Axis> axes, long seed, int wanted) {
        Map<Map<String, Object>, Map<String, JsonNode>> seen = new LinkedHashMap<>();
        for (int i = 0; seen.size() < wanted && i < TRIES * wanted; i++) {
            Map<String, JsonNode> point = point(axes, seed, i);
            seen.putIfAbsent(comparable(point), point);
        }
        if (seen.size() < wanted) {
            BigInteger space = space(axes)
                    .orElseThrow(() -> new InvalidSpec(
                            "SPACE_TOO_SMALL",
                            "axes",
                            axes.keySet(),
                            "are so narrow that they have no " + wanted + " different points",
                            "draw fewer, or widen them"));
            int n = space.intValueExact(); // nearly all were drawn, so there are not many more than wanted
            IntStream.range(0, n)
                    .boxed()
                    .sorted(Comparator.comparingLong((Integer i) -> bits(seed, "", i)))
                    .map(i -> nth(axes, i))
                    .takeWhile(point -> seen.size() < wanted)
                    .forEach(point -> seen.putIfAbsent(comparable(point), point));
        }
        return List.copyOf(seen.values());
    }

    private static Map<String, Object> comparable(Map<String, JsonNode> point) {
        Map<String, Object> out = new HashMap<>();
        point.forEach((path, value) -> out.put(path, Axis.Choice.comparable(value)));
        return out;
    }

    private static Map<String, JsonNode> nth(Map<String, Axis> axes, int index) {
        Map<String, JsonNode> out = new TreeMap<>();
        int rest = index;
        for (Map.Entry<String, Axis> axis : axes.entrySet()) {
            if (axis.getValue() instanceof Axis.Choice choice) {
                int n = choice.values().size();
                out.put(axis.getKey(), choice.values().get(rest % n));
                rest /= n;
            } else if (axis.getValue() instanceof Axis.Integers range) {
                int n = Math.toIntExact(range.hi() - range.lo() + 1);
                out.put(axis.getKey(), whole(range.lo() + rest % n));
                rest /= n;
            }
        }
        return out;
    }

    private static JsonNode whole(long value) {
        return value == (int) value ? NODES.numberNode((int) value) : NODES.numberNode(value);
    }

    static long bits(long seed, String path, int index) {
        return mix(mix(seed ^ fnv1a64(path)) + (index + 1L) * GAMMA);
    }

    static JsonNode draw(Axis axis, long bits) {
        double u = (bits >>> 11) * 0x1.0p-53;
        if (axis instanceof Axis.Choice choice) {
            return choice.values()
                    .get((int) Long.remainderUnsigned(bits, choice.values().size()));
        }
        if (axis instanceof Axis.Integers range) {
            // A width of 2^64 wraps to 0: then every long is meant. The bias of the remainder is at most width / 2^64.
            long width = range.hi() - range.lo() + 1;
            long value = width == 0 ? bits : range.lo() + Long.remainderUnsigned(bits, width);
            return whole(value);
        }
        if (axis instanceof Axis.LogUniform log) {
            // StrictMath: the same digits on every machine.
            double a = StrictMath.log(log.lo());
            double b = StrictMath.log(log.hi());
            return NODES.numberNode(clamp(StrictMath.exp(a + u * (b - a)), log.lo(), log.hi()));
        }
        Axis.Uniform uniform = (Axis.Uniform) axis;
        // Weighted ends instead of lo + u · width: the width of a range may overflow.
        return NODES.numberNode(clamp((1 - u) * uniform.lo() + u * uniform.hi(), uniform.lo(), uniform.hi()));
    }

    private static double clamp(double x, double lo, double hi) {
        return Math.min(Math.max(x, lo), Math.nextDown(hi));
    }

    private static long mix(long x) {
        long z = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static long fnv1a64(String text) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
        }
        return hash;
    }
}
