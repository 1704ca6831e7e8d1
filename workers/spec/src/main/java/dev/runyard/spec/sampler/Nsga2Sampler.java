package dev.runyard.spec.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.space.Chance;
import dev.runyard.spec.space.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.hipparchus.util.FastMath;

/**
 * Several goals at once: parents are those that no other beats in everything, and of them those in emptier regions; a child has the
 * coordinates of both, now and then a new one. Deb, Pratap, Agarwal, Meyarivan: A Fast and Elitist Multiobjective Genetic Algorithm:
 * NSGA-II, IEEE Trans. Evol. Comput. 6, 2002; one child at a time, from whatever is over (steady state; Durillo et al. 2009).
 */
final class Nsga2Sampler extends OneByOne {
    private static final double CROSSED = 0.9;
    /** Distribution index of the polynomial mutation. */
    private static final double SPREAD = 20;

    private final int population;

    Nsga2Sampler(int population) {
        this.population = population;
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    Map<String, JsonNode> next(Space space, long seed, List<Past> history) {
        List<Past> told = history.stream().filter(Past::told).toList();
        if (history.size() < population || told.size() < 2) {
            return start(space, seed, history);
        }
        List<Past> parents = best(told, population);
        Chance chance = new Chance(seed, "nsga2 " + history.size());
        for (int tried = 0; tried < 100; tried++) {
            double[] child = child(
                    space,
                    space.coordinates(
                            parents.get(tournament(parents.size(), chance)).point()),
                    space.coordinates(
                            parents.get(tournament(parents.size(), chance)).point()),
                    chance);
            Map<String, JsonNode> point = space.at(child);
            if (space.allows(point) && history.stream().noneMatch(p -> p.point().equals(point))) {
                return point;
            }
        }
        return start(space, seed, history);
    }

    /** Of two by chance the one that comes first in the order of {@link #best}. */
    private static int tournament(int n, Chance chance) {
        return Math.min(chance.below(n), chance.below(n));
    }

    private static double[] child(Space space, double[] a, double[] b, Chance chance) {
        double[] out = new double[a.length];
        boolean crossed = chance.unit() < CROSSED;
        for (int j = 0; j < out.length; j++) {
            double x = crossed && chance.unit() < 0.5 ? b[j] : a[j];
            if (Double.isNaN(x)) {
                x = chance.unit();
            }
            if (chance.unit() < 1.0 / out.length) {
                x = space.dimensions().get(j).unordered() ? chance.unit() : mutated(x, chance);
            }
            out[j] = x;
        }
        return out;
    }

    private static double mutated(double x, Chance chance) {
        double u = chance.unit();
        double power = 1 / (SPREAD + 1);
        double shift = u < 0.5 ? FastMath.pow(2 * u, power) - 1 : 1 - FastMath.pow(2 * (1 - u), power);
        return Math.min(Math.max(x + shift, 0), Math.nextDown(1.0));
    }

    /** The best by front, then by crowding distance; equal ones in the order of their draws. */
    static List<Past> best(List<Past> told, int count) {
        List<Past> out = new ArrayList<>();
        for (List<Past> front : fronts(told, count)) {
            double[] crowding = crowding(front);
            IntStream.range(0, front.size())
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -crowding[i]))
                    .map(front::get)
                    .forEach(out::add);
        }
        return out.subList(0, Math.min(count, out.size()));
    }

    /**
     * Front by front, each without those that an earlier one holds: points that none of the others left beats.
     *
     * @param count with so many in them, no further fronts are looked for
     */
    static List<List<Past>> fronts(List<Past> told, int count) {
        List<List<Past>> out = new ArrayList<>();
        List<Past> left = told;
        while (told.size() - left.size() < count && !left.isEmpty()) {
            List<Past> front = new ArrayList<>();
            List<Past> behind = new ArrayList<>();
            for (Past one : left) {
                (beaten(one, left) ? behind : front).add(one);
            }
            out.add(front);
            left = behind;
        }
        return out;
    }

    private static boolean beaten(Past one, List<Past> others) {
        return others.stream().anyMatch(other -> beats(other, one));
    }

    /** Nowhere worse and somewhere better. */
    static boolean beats(Past a, Past b) {
        boolean better = false;
        for (int k = 0; k < Math.min(a.losses().size(), b.losses().size()); k++) {
            if (a.losses().get(k) > b.losses().get(k)) {
                return false;
            }
            better |= a.losses().get(k) < b.losses().get(k);
        }
        return better;
    }

    private static double[] crowding(List<Past> front) {
        double[] out = new double[front.size()];
        int goals = front.get(0).losses().size();
        for (int k = 0; k < goals; k++) {
            int goal = k;
            Integer[] order = new Integer[front.size()];
            Arrays.setAll(order, i -> i);
            Arrays.sort(
                    order, Comparator.comparingDouble(i -> front.get(i).losses().get(goal)));
            double lo = front.get(order[0]).losses().get(goal);
            double hi = front.get(order[order.length - 1]).losses().get(goal);
            out[order[0]] = Double.POSITIVE_INFINITY;
            out[order[order.length - 1]] = Double.POSITIVE_INFINITY;
            for (int i = 1; i < order.length - 1 && hi > lo; i++) {
                out[order[i]] += (front.get(order[i + 1]).losses().get(goal)
                                - front.get(order[i - 1]).losses().get(goal))
                        / (hi - lo);
            }
        }
        return out;
    }
}
