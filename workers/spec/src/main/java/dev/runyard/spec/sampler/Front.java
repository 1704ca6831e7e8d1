package dev.runyard.spec.sampler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The Pareto front: what cannot be had better in one goal without losing in another. */
public final class Front {
    private Front() {}

    /**
     * @param told whose losses are known, smaller ones better
     * @return places of those that no other beats, in their order; equal ones are all there
     */
    public static List<Integer> of(List<Past> told) {
        // In this order whatever beats another comes before it, so that those found so far are enough to hold one
        // against.
        List<Integer> order = IntStream.range(0, told.size())
                .boxed()
                .sorted(Comparator.comparing(i -> told.get(i).losses(), Front::compare))
                .toList();
        List<Integer> found = new ArrayList<>();
        for (int one : order) {
            if (found.stream().noneMatch(other -> Nsga2Sampler.beats(told.get(other), told.get(one)))) {
                found.add(one);
            }
        }
        return found.stream().sorted().toList();
    }

    private static int compare(List<Double> a, List<Double> b) {
        for (int k = 0; k < a.size(); k++) {
            int by = Double.compare(a.get(k), b.get(k));
            if (by != 0) {
                return by;
            }
        }
        return 0;
    }
}
