package dev.runyard.spec.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.space.Axis;
import dev.runyard.spec.space.Chance;
import dev.runyard.spec.space.Space;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.util.FastMath;

/**
 * Covariance matrix adaptation with active weights. Hansen: The CMA Evolution Strategy: A Tutorial, arXiv 1604.00772, with its default
 * settings. Hipparchus' own wants the whole search in one call; here a point is asked for at a time, and the state is what the history
 * leads to: the points that are over, in the order of their draws, are taken a generation at a time.
 */
final class CmaEsSampler extends OneByOne {
    /** Of the widths of the axes. */
    private static final double FIRST_SIGMA = 1.0 / 6;

    private static final int INSIDE = 100;

    @Override
    public int version() {
        return 1;
    }

    @Override
    public void check(Space space) {
        if (space.conditional()) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE", "sampler", "cma-es", "cannot search axes that are not always there", "use tpe");
        }
        space.dimensions().forEach(d -> {
            if (d.axis() instanceof Axis.Choice choice && choice.values().size() > 1) {
                throw new InvalidSpec(
                        "NOT_APPLICABLE",
                        "axes." + d.path(),
                        choice.values(),
                        "is a list, and sampler cma-es searches ranges of numbers",
                        "give a range, or use tpe");
            }
        });
        if (space.dimensions().stream().filter(d -> d.size() != 1).count() < 2) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE", "sampler", "cma-es", "needs two axes of numbers at least", "use tpe or gp");
        }
    }

    @Override
    Map<String, JsonNode> next(Space space, long seed, List<Past> history) {
        int[] moving = java.util.stream.IntStream.range(0, space.size())
                .filter(j -> space.dimensions().get(j).size() != 1)
                .toArray();
        State state = new State(moving.length);
        List<double[]> generation = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        for (Past past : history) {
            double[] u = space.coordinates(past.point());
            double[] x = new double[moving.length];
            boolean whole = past.state() != Past.State.OPEN;
            for (int k = 0; k < moving.length; k++) {
                x[k] = u[moving[k]];
                whole &= !Double.isNaN(x[k]);
            }
            if (!whole) {
                continue;
            }
            generation.add(x);
            losses.add(past.broken() ? Double.POSITIVE_INFINITY : past.loss());
            if (generation.size() == state.lambda) {
                state.tell(generation, losses);
                generation.clear();
                losses.clear();
            }
        }
        double[] u = new double[space.size()];
        double[] x = state.ask(new Chance(seed, "cma-es " + history.size()));
        for (int k = 0; k < moving.length; k++) {
            u[moving[k]] = x[k];
        }
        return space.at(u);
    }

    /** Mean, step size, covariance and paths; names as in the tutorial. */
    private static final class State {
        final int n;
        final int lambda;
        final int mu;
        final double[] weights;
        final double muEff;
        final double cSigma;
        final double dSigma;
        final double cC;
        final double c1;
        final double cMu;
        final double chiN;
        final double[] mean;
        final double[] pSigma;
        final double[] pC;
        double[][] c;
        double[][] b;
        double[] d;
        double sigma = FIRST_SIGMA;
        int generations;

        State(int n) {
            this.n = n;
            lambda = 4 + (int) (3 * FastMath.log(n));
            mu = lambda / 2;
            double[] raw = new double[lambda];
            for (int i = 0; i < lambda; i++) {
                raw[i] = FastMath.log((lambda + 1) / 2.0) - FastMath.log(i + 1);
            }
            muEff = effective(raw, 0, mu);
            double muEffMinus = effective(raw, mu, lambda);
            c1 = 2 / ((n + 1.3) * (n + 1.3) + muEff);
            cMu = Math.min(1 - c1 - 1e-8, 2 * (muEff - 2 + 1 / muEff) / ((n + 2.0) * (n + 2.0) + muEff));
            cSigma = (muEff + 2) / (n + muEff + 5);
            dSigma = 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cSigma;
            cC = (4 + muEff / n) / (n + 4 + 2 * muEff / n);
            double alpha =
                    Math.min(1 + c1 / cMu, Math.min(1 + 2 * muEffMinus / (muEff + 2), (1 - c1 - cMu) / (n * cMu)));
            double plus = 0;
            double minus = 0;
            for (double w : raw) {
                plus += Math.max(w, 0);
                minus -= Math.min(w, 0);
            }
            weights = new double[lambda];
            for (int i = 0; i < lambda; i++) {
                weights[i] = raw[i] >= 0 ? raw[i] / plus : alpha * raw[i] / minus;
            }
            chiN = Math.sqrt(n) * (1 - 1.0 / (4 * n) + 1.0 / (21.0 * n * n));
            mean = new double[n];
            java.util.Arrays.fill(mean, 0.5);
            pSigma = new double[n];
            pC = new double[n];
            c = MatrixUtils.createRealIdentityMatrix(n).getData();
            decompose();
        }

        private static double effective(double[] raw, int from, int to) {
            double sum = 0;
            double squares = 0;
            for (int i = from; i < to; i++) {
                sum += raw[i];
                squares += raw[i] * raw[i];
            }
            return sum * sum / squares;
        }

        private void decompose() {
            EigenDecompositionSymmetric eigen = new EigenDecompositionSymmetric(MatrixUtils.createRealMatrix(c));
            b = eigen.getV().getData();
            d = eigen.getEigenvalues();
            for (int i = 0; i < n; i++) {
                d[i] = Math.sqrt(Math.max(d[i], 1e-16));
            }
        }

        /** Within the axes; drawn again where it is not, and cut where that does not help. */
        double[] ask(Chance chance) {
            double[] x = new double[n];
            for (int tried = 0; tried < INSIDE; tried++) {
                double[] z = new double[n];
                for (int i = 0; i < n; i++) {
                    z[i] = d[i] * chance.normal();
                }
                boolean inside = true;
                for (int i = 0; i < n; i++) {
                    x[i] = mean[i];
                    for (int j = 0; j < n; j++) {
                        x[i] += sigma * b[i][j] * z[j];
                    }
                    inside &= x[i] >= 0 && x[i] < 1;
                }
                if (inside) {
                    return x;
                }
            }
            for (int i = 0; i < n; i++) {
                x[i] = Math.min(Math.max(x[i], 0), Math.nextDown(1.0));
            }
            return x;
        }

        void tell(List<double[]> points, List<Double> losses) {
            generations++;
            List<Integer> order = java.util.stream.IntStream.range(0, lambda)
                    .boxed()
                    .sorted(Comparator.comparingDouble(losses::get))
                    .toList();
            double[][] y = new double[lambda][n];
            double[] step = new double[n];
            for (int k = 0; k < lambda; k++) {
                double[] x = points.get(order.get(k));
                for (int i = 0; i < n; i++) {
                    y[k][i] = (x[i] - mean[i]) / sigma;
                    step[i] += k < mu ? weights[k] * y[k][i] : 0;
                }
            }
            for (int i = 0; i < n; i++) {
                mean[i] += sigma * step[i];
            }
            double[] white = whitened(step);
            double length = 0;
            for (int i = 0; i < n; i++) {
                pSigma[i] = (1 - cSigma) * pSigma[i] + Math.sqrt(cSigma * (2 - cSigma) * muEff) * white[i];
                length += pSigma[i] * pSigma[i];
            }
            length = Math.sqrt(length);
            boolean moving =
                    length / Math.sqrt(1 - FastMath.pow(1 - cSigma, 2.0 * generations)) < (1.4 + 2.0 / (n + 1)) * chiN;
            for (int i = 0; i < n; i++) {
                pC[i] = (1 - cC) * pC[i] + (moving ? Math.sqrt(cC * (2 - cC) * muEff) * step[i] : 0);
            }
            adapt(y, moving);
            sigma = Math.min(sigma * FastMath.exp(cSigma / dSigma * (length / chiN - 1)), 1e3);
            decompose();
        }

        private void adapt(double[][] y, boolean moving) {
            double sum = 0;
            double[] w = new double[lambda];
            for (int k = 0; k < lambda; k++) {
                sum += weights[k];
                double[] white = whitened(y[k]);
                double squares = 1e-8;
                for (double v : white) {
                    squares += v * v;
                }
                w[k] = weights[k] >= 0 ? weights[k] : weights[k] * n / squares;
            }
            double kept = 1 + (moving ? 0 : c1 * cC * (2 - cC)) - c1 - cMu * sum;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    double value = kept * c[i][j] + c1 * pC[i] * pC[j];
                    for (int k = 0; k < lambda; k++) {
                        value += cMu * w[k] * y[k][i] * y[k][j];
                    }
                    c[i][j] = value;
                    c[j][i] = value;
                }
            }
        }

        /** C^(-1/2) times a vector. */
        private double[] whitened(double[] v) {
            double[] out = new double[n];
            for (int j = 0; j < n; j++) {
                double along = 0;
                for (int i = 0; i < n; i++) {
                    along += b[i][j] * v[i];
                }
                for (int i = 0; i < n; i++) {
                    out[i] += b[i][j] * along / d[j];
                }
            }
            return out;
        }
    }
}
