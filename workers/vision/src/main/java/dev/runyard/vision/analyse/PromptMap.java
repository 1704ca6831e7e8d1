package dev.runyard.vision.analyse;

import dev.runyard.vision.analyse.TSne.Layout;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.plot.Scatter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * A map of the PGN's outputs by t-SNE: images with like prompts lie together. Coloured by data set when there are several (the paper's
 * figure of the multi-dataset PGN: the domains part although no data set label was ever given), else by class.
 */
final class PromptMap {
    private static final int ITERATIONS = 1_000;

    private final AnalyseRequest request;

    PromptMap(AnalyseRequest request) {
        this.request = request;
    }

    void run(Sample sample, Output out, DoubleConsumer progress) throws IOException {
        int[] shown = shown(sample.n());
        int n = shown.length;
        Points points = Objects.requireNonNull(sample.prompts()).only(shown);
        // A neighbourhood beyond a third of the points says nothing: the usual bound.
        double perplexity = Math.min(request.perplexity(), Math.max(1.5, (n - 1) / 3.0));
        Layout layout = new TSne(Affinities.of(points, perplexity), n, request.seed()).run(ITERATIONS, progress);
        out.number("points", n);
        out.number("perplexity", perplexity);
        out.number("iterations", ITERATIONS);
        out.number("divergence", layout.divergence());

        boolean several = sample.sourceNames().size() > 1;
        int[] all = several ? sample.sources() : sample.labels();
        int[] kinds = Arrays.stream(shown).map(i -> all[i]).toArray();
        List<String> hover = new ArrayList<>();
        int[] nearest = nearest(points);
        int alike = 0;
        List<List<?>> rows = new ArrayList<>(List.of(List.of("image", "dataset", "class", "x", "y", "nearest_image")));
        for (int i = 0; i < n; i++) {
            String name = sample.names().get(shown[i]);
            String source = sample.sourceNames().get(sample.sources()[shown[i]]);
            String label = sample.className(shown[i]);
            hover.add(label + "  " + name);
            alike += kinds[i] == kinds[nearest[i]] ? 1 : 0;
            String neighbour = sample.names().get(shown[nearest[i]]);
            rows.add(List.of(name, source, label, layout.places()[2 * i], layout.places()[2 * i + 1], neighbour));
        }
        out.number("nearest prompts of the same " + (several ? "data set" : "class") + ", share", (double) alike / n);
        out.table("tsne.csv", rows);
        String title = "Prompts of " + n + " images by " + (several ? "data set" : "class");
        List<String> names = several ? sample.sourceNames() : sample.classNames();
        String note = String.format(
                Locale.ROOT,
                "t-SNE of the prompts, perplexity %.1f, seed %d, KL divergence %.3f nats; axes have no unit",
                perplexity,
                request.seed(),
                layout.divergence());
        out.figure("tsne", new Scatter(title, note, layout.places(), kinds, names, hover).figure());
    }

    /** Of each point the nearest other one, by the prompts themselves and not by the map. */
    static int[] nearest(Points points) {
        return IntStream.range(0, points.n())
                .parallel()
                .map(i -> {
                    int best = -1;
                    double least = Double.POSITIVE_INFINITY;
                    for (int j = 0; j < points.n(); j++) {
                        double distance = points.squaredDistance(i, j);
                        if (j != i && (best < 0 || distance < least)) {
                            least = distance;
                            best = j;
                        }
                    }
                    return best;
                })
                .toArray();
    }

    /** All, or as many as were asked for, drawn by the seed. */
    private int[] shown(int n) {
        int[] order = new Draws(request.seed(), 0, -1).order(0, n);
        return Arrays.stream(order, 0, Math.min(n, request.mapped())).sorted().toArray();
    }
}
