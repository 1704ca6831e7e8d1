package dev.runyard.spec.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.space.Chance;
import dev.runyard.spec.space.Dimension;
import dev.runyard.spec.space.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.hipparchus.random.SobolSequenceGenerator;

/**
 * Bayesian optimisation: a Gaussian process over the axes, and the point with the highest expected improvement. Snoek, Larochelle, Adams:
 * Practical Bayesian Optimization of Machine Learning Algorithms, NIPS 2012. A point under way counts as if it came out as the model says
 * (kriging believer), one that broke down as the worst so far.
 */
final class GpSampler extends OneByOne {
    /** Most points that it is asked for, and learns from; most axes. */
    static final int POINTS = 500;

    static final int AXES = 20;
    private static final int SPREAD = 512;
    private static final int CLIMBS = 6;

    private final int startup;

    GpSampler(int startup) {
        this.startup = startup;
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public void check(Space space) {
        if (space.size() > AXES) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "sampler",
                    "gp",
                    "is for " + AXES + " axes at most, not " + space.size(),
                    "use tpe");
        }
    }

    @Override
    Map<String, JsonNode> next(Space space, long seed, List<Past> history) {
        List<Past> over = learned(history.stream()
                .filter(past -> past.state() != Past.State.OPEN)
                .filter(past -> space.has(past.point()))
                .toList());
        List<Past> told = over.stream().filter(past -> !past.broken()).toList();
        if (history.size() < startup || told.size() < 2) {
            List<Map<String, JsonNode>> even = new SobolSampler(true).draw(space, seed, history, 1);
            return even.isEmpty() ? start(space, seed, history) : even.get(0);
        }
        double[] y = standard(over, told);
        double best = IntStream.range(0, y.length)
                .filter(i -> over.get(i).state() == Past.State.FINISHED)
                .mapToDouble(i -> y[i])
                .min()
                .orElse(0);
        boolean[] unordered = new boolean[space.size()];
        for (int j = 0; j < unordered.length; j++) {
            unordered[j] = space.dimensions().get(j).unordered();
        }
        double[][] x =
                over.stream().map(past -> space.coordinates(past.point())).toArray(double[][]::new);
        GaussianProcess model = GaussianProcess.fitted(unordered, x, y, x.length > 200 ? 15 : 40);
        GaussianProcess believer = believing(space, model, history);
        return best(space, believer, best, over, y, seed, history.size());
    }

    /**
     * What the model is made of, in the order of the draws: its cost grows with the cube of the points. A longer history, as that of a sweep that
     * another begins from, gives half of them for its best points and half for its newest.
     */
    static List<Past> learned(List<Past> over) {
        if (over.size() <= POINTS) {
            return over;
        }
        TreeSet<Integer> kept = new TreeSet<>();
        IntStream.range(0, over.size())
                .filter(i -> over.get(i).told())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> over.get(i).loss()))
                .limit(POINTS / 2)
                .forEach(kept::add);
        for (int i = over.size() - 1; kept.size() < POINTS; i--) {
            kept.add(i);
        }
        return kept.stream().map(over::get).toList();
    }

    /** Mean 0, deviation 1; what broke down as the worst. */
    private static double[] standard(List<Past> over, List<Past> told) {
        double mean = told.stream().mapToDouble(Past::loss).average().orElse(0);
        double worst = told.stream().mapToDouble(Past::loss).max().orElse(0);
        double[] y = over.stream()
                .mapToDouble(past -> (past.broken() ? worst : past.loss()) - mean)
                .toArray();
        double squares = 0;
        for (double v : y) {
            squares += v * v;
        }
        double std = Math.sqrt(squares / y.length);
        for (int i = 0; i < y.length; i++) {
            y[i] /= std > 0 ? std : 1;
        }
        return y;
    }

    private static GaussianProcess believing(Space space, GaussianProcess model, List<Past> history) {
        double[][] open = history.stream()
                .filter(past -> past.state() == Past.State.OPEN && space.has(past.point()))
                .map(past -> space.coordinates(past.point()))
                .toArray(double[][]::new);
        open = Arrays.copyOfRange(open, Math.max(0, open.length - POINTS), open.length);
        if (open.length == 0) {
            return model;
        }
        double[] believed = new double[open.length];
        for (int i = 0; i < open.length; i++) {
            believed[i] = model.mean(open[i]);
        }
        return model.with(open, believed);
    }

    private record Candidate(double[] u, double value) {}

    private static Map<String, JsonNode> best(
            Space space, GaussianProcess model, double best, List<Past> over, double[] y, long seed, int drawn) {
        Chance chance = new Chance(seed, "gp " + drawn);
        List<Candidate> candidates = new ArrayList<>();
        for (double[] u : spread(space, over, y, chance)) {
            add(space, model, best, u, candidates);
        }
        if (candidates.isEmpty()) {
            return start(space, seed, over);
        }
        candidates.sort(Comparator.comparingDouble(Candidate::value));
        List<Candidate> top = List.copyOf(candidates.subList(0, Math.min(CLIMBS, candidates.size())));
        for (Candidate candidate : top) {
            Candidate at = candidate;
            for (int round = 0; round < 3; round++) {
                Candidate climbed = stepped(space, model, best, climb(space, model, best, at));
                boolean gained = climbed.value() < at.value() - 1e-6;
                at = climbed.value() < at.value() ? climbed : at;
                if (!gained) {
                    break;
                }
            }
            candidates.add(at);
        }
        Candidate found = candidates.stream()
                .min(Comparator.comparingDouble(Candidate::value))
                .orElseThrow();
        return space.at(found.u());
    }

    /** Points that fill the space, and points near the best ones. */
    private static List<double[]> spread(Space space, List<Past> over, double[] y, Chance chance) {
        int d = space.size();
        List<double[]> out = new ArrayList<>();
        SobolSequenceGenerator sequence = new SobolSequenceGenerator(d);
        double[] shift = new double[d];
        for (int j = 0; j < d; j++) {
            shift[j] = chance.unit();
        }
        for (int i = 0; i < SPREAD; i++) {
            double[] u = sequence.nextVector();
            for (int j = 0; j < d; j++) {
                u[j] = (u[j] + shift[j]) % 1;
            }
            out.add(u);
        }
        List<Integer> order = IntStream.range(0, y.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> y[i]))
                .limit(4)
                .toList();
        for (int i : order) {
            double[] middle = space.coordinates(over.get(i).point());
            for (double width : new double[] {0.1, 0.03, 0.01, 0.003, 0.001}) {
                for (int k = 0; k < 6; k++) {
                    double[] u = middle.clone();
                    for (int j = 0; j < d; j++) {
                        u[j] = Double.isNaN(u[j]) ? chance.unit() : u[j] + width * chance.normal();
                        u[j] = Math.min(Math.max(u[j], 0), Math.nextDown(1.0));
                    }
                    out.add(u);
                }
            }
        }
        return out;
    }

    /** As its point's own coordinates say: whole numbers in the middle of their part, NaN where an axis is not there. */
    private static void add(Space space, GaussianProcess model, double best, double[] u, List<Candidate> candidates) {
        Map<String, JsonNode> point = space.at(u);
        if (space.allows(point)) {
            double[] exact = exact(space, point, u);
            candidates.add(new Candidate(exact, model.unimprovement(exact, best, new double[exact.length])));
        }
    }

    private static double[] exact(Space space, Map<String, JsonNode> point, double[] u) {
        double[] out = space.coordinates(point);
        for (int j = 0; j < out.length; j++) {
            if (!Double.isNaN(out[j]) && space.dimensions().get(j).size() == 0) {
                out[j] = u[j];
            }
        }
        return out;
    }

    /** Uphill over the real axes. */
    private static Candidate climb(Space space, GaussianProcess model, double best, Candidate from) {
        int d = space.size();
        double[] lo = new double[d];
        double[] hi = new double[d];
        boolean any = false;
        for (int j = 0; j < d; j++) {
            boolean real = space.dimensions().get(j).size() == 0 && !Double.isNaN(from.u()[j]);
            lo[j] = real ? 0 : from.u()[j];
            hi[j] = real ? Math.nextDown(1.0) : from.u()[j];
            any |= real;
        }
        if (!any) {
            return from;
        }
        boolean[] there = new boolean[d];
        double[] start = from.u().clone();
        for (int j = 0; j < d; j++) {
            there[j] = !Double.isNaN(start[j]);
            if (!there[j]) {
                lo[j] = 0;
                hi[j] = 0;
                start[j] = 0;
            }
        }
        LBfgs.Minimum found = LBfgs.minimise(
                (u, gradient) -> model.unimprovement(marked(u, there), best, gradient), start, lo, hi, 40);
        double[] u = marked(found.x(), there);
        return found.value() < from.value() && space.allows(space.at(u)) ? new Candidate(u, found.value()) : from;
    }

    private static double[] marked(double[] u, boolean[] there) {
        double[] out = u.clone();
        for (int j = 0; j < out.length; j++) {
            out[j] = there[j] ? out[j] : Double.NaN;
        }
        return out;
    }

    /** Another value of one axis of whole numbers or of a list, where that is better. */
    private static Candidate stepped(Space space, GaussianProcess model, double best, Candidate from) {
        Candidate at = from;
        for (int j = 0; j < space.size(); j++) {
            Dimension dimension = space.dimensions().get(j);
            int size = dimension.size();
            if (size < 2 || Double.isNaN(at.u()[j])) {
                continue;
            }
            List<Double> others = new ArrayList<>();
            if (dimension.unordered() || size <= 16) {
                for (int k = 0; k < size; k++) {
                    others.add((k + 0.5) / size);
                }
            } else {
                for (double step : new double[] {1, 2, 4, 8}) {
                    others.add(at.u()[j] - step / size);
                    others.add(at.u()[j] + step / size);
                }
            }
            for (double other : others) {
                double[] u = at.u().clone();
                u[j] = Math.min(Math.max(other, 0), Math.nextDown(1.0));
                for (int k = 0; k < u.length; k++) {
                    u[k] = Double.isNaN(u[k]) ? 0.5 : u[k];
                }
                List<Candidate> found = new ArrayList<>();
                add(space, model, best, u, found);
                if (!found.isEmpty() && found.get(0).value() < at.value()) {
                    at = found.get(0);
                }
            }
        }
        return at;
    }
}
