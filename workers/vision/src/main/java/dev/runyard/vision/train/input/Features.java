package dev.runyard.vision.train.input;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.model.BackboneSpec.Precision;
import dev.runyard.spec.report.Order;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.data.Batch;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.feed.Feed;
import dev.runyard.vision.feed.Inference;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.image.TestTransform;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a frozen backbone makes of every image of a data set by the test transform, computed once and kept below the data cache. The
 * files' names tell data, backbone, transform and what else decides the bits; a file that is damaged is made again. They are read from where
 * they lie, so a data set of any size has them.
 */
public final class Features {
    private static final int BATCH = 64;

    private final int width;
    private final Map<String, StoredRows> parts;

    private Features(int width, Map<String, StoredRows> parts) {
        this.width = width;
        this.parts = parts;
    }

    /**
     * Reads or computes those of train, val and test. Uses the calling thread.
     *
     * @return null when the listener ordered a stop
     */
    public static @Nullable Features of(
            Dataset data,
            FrozenBackbone backbone,
            Normalisation normalisation,
            TrainingOptions options,
            TrainingListener listener)
            throws IOException {
        int width = backbone.shape().embedding();
        Map<String, StoredRows> parts = new TreeMap<>();
        for (Split split : List.of(data.train(), data.val(), data.test())) {
            String key = key(split, data.hash(), backbone, normalisation, options);
            Path file = options.dataCache()
                    .resolve("features")
                    .resolve(key.substring(0, 20) + "-" + split.part() + ".safetensors");
            StoredRows rows = StoredRows.open(file, key, split.size(), width);
            if (rows == null) {
                try {
                    StoredRows.write(
                            file, key, split.size(), width, embedded(split, backbone, normalisation, listener));
                } catch (Stopped e) {
                    return null;
                }
                rows = StoredRows.open(file, key, split.size(), width);
            }
            if (rows == null) {
                throw new IOException(file + " did not survive; is the disk in order?");
            }
            parts.put(split.part(), rows);
        }
        return new Features(width, parts);
    }

    /** The listener ordered a stop while features were made. */
    private static final class Stopped extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** d */
    public int width() {
        return width;
    }

    /**
     * That of an image of a part, [d].
     *
     * @param to gets it from position {@code at} on
     */
    public void get(Split split, int image, float[] to, int at) {
        StoredRows rows = parts.get(split.part());
        if (rows == null) {
            throw new IllegalArgumentException("no features of part " + split.part());
        }
        rows.get(image, to, at);
    }

    /** [n, d] of a whole part, row-major: for what needs all at once, and so fits. */
    public float[] all(Split split) {
        float[] values = new float[Math.multiplyExact(split.size(), width)];
        for (int i = 0; i < split.size(); i++) {
            get(split, i, values, i * width);
        }
        return values;
    }

    /** A whole part in its order, [n, d]. */
    public Feed feed(Split split) {
        return Feed.of(split.size(), (manager, from, n) -> {
            Batch batch = batch(split, IntStream.range(from, from + n).toArray());
            return Torch.floats(manager, batch.values(), batch.shape());
        });
    }

    /** The images at these positions of a part. */
    public Batch batch(Split split, int[] images) {
        float[] values = new float[images.length * width];
        int[] labels = new int[images.length];
        for (int i = 0; i < images.length; i++) {
            get(split, images[i], values, i * width);
            labels[i] = split.label(images[i]);
        }
        return new Batch(values, new long[] {width}, labels);
    }

    /** Threads and device are in it because they decide the last bits. */
    private static String key(
            Split split,
            String dataHash,
            FrozenBackbone backbone,
            Normalisation normalisation,
            TrainingOptions options) {
        String text = String.join(
                "|",
                split.transform().equals(TestTransform.PGN)
                        ? ""
                        : split.transform().toString(),
                backbone.precision() == Precision.FP32 ? "features-2" : "features-2 " + backbone.precision(),
                dataHash,
                split.part(),
                backbone.sha256(),
                String.valueOf(backbone.shape()),
                Arrays.toString(normalisation.mean()),
                Arrays.toString(normalisation.std()),
                options.device(),
                String.valueOf(options.threads()));
        return Sha256.of(text);
    }

    private static StoredRows.Making embedded(
            Split split, FrozenBackbone backbone, Normalisation normalisation, TrainingListener listener) {
        int d = backbone.shape().embedding();
        Feed images = Feed.of(split, backbone.shape().imageSize(), normalisation);
        return (first, count, out) -> {
            Inference.Pace pace = done -> {
                listener.preparing("features of " + split.part(), first + done, split.size());
                return listener.order() == Order.CONTINUE;
            };
            Feed block = Feed.of(count, (manager, from, n) -> images.read(manager, first + from, n));
            boolean whole = Inference.over(block, BATCH, pace, (pixels, from, n) -> {
                NDArray embedding = backbone.encode(pixels, null, false).embedding();
                System.arraycopy(Torch.read(embedding), 0, out, from * d, n * d);
            });
            if (!whole) {
                throw new Stopped();
            }
        };
    }
}
