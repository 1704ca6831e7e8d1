package dev.runyard.spec.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.space.Draws;
import dev.runyard.spec.space.Space;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hipparchus.random.SobolSequenceGenerator;

/**
 * Sobol's sequence with the direction numbers of Joe and Kuo (SIAM J. Sci. Comput. 30, 2008), and with Owen's scrambling as Laine and
 * Karras do it by hashing (Stratified Sampling for Stochastic Transparency, EGSR 2011; constants of Burley, JCGT 9, 2020).
 */
final class SobolSampler implements Sampler {
    private final boolean scramble;

    SobolSampler(boolean scramble) {
        this.scramble = scramble;
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean blind() {
        return true;
    }

    @Override
    public void check(Space space) {
        if (space.size() > 1_000) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "sampler",
                    "sobol",
                    "is for 1000 axes at most, not " + space.size(),
                    "use random");
        }
    }

    @Override
    public List<Map<String, JsonNode>> draw(Space space, long seed, List<Past> history, int count) {
        if (space.size() == 0) {
            return List.of();
        }
        Set<Map<String, Object>> seen = new HashSet<>(OneByOne.seen(history));
        List<Map<String, JsonNode>> out = new ArrayList<>();
        SobolSequenceGenerator sequence = new SobolSequenceGenerator(space.size());
        // A point that conditions keep out, or that was there before, is left out: the sequence goes on without it.
        long limit = history.size() + 30L * count + Space.TRIES;
        for (int i = 0; out.size() < count && i < limit; i++) {
            double[] u = sequence.nextVector();
            Map<String, JsonNode> point = space.at(scramble ? scrambled(u, seed) : u);
            if (space.allows(point) && seen.add(Space.comparable(point))) {
                out.add(point);
            }
        }
        if (out.size() < count) {
            List<Past> known = new ArrayList<>(history);
            out.forEach(point -> known.add(Past.open(point)));
            out.addAll(new RandomSampler().draw(space, seed, known, count - out.size()));
        }
        return out;
    }

    private static double[] scrambled(double[] u, long seed) {
        double[] out = new double[u.length];
        for (int j = 0; j < u.length; j++) {
            int bits = (int) (long) (u[j] * 0x1p32);
            int mixed = (int) (Draws.bits(seed, "sobol", j) >>> 32);
            out[j] = Integer.toUnsignedLong(nested(bits, mixed)) * 0x1p-32;
        }
        return out;
    }

    /** A permutation in which a bit depends on the seed and on the bits above it only. */
    private static int nested(int bits, int seed) {
        int x = Integer.reverse(bits);
        x ^= x * 0x3d20adea;
        x += seed;
        x *= (seed >>> 16) | 1;
        x ^= x * 0x05526c56;
        x ^= x * 0x53a22864;
        return Integer.reverse(x);
    }
}
