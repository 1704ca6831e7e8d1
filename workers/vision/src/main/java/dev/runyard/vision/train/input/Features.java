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
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a frozen backbone makes of every image of a data set by the test transform, computed once and kept below the data cache. The
 * files' names tell data, backbone, transform and what else decides the bits; a file that is damaged is made again.
 */
public final class Features {
    private static final int BATCH = 64;
    private static final String EMBEDDING = "embedding";
    private static final String KEY = "runyard.key";
    private static final String CHECKSUM = "runyard.crc32c";

    private final int width;
    private final Map<String, float[]> parts;

    private Features(int width, Map<String, float[]> parts) {
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
        Map<String, float[]> parts = new TreeMap<>();
        for (Split split : List.of(data.train(), data.val(), data.test())) {
            String key = key(split, data.hash(), backbone, normalisation, options);
            Path file = options.dataCache()
                    .resolve("features")
                    .resolve(key.substring(0, 20) + "-" + split.part() + ".safetensors");
            float[] values = read(file, key, split.size(), backbone.shape().embedding());
            if (values == null) {
                values = computed(split, backbone, normalisation, listener);
                if (values == null) {
                    return null;
                }
                write(file, key, values, split.size(), backbone.shape().embedding());
            }
            parts.put(split.part(), values);
        }
        return new Features(backbone.shape().embedding(), parts);
    }

    /** d */
    public int width() {
        return width;
    }

    /** [n, d] of a whole part, row-major; not to be changed. */
    public float[] of(Split split) {
        float[] values = parts.get(split.part());
        if (values == null) {
            throw new IllegalArgumentException("no features of part " + split.part());
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
        float[] all = of(split);
        float[] values = new float[images.length * width];
        int[] labels = new int[images.length];
        for (int i = 0; i < images.length; i++) {
            System.arraycopy(all, images[i] * width, values, i * width, width);
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
                backbone.precision() == Precision.FP32 ? "features-1" : "features-1 " + backbone.precision(),
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

    private static float @Nullable [] read(Path file, String key, int n, int d) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        try (Safetensors in = Safetensors.open(file)) {
            boolean ours = key.equals(in.metadata().get(KEY))
                    && in.has(EMBEDDING)
                    && in.info(EMBEDDING).shape().equals(List.of((long) n, (long) d));
            float[] values = ours ? in.floats(EMBEDDING) : new float[0];
            return ours && checksum(values).equals(in.metadata().get(CHECKSUM)) ? values : null;
        } catch (SafetensorsException e) {
            return null;
        }
    }

    private static void write(Path file, String key, float[] values, int n, int d) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        new SafetensorsWriter()
                .metadata(KEY, key)
                .metadata(CHECKSUM, checksum(values))
                .floats(EMBEDDING, new long[] {n, d}, values)
                .write(file);
    }

    private static String checksum(float[] values) {
        CRC32C crc = new CRC32C();
        ByteBuffer piece = ByteBuffer.allocate(4 * 4_096);
        for (int from = 0; from < values.length; from += 4_096) {
            int n = Math.min(4_096, values.length - from);
            piece.clear().limit(4 * n);
            piece.asFloatBuffer().put(values, from, n);
            crc.update(piece.array(), 0, 4 * n);
        }
        return Long.toHexString(crc.getValue());
    }

    private static float @Nullable [] computed(
            Split split, FrozenBackbone backbone, Normalisation normalisation, TrainingListener listener)
            throws IOException {
        int d = backbone.shape().embedding();
        float[] out = new float[Math.multiplyExact(split.size(), d)];
        Inference.Pace pace = done -> {
            listener.preparing("features of " + split.part(), done, split.size());
            return listener.order() == Order.CONTINUE;
        };
        Feed images = Feed.of(split, backbone.shape().imageSize(), normalisation);
        boolean whole = Inference.over(images, BATCH, pace, (pixels, from, n) -> {
            NDArray embedding = backbone.encode(pixels, null, false).embedding();
            System.arraycopy(Torch.read(embedding), 0, out, from * d, n * d);
        });
        return whole ? out : null;
    }
}
