package dev.runyard.vision.analyse;

import dev.runyard.vision.analyse.Sample.Mixtures;
import dev.runyard.vision.plot.Bars;
import dev.runyard.vision.plot.Colours.Scale;
import dev.runyard.vision.plot.HeatMap;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How evenly the token library is used, and how alike its tokens are. The paper finds that a larger library stops helping (its
 * ablation of the library's size) and takes that for redundant tokens; these are the numbers for it.
 */
final class LibraryUse {
    private static final double ALIKE = 0.9;

    void run(Mixtures mixtures, int images, Output out) throws IOException {
        int size = mixtures.size();
        double[] mean = new double[size];
        double rowEntropy = 0;
        double[] row = new double[size];
        for (int i = 0; i < images; i++) {
            for (int p = 0; p < mixtures.k(); p++) {
                for (int t = 0; t < size; t++) {
                    row[t] = mixtures.of(i, p, t);
                    mean[t] += row[t] / (images * mixtures.k());
                }
                rowEntropy += entropy(row) / (images * mixtures.k());
            }
        }
        double use = entropy(mean);
        double[][] similarity = similarity(mixtures.tokens());
        out.number("tokens", size);
        out.number("entropy of the mean use (nats)", use);
        out.number("tokens in use, exp(entropy)", Math.exp(use));
        out.number("tokens in one prompt, exp(mean entropy)", Math.exp(rowEntropy));
        redundancy(similarity, out);
        write(mean, similarity, out);
    }

    /** In nats, of numbers ≥ 0 taken as shares of their sum: sigmoid mixtures do not sum to 1. */
    static double entropy(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double out = 0;
        for (double value : values) {
            double share = value / sum;
            out -= share > 0 ? share * Math.log(share) : 0;
        }
        return out;
    }

    /** Cosines. */
    static double[][] similarity(Points tokens) {
        int n = tokens.n();
        double[] length = new double[n];
        double[][] out = new double[n][n];
        for (int i = 0; i < n; i++) {
            length[i] = Math.sqrt(product(tokens, i, i));
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double lengths = length[i] * length[j];
                out[i][j] = i == j ? 1 : lengths == 0 ? 0 : product(tokens, i, j) / lengths;
                out[j][i] = out[i][j];
            }
        }
        return out;
    }

    private static double product(Points points, int i, int j) {
        double sum = 0;
        for (int c = 0, d = points.d(); c < d; c++) {
            sum += (double) points.values()[i * d + c] * points.values()[j * d + c];
        }
        return sum;
    }

    private static void redundancy(double[][] similarity, Output out) {
        int n = similarity.length;
        double absolute = 0;
        double squares = 0;
        int alike = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                squares += similarity[i][j] * similarity[i][j];
                if (i < j) {
                    absolute += Math.abs(similarity[i][j]);
                    alike += similarity[i][j] > ALIKE ? 1 : 0;
                }
            }
        }
        double pairs = n * (n - 1) / 2.0;
        out.number("mean |cosine| of two tokens", n < 2 ? 0 : absolute / pairs);
        out.number("pairs with cosine > " + ALIKE, alike);
        // (sum of eigenvalues)² / sum of their squares: n for orthogonal tokens, 1 for parallel ones.
        out.number("dimensions spanned (participation ratio)", n * (double) n / squares);
    }

    private void write(double[] mean, double[][] similarity, Output out) throws IOException {
        int n = mean.length;
        List<Integer> order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer t) -> -mean[t]).thenComparing(t -> t))
                .toList();
        List<List<?>> rows = new ArrayList<>(List.of(List.of("rank", "token", "mean_coefficient")));
        double[] sorted = new double[n];
        double[][] ordered = new double[n][n];
        float[] flat = new float[n * n];
        float[] means = new float[n];
        for (int i = 0; i < n; i++) {
            int token = order.get(i);
            sorted[i] = mean[token];
            means[i] = (float) mean[i];
            rows.add(List.of(i, token, mean[token]));
            for (int j = 0; j < n; j++) {
                ordered[i][j] = similarity[token][order.get(j)];
                flat[i * n + j] = (float) similarity[i][j];
            }
        }
        out.table("library.csv", rows);
        out.tensors(
                "library.safetensors",
                new SafetensorsWriter()
                        .floats("mean_coefficient", new long[] {n}, means)
                        .floats("similarity", new long[] {n, n}, flat));
        double even = java.util.Arrays.stream(mean).sum() / n;
        String up = "mean coefficient";
        out.figure(
                "library",
                new Bars("Use of the library", "token, most used first", up, List.of(), sorted, null, even, "even use")
                        .figure());
        String axis = "token, most used first";
        out.figure(
                "library-similarity",
                new HeatMap("Likeness of tokens", List.of(), axis, ordered, -1, 1, "cosine", Scale.DIVERGING).figure());
    }
}
