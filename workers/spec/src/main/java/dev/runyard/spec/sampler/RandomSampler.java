package dev.runyard.spec.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.space.Draws;
import dev.runyard.spec.space.Space;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Points of chance, without replacement. Bergstra, Bengio: Random Search for Hyper-Parameter Optimization, JMLR 13, 2012.
 */
final class RandomSampler implements Sampler {
    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean blind() {
        return true;
    }

    @Override
    public List<Map<String, JsonNode>> draw(Space space, long seed, List<Past> history, int count) {
        BigInteger wanted = BigInteger.valueOf(history.size() + (long) count);
        int most = Draws.space(space).map(wanted::min).orElse(wanted).intValueExact();
        Set<Map<String, Object>> seen = OneByOne.seen(history);
        return Draws.different(space, seed, most).stream()
                .filter(point -> !seen.contains(Space.comparable(point)))
                .limit(count)
                .toList();
    }
}
