package dev.runyard.spec.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.space.Draws;
import dev.runyard.spec.space.Space;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A sampler that learns: several points at once are drawn one after the other, those before counting as open. */
abstract class OneByOne implements Sampler {
    @Override
    public final List<Map<String, JsonNode>> draw(Space space, long seed, List<Past> history, int count) {
        List<Past> known = new ArrayList<>(history);
        List<Map<String, JsonNode>> out = new ArrayList<>();
        boolean finite = Draws.product(space.axes()).isPresent();
        while (out.size() < count) {
            Map<String, JsonNode> point = next(space, seed, known);
            if (repeated(point, known, finite) || !space.allows(point)) {
                List<Map<String, JsonNode>> other = new RandomSampler().draw(space, seed, known, 1);
                if (other.isEmpty()) {
                    break;
                }
                point = other.get(0);
            }
            out.add(point);
            known.add(Past.open(point));
        }
        return out;
    }

    /** The next point; one that was there before, or is not allowed, is replaced by one of chance. */
    abstract Map<String, JsonNode> next(Space space, long seed, List<Past> history);

    /** Where numbers are given by people, 8 and 8.0 are one. */
    private static boolean repeated(Map<String, JsonNode> point, List<Past> known, boolean finite) {
        return finite
                ? seen(known).contains(Space.comparable(point))
                : known.stream().anyMatch(past -> past.point().equals(point));
    }

    static Set<Map<String, Object>> seen(List<Past> history) {
        Set<Map<String, Object>> seen = new HashSet<>();
        history.forEach(past -> seen.add(Space.comparable(past.point())));
        return seen;
    }

    /** Those of chance that begin a search. */
    static Map<String, JsonNode> start(Space space, long seed, List<Past> history) {
        for (int i = 0; ; i++) {
            Map<String, JsonNode> point = space.kept(Draws.point(space.axes(), seed, history.size() + i * 10_007));
            if (space.allows(point) || i == Space.TRIES) {
                return point;
            }
        }
    }
}
