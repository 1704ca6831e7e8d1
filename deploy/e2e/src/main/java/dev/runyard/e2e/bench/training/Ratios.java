package dev.runyard.e2e.bench.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Median and range of what several turns gave. */
record Ratios(double median, double least, double most) {
    static Ratios of(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(d -> d).sorted().toArray();
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Ratios(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** Of each number by the other of its turn. */
    static Ratios of(List<Double> ours, List<Double> theirs) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(ours.get(i) / theirs.get(i));
        }
        return of(ratios);
    }

    /** One number alone. */
    static Ratios of(double value) {
        return new Ratios(value, value, value);
    }

    /** Of the reciprocals: what is a time here becomes a speed. */
    Ratios inverse() {
        return new Ratios(1 / median, 1 / most, 1 / least);
    }

    /** With a goal that the median should not exceed. */
    String atMost(double goal) {
        return this + verdict("at most", goal, median <= goal);
    }

    /** With a goal that the median should reach. */
    String atLeast(double goal) {
        return this + verdict("at least", goal, median >= goal);
    }

    private static String verdict(String word, double goal, boolean held) {
        return String.format(Locale.ROOT, " (goal %s %.2f: %s)", word, goal, held ? "held" : "missed");
    }

    @Override
    public String toString() {
        return least == most
                ? String.format(Locale.ROOT, "%.3f", median)
                : String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", median, least, most);
    }
}
