package dev.runyard.vision.invert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.client.ClientBundle;
import dev.runyard.vision.client.EmbeddingClassifier;
import dev.runyard.vision.client.PatchLayout;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.feed.Feed;
import dev.runyard.vision.feed.Inference;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.invert.InversionReport.Agreement;
import dev.runyard.vision.invert.InversionReport.PixelRange;
import dev.runyard.vision.method.PromptNetwork.Prompts;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.TrainedRun;
import java.io.IOException;
import java.util.Objects;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Test images three ways through the frozen model: prompts as tokens, pixels as floats, pixels as 8 bits. The first is scored by the
 * run's own classifier, the others by the client's.
 */
final class Comparison {
    private static final int BATCH = 32;

    private final TrainedRun run;
    private final ClientBundle bundle;
    private final @Nullable EmbeddingClassifier classifier;
    private final Way asFloat = new Way();
    private final Way asEightBit = new Way();
    private int images;
    private int latentRight;
    private double largest;
    private long values;
    private long outside;
    private final double[] range = {
        Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };

    Comparison(TrainedRun run, ClientBundle bundle) throws IOException {
        this.run = run;
        this.bundle = bundle;
        this.classifier = bundle.classifier().orElse(null);
    }

    /** What is counted of one way. */
    private static final class Way {
        private double difference;
        private int same;
        private int right;
    }

    /** The first {@code n} images of a split. */
    void over(Split split, int n, DoubleConsumer progress) throws IOException {
        int side = run.imageSize();
        Feed feed = Feed.of(n, side, run.normalisation(), i -> split.pixels(i, side));
        Inference.over(feed, BATCH, Inference.Pace.FULL, (pixels, from, count) -> {
            batch(pixels, split, from, count);
            progress.accept((double) (from + count) / n);
        });
    }

    private void batch(NDArray seen, Split split, int from, int n) throws IOException {
        Prompts made = Objects.requireNonNull(run.model().prompts(run.model().parameters(), seen));
        NDArray latents = run.backbone().encode(seen, made.prompts(), false).embedding();
        float[] latent = Torch.read(latents);
        NDArray scores = run.model().classify(run.model().parameters(), latents);
        float[] latentScores = scores == null ? new float[0] : Torch.read(scores);
        float[] pixels = Torch.read(seen);
        int[] predicted =
                classifier == null ? new int[n] : EmbeddingClassifier.best(latentScores, classifier.classes());
        for (float value : latent) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < n; i++) {
            latentRight += predicted[i] == split.label(from + i) ? 1 : 0;
        }
        float[] taller = bundle.taller(pixels, n);
        measure(taller, n);
        compare(asFloat, latent, predicted, taller, split, from, n);
        compare(
                asEightBit,
                latent,
                predicted,
                EightBit.of(taller, n, bundle.manifest().normalisation()),
                split,
                from,
                n);
        images += n;
    }

    private void compare(Way way, float[] latent, int[] predicted, float[] taller, Split split, int from, int n)
            throws IOException {
        float[] embedding;
        PatchLayout layout = bundle.layout();
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray pixels = Torch.floats(manager, taller, n, 3, layout.height(), layout.imageSize());
            embedding = Torch.read(
                    run.backbone().encode(pixels, null, bundle.manifest().positions()));
        }
        for (int i = 0; i < latent.length; i++) {
            way.difference = Math.max(way.difference, Math.abs((double) latent[i] - embedding[i]));
        }
        if (classifier != null) {
            int[] best = EmbeddingClassifier.best(classifier.scores(embedding), classifier.classes());
            for (int i = 0; i < n; i++) {
                way.same += best[i] == predicted[i] ? 1 : 0;
                way.right += best[i] == split.label(from + i) ? 1 : 0;
            }
        }
    }

    /** The patches' values, in both units. */
    private void measure(float[] taller, int n) {
        PatchLayout layout = bundle.layout();
        Normalisation normalisation = bundle.manifest().normalisation();
        int width = layout.imageSize();
        for (int plane = 0; plane < n * 3; plane++) {
            int channel = plane % 3;
            for (int i = layout.imageSize() * width; i < layout.height() * width; i++) {
                double value = taller[plane * layout.height() * width + i];
                double rgb = 255
                        * (value * normalisation.std()[channel] + normalisation.mean()[channel]);
                range[0] = Math.min(range[0], value);
                range[1] = Math.max(range[1], value);
                range[2] = Math.min(range[2], rgb);
                range[3] = Math.max(range[3], rgb);
                outside += rgb < 0 || rgb > 255 ? 1 : 0;
                values++;
            }
        }
    }

    int images() {
        return images;
    }

    double largest() {
        return largest;
    }

    @Nullable
    PixelRange range() {
        return images == 0 ? null : new PixelRange(range[0], range[1], range[2], range[3], 100.0 * outside / values);
    }

    @Nullable
    Double latentTop1() {
        return images == 0 || classifier == null ? null : 100.0 * latentRight / images;
    }

    @Nullable
    Agreement asFloat() {
        return agreement(asFloat);
    }

    @Nullable
    Agreement asEightBit() {
        return agreement(asEightBit);
    }

    private @Nullable Agreement agreement(Way way) {
        if (images == 0) {
            return null;
        }
        return classifier == null
                ? new Agreement(way.difference, null, null)
                : new Agreement(way.difference, 100.0 * way.same / images, 100.0 * way.right / images);
    }
}
