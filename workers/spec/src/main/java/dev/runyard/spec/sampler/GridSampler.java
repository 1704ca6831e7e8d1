package dev.runyard.spec.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.space.Axis;
import dev.runyard.spec.space.Draws;
import dev.runyard.spec.space.Space;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Every combination of listed values; the last axis, in the order of their paths, varies fastest. */
public final class GridSampler implements Sampler {
    /** Combinations that are gone through at most where conditions leave only some. */
    static final int MOST = 1_000_000;

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
        combinations(space);
    }

    @Override
    public List<Map<String, JsonNode>> draw(Space space, long seed, List<Past> history, int count) {
        Set<Map<String, Object>> seen = OneByOne.seen(history);
        List<Map<String, JsonNode>> out = new ArrayList<>();
        Map<String, Axis> fastestFirst = new TreeMap<>(space.axes()).descendingMap();
        int n = combinations(space).min(BigInteger.valueOf(MOST)).intValueExact();
        for (int i = 0; out.size() < count && i < n; i++) {
            Map<String, JsonNode> point = space.kept(Draws.nth(fastestFirst, i));
            if (space.allows(point) && seen.add(Space.comparable(point))) {
                out.add(point);
            }
        }
        return out;
    }

    /**
     * How many points there are.
     *
     * @throws InvalidSpec NEEDS_LIST; SWEEP_TOO_LARGE where conditions leave so many combinations that they cannot be counted
     */
    public static BigInteger points(Space space) {
        BigInteger n = combinations(space);
        if (space.plain()) {
            return n;
        }
        if (n.compareTo(BigInteger.valueOf(MOST)) > 0) {
            throw new InvalidSpec(
                    "SWEEP_TOO_LARGE",
                    "axes",
                    n,
                    "combinations are too many to look for those that satisfy the conditions",
                    "list fewer values, or draw some of them: sampler: {kind: random, runs: 100}");
        }
        return Draws.counted(space, n.intValueExact());
    }

    /** @throws InvalidSpec NEEDS_LIST */
    private static BigInteger combinations(Space space) {
        space.axes().forEach((path, axis) -> {
            if (!(axis.plain() instanceof Axis.Choice)) {
                throw new InvalidSpec(
                        "NEEDS_LIST",
                        "axes." + path,
                        Json.mapper().valueToTree(axis),
                        "has no end under sampler grid",
                        "list its values, or use sampler: {kind: random, runs: 20}");
            }
        });
        return Draws.product(space.axes()).orElseThrow();
    }
}
