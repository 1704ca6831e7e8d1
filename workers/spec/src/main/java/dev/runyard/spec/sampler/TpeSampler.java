package dev.runyard.spec.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.space.Chance;
import dev.runyard.spec.space.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Tree-structured Parzen estimators: a density of the good points and one of the others; of candidates drawn from the first, the one is
 * taken where it exceeds the second most. Bergstra, Bardenet, Bengio, Kégl: Algorithms for Hyper-Parameter Optimization, NIPS 2011; the
 * densities are over all axes together (Falkner, Klein, Hutter: BOHB, ICML 2018), and a point that is under way counts among the others
 * (constant liar; Ginsbourger, Le Riche, Carraro 2010).
 */
final class TpeSampler extends OneByOne {
    private final int startup;
    private final int candidates;

    /**
     * @param startup points of chance before it learns
     * @param candidates drawn for each point
     */
    TpeSampler(int startup, int candidates) {
        this.startup = startup;
        this.candidates = candidates;
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    Map<String, JsonNode> next(Space space, long seed, List<Past> history) {
        List<Past> over = new ArrayList<>();
        List<Past> others = new ArrayList<>();
        for (Past past : history) {
            boolean known = past.told() || past.state() == Past.State.PRUNED && !past.broken();
            (known ? over : others).add(past);
        }
        if (over.size() < startup) {
            return start(space, seed, history);
        }
        // Best first; one that was pruned is worse than every one that was not, the worse the earlier.
        over.sort(Comparator.comparing((Past past) -> past.state() == Past.State.PRUNED)
                .thenComparing(past -> past.state() == Past.State.PRUNED ? -past.budget() : 0)
                .thenComparing(Past::loss));
        int good = good(over.size());
        others.addAll(over.subList(good, over.size()));
        Parzen near = density(space, over.subList(0, good));
        Parzen far = density(space, others);
        Chance chance = new Chance(seed, "tpe " + history.size());
        List<double[]> drawn = new ArrayList<>();
        List<Map<String, JsonNode>> points = new ArrayList<>();
        for (int i = 0; drawn.size() < candidates && i < 20 * candidates; i++) {
            double[] u = near.draw(chance);
            Map<String, JsonNode> point = space.at(u);
            if (space.allows(point)) {
                drawn.add(u);
                points.add(point);
            }
        }
        if (drawn.isEmpty()) {
            return start(space, seed, history);
        }
        double[] gain = near.logs(drawn);
        double[] loss = far.logs(drawn);
        int best = 0;
        for (int i = 1; i < gain.length; i++) {
            if (gain[i] - loss[i] > gain[best] - loss[best]) {
                best = i;
            }
        }
        return points.get(best);
    }

    static int good(int n) {
        return Math.min((int) Math.ceil(0.15 * n), 25);
    }

    private static Parzen density(Space space, List<Past> history) {
        List<double[]> points =
                history.stream().map(past -> space.coordinates(past.point())).toList();
        double[] weights = new double[points.size()];
        Arrays.fill(weights, 1);
        return new Parzen(space, points, weights, 1.0 / Math.min(100, points.size() + 2));
    }
}
