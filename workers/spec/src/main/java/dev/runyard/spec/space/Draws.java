package dev.runyard.spec.space;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.runyard.spec.InvalidSpec;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Counter-based random draws: a value is a function of (seed, path of the axis, index of the point) and of nothing else. No
 * state is kept, any point can be drawn alone, and an axis added later leaves the draws of the others as they are.
 *
 * <p>bits = mix(mix(seed xor fnv1a64(path)) + index · γ), mix and γ those of SplitMix64 (Steele, Lea, Flood: Fast splittable
 * pseudorandom number generators, OOPSLA 2014), fnv1a64 over the UTF-8 bytes. A real in [0, 1) is the upper 53 bits · 2⁻⁵³.
 */
public final class Draws {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    /** Draws for each point that is wanted: with half of the space left a new one comes in two. */
    private static final int TRIES = 30;
    /** Combinations up to which a space with conditions is counted by going through them. */
    private static final int COUNTED = 200_000;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Draws() {}

    /** Conditions are not looked at. */
    public static Map<String, JsonNode> point(Map<String, Axis> axes, long seed, int index) {
        Map<String, JsonNode> out = new TreeMap<>();
        axes.forEach((path, axis) -> out.put(path, draw(axis.plain(), bits(seed, path, index))));
        return out;
    }

    /** How many combinations of values there are; empty where an axis has no end. */
    public static Optional<BigInteger> product(Map<String, Axis> axes) {
        BigInteger product = BigInteger.ONE;
        for (Axis axis : axes.values()) {
            if (axis.plain() instanceof Axis.Choice choice) {
                product = product.multiply(BigInteger.valueOf(choice.values().size()));
            } else if (axis.plain() instanceof Axis.Integers range) {
                BigInteger steps = BigInteger.valueOf(range.hi())
                        .subtract(BigInteger.valueOf(range.lo()))
                        .divide(BigInteger.valueOf(range.step()));
                product = product.multiply(steps.add(BigInteger.ONE));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(product);
    }

    /** How many points there are; empty where an axis has no end, or where conditions make them too many to count. */
    public static Optional<BigInteger> space(Space space) {
        Optional<BigInteger> product = product(space.axes());
        if (space.plain() || product.isEmpty()) {
            return product;
        }
        if (product.get().compareTo(BigInteger.valueOf(COUNTED)) > 0) {
            return Optional.empty();
        }
        return Optional.of(counted(space, product.get().intValueExact()));
    }

    /** How many points the first combinations are, with what conditions leave of them. */
    public static BigInteger counted(Space space, int combinations) {
        Set<Map<String, Object>> seen = new HashSet<>();
        for (int i = 0; i < combinations; i++) {
            Map<String, JsonNode> point = space.kept(nth(space.axes(), i));
            if (space.allows(point)) {
                seen.add(Space.comparable(point));
            }
        }
        return BigInteger.valueOf(seen.size());
    }

    /**
     * Different points: those of the draws 0, 1, 2 …, each where it comes first. Where few are left that were not drawn, they follow in
     * an order of chance.
     *
     * @param wanted at most {@link #space}
     * @throws InvalidSpec SPACE_TOO_SMALL when the axes have not as many
     */
    public static List<Map<String, JsonNode>> different(Space space, long seed, int wanted) {
        Map<Map<String, Object>, Map<String, JsonNode>> seen = new LinkedHashMap<>();
        int tries = space.constrained() ? Math.max(TRIES * wanted, Space.TRIES) : TRIES * wanted;
        for (int i = 0; seen.size() < wanted && i < tries; i++) {
            add(space, point(space.axes(), seed, i), seen);
        }
        if (seen.size() < wanted) {
            int n = product(space.axes())
                    .filter(p -> p.bitLength() < 31)
                    .orElseThrow(() -> new InvalidSpec(
                            "SPACE_TOO_SMALL",
                            "axes",
                            space.axes().keySet(),
                            "are so narrow that they have no " + wanted + " different points",
                            "draw fewer, or widen them"))
                    .intValueExact(); // nearly all were drawn, so there are not many more than wanted
            IntStream.range(0, n)
                    .boxed()
                    .sorted(Comparator.comparingLong((Integer i) -> bits(seed, "", i)))
                    .map(i -> nth(space.axes(), i))
                    .takeWhile(point -> seen.size() < wanted)
                    .forEach(point -> add(space, point, seen));
        }
        return List.copyOf(seen.values());
    }

    private static void add(
            Space space, Map<String, JsonNode> drawn, Map<Map<String, Object>, Map<String, JsonNode>> seen) {
        Map<String, JsonNode> point = space.plain() ? drawn : space.kept(drawn);
        if (space.allows(point)) {
            seen.putIfAbsent(Space.comparable(point), point);
        }
    }

    /**
     * A combination of values by its number.
     *
     * @param axes that all have an end; the first varies fastest
     */
    public static Map<String, JsonNode> nth(Map<String, Axis> axes, int index) {
        Map<String, JsonNode> out = new TreeMap<>();
        int rest = index;
        for (Map.Entry<String, Axis> axis : axes.entrySet()) {
            if (axis.getValue().plain() instanceof Axis.Choice choice) {
                int n = choice.values().size();
                out.put(axis.getKey(), choice.values().get(rest % n));
                rest /= n;
            } else if (axis.getValue().plain() instanceof Axis.Integers range) {
                int n = Math.toIntExact(range.width());
                out.put(axis.getKey(), whole(range.lo() + range.step() * (rest % n)));
                rest /= n;
            }
        }
        return out;
    }

    static JsonNode whole(long value) {
        return value == (int) value ? NODES.numberNode((int) value) : NODES.numberNode(value);
    }

    public static long bits(long seed, String path, int index) {
        return mix(mix(seed ^ fnv1a64(path)) + (index + 1L) * GAMMA);
    }

    /** @param axis without a condition */
    static JsonNode draw(Axis axis, long bits) {
        double u = (bits >>> 11) * 0x1.0p-53;
        if (axis instanceof Axis.Choice choice) {
            return choice.values()
                    .get((int) Long.remainderUnsigned(bits, choice.values().size()));
        }
        if (axis instanceof Axis.Integers range && !range.log()) {
            // A width of 2^64 wraps to 0: then every long is meant. The bias of the remainder is at most width / 2^64.
            long width = range.width();
            return whole(width == 0 ? bits : range.lo() + range.step() * Long.remainderUnsigned(bits, width));
        }
        if (axis instanceof Axis.LogUniform log) {
            // StrictMath: the same digits on every machine.
            double a = StrictMath.log(log.lo());
            double b = StrictMath.log(log.hi());
            return NODES.numberNode(clamp(StrictMath.exp(a + u * (b - a)), log.lo(), log.hi()));
        }
        // Weighted ends instead of lo + u · width: the width of a range may overflow.
        return new Dimension("", axis, Map.of()).at(u);
    }

    static double clamp(double x, double lo, double hi) {
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
