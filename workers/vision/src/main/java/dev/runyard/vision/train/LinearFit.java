package dev.runyard.vision.train;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.method.Model;
import dev.runyard.vision.method.solver.LogisticRegression;
import dev.runyard.vision.method.solver.LogisticRegression.Fit;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.input.Features;
import dev.runyard.vision.train.report.TrainingFailure;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's linear probe (science reference §5.2): logistic regression on frozen features. Without a strength C it is chosen on val: seven
 * values from 1e-6 to 1e6, then the neighbours of the best at half the distance, down to eight a decade; of equal ones the middle one. An
 * end of the range is taken only where no strength inside is within one standard error of it on val, and then with a warning.
 * The last fit is then on train and val together. Nothing is saved on the way: it is a function of the features, made again in moments.
 */
final class LinearFit {
    /** Of the last fit; scikit-learn's own is 1e-4. */
    private static final double TOLERANCE = 1e-5;

    /** Of fits that only choose C. */
    private static final double ROUGH = 1e-4;

    /** Exponents of the first seven, and the finest distance. */
    private static final double FIRST = -6;

    private static final double LAST = 6;
    private static final double FINEST = 0.125;

    private final MethodSpec.Linear spec;
    private final boolean both;
    private final Dataset data;
    private final Features features;
    private final Model model;
    private final TrainingListener listener;

    private @Nullable Order stopped;

    /** Percent of val that the best strength got right while val was not part of the fit; NaN when none was searched. */
    private double chosenTop1 = Double.NaN;

    /** @param both whether the last fit is on train and val also where C is given */
    LinearFit(
            MethodSpec.Linear spec,
            boolean both,
            Dataset data,
            Features features,
            Model model,
            TrainingListener listener) {
        this.spec = spec;
        this.both = both;
        this.data = data;
        this.features = features;
        this.model = model;
        this.listener = listener;
    }

    /** Fits, puts the result into the model and has it judged. */
    Outcome run(Loop loop) throws IOException {
        listener.resumed(0);
        Double given = spec.inverseRegularisation();
        double c = given == null ? chosen() : given;
        if (stopped != null) {
            return new Outcome.GivenBack(0, Loop.cause(stopped));
        }
        List<Split> parts = given == null || both ? List.of(data.train(), data.val()) : List.of(data.train());
        int most = most();
        Fit fit;
        try (LogisticRegression regression = regression(parts)) {
            fit = regression.fit(c, new double[0], most, TOLERANCE, (i, mean) -> {
                listener.points(List.of(point("train/loss", i, mean)));
                listener.progress(i, most, 0, 1);
                return goesOn();
            });
        }
        if (stopped != null) {
            return new Outcome.GivenBack(0, Loop.cause(stopped));
        }
        if (!fit.converged()) {
            listener.log(
                    "the fit had not converged after " + fit.iterations() + " iterations; raise method.iterations");
        }
        int classes = data.classes();
        int d = features.width();
        put(model.parameters().get("classifier.weight"), fit.point(), 0, classes * d);
        put(model.parameters().get("classifier.bias"), fit.point(), classes * d, classes);
        listener.points(List.of(point("train/inverse-regularisation", fit.iterations(), c)));
        if (!Double.isFinite(fit.objective())) {
            throw new TrainingFailure(
                    FailureReason.NOT_FINITE,
                    "the fit's objective is not finite: the backbone's embeddings are not numbers");
        }
        return loop.judge(fit.iterations(), given != null && !both, chosenTop1);
    }

    private int most() {
        Integer iterations = spec.iterations();
        return iterations == null ? 1_000 : iterations;
    }

    /** The strength that is best on val. */
    private double chosen() {
        if (data.val().size() == 0) {
            listener.log("there is no val part to choose C on; C = 1");
            return 1;
        }
        TreeMap<Double, Integer> right = new TreeMap<>();
        TreeMap<Double, double[]> points = new TreeMap<>();
        try (LogisticRegression train = regression(List.of(data.train()));
                LogisticRegression val = regression(List.of(data.val()))) {
            double distance = 2;
            for (double e = FIRST; e <= LAST; e += distance) {
                attempt(e, train, val, right, points);
            }
            while (distance > FINEST && stopped == null) {
                distance /= 2;
                double best = best(right, data.val().size());
                for (double e : new double[] {best - distance, best + distance}) {
                    if (e >= FIRST && e <= LAST) {
                        attempt(e, train, val, right, points);
                    }
                }
            }
        }
        if (stopped != null) {
            return Double.NaN;
        }
        double exponent = best(right, data.val().size());
        double c = Math.pow(10, exponent);
        chosenTop1 = 100.0 * right.getOrDefault(exponent, 0) / data.val().size();
        listener.log(String.format(
                Locale.ROOT,
                "C = %.4g of %d strengths is best on val (%d of %d right); the last fit is on train and val",
                c,
                right.size(),
                right.get(exponent),
                data.val().size()));
        if (exponent == FIRST || exponent == LAST) {
            listener.log("C lies at the end of the strengths that were tried (1e-6 to 1e6): the best may lie beyond, or"
                    + " val is too small to tell; give method.inverseRegularisation to be sure");
        }
        return c;
    }

    private void attempt(
            double exponent,
            LogisticRegression train,
            LogisticRegression val,
            TreeMap<Double, Integer> right,
            TreeMap<Double, double[]> points) {
        if (stopped != null || right.containsKey(exponent)) {
            return;
        }
        Map.Entry<Double, double[]> weaker = points.lowerEntry(exponent);
        double[] start = weaker == null ? new double[0] : weaker.getValue();
        Fit fit = train.fit(Math.pow(10, exponent), start, most(), ROUGH, (i, mean) -> goesOn());
        points.put(exponent, fit.point());
        right.put(exponent, right(val.logits(fit.point()), data.val().labels()));
    }

    /**
     * The exponent to choose.
     *
     * @param right images of val that each strength got right, by its exponent
     * @param n images of val
     */
    static double best(TreeMap<Double, Integer> right, int n) {
        int most = right.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        double chosen = middle(right, most, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        if (chosen > FIRST && chosen < LAST) {
            return chosen;
        }
        double share = (double) most / n;
        double error = Math.sqrt(n * share * (1 - share));
        int inside = right.subMap(FIRST, false, LAST, false).values().stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElse(-1);
        return inside >= most - error ? middle(right, inside, FIRST, LAST) : chosen;
    }

    /** Of the strengths between two others that got so many right, the middle one, of two the smaller. */
    private static double middle(TreeMap<Double, Integer> right, int count, double low, double high) {
        List<Double> equal = right.entrySet().stream()
                .filter(e -> e.getValue() == count && e.getKey() > low && e.getKey() < high)
                .map(Map.Entry::getKey)
                .toList();
        return equal.get((equal.size() - 1) / 2);
    }

    private static int right(double[] logits, int[] labels) {
        int classes = logits.length / labels.length;
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                best = logits[i * classes + c] > logits[i * classes + best] ? c : best;
            }
            right += best == labels[i] ? 1 : 0;
        }
        return right;
    }

    private LogisticRegression regression(List<Split> parts) {
        int[] labels = parts.stream()
                .flatMapToInt(part -> Arrays.stream(part.labels()))
                .toArray();
        return new LogisticRegression(
                (i, to, at) -> {
                    int image = i;
                    int part = 0;
                    while (image >= parts.get(part).size()) {
                        image -= parts.get(part).size();
                        part++;
                    }
                    features.get(parts.get(part), image, to, at);
                },
                features.width(),
                labels,
                data.classes());
    }

    private boolean goesOn() {
        Order order = listener.order();
        stopped = order == Order.CONTINUE ? null : order;
        return stopped == null;
    }

    private static void put(NDArray target, double[] values, int from, int count) {
        FloatBuffer floats = FloatBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            floats.put(i, (float) values[from + i]);
        }
        Torch.fill(target, floats);
    }

    private static MetricPoint point(String key, long step, double value) {
        return new MetricPoint(key, step, null, value, System.currentTimeMillis() * 1_000);
    }
}
