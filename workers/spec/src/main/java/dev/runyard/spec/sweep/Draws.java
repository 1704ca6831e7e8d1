package dev.runyard.spec.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counter-based random draws: a value is a function of (seed, path of the axis, index of the point) and of nothing else. No
 * state is kept, any point can be drawn alone, and an axis added later leaves the draws of the others as they are.
 *
 * <p>bits = mix(mix(seed xor fnv1a64(path)) + index · γ), mix and γ those of SplitMix64 (Steele, Lea, Flood: Fast splittable
 * pseudorandom number generators, OOPSLA 2014), fnv1a64 over the UTF-8 bytes. A real in [0, 1) is the upper 53 bits · 2⁻⁵³.
 */
final class Draws {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Draws() {}

    static Map<String, JsonNode> point(Map<String, Axis> axes, long seed, int index) {
        Map<String, JsonNode> out = new TreeMap<>();
        axes.forEach((path, axis) -> out.put(path, draw(axis, bits(seed, path, index))));
        return out;
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
            return value == (int) value ? NODES.numberNode((int) value) : NODES.numberNode(value);
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
