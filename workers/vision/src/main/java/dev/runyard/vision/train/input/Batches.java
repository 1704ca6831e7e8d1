package dev.runyard.vision.train.input;

import dev.runyard.spec.training.Augment;
import dev.runyard.vision.data.Batch;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.image.View;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Batches of one training, as pure functions of the seed and the step. The next one is prepared while the present one is used.
 *
 * <p>The last batch of an epoch may be smaller; no image is left out.
 */
public final class Batches implements AutoCloseable {
    /** Key of the shuffle among the images' own keys, which count from 0. */
    private static final long SHUFFLE = -1;

    private final Split split;
    private final @Nullable Features features;
    private final int size;
    private final int batchSize;
    private final Augment augment;
    private final List<View> views;
    private final Normalisation normalisation;
    private final long seed;
    private final long steps;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "batch-reader");
        thread.setDaemon(true);
        return thread;
    });

    private int shuffledEpoch = -1;
    private int[] order = {};
    private long prepared = -1;
    private @Nullable Future<List<Batch>> next;

    /**
     * @param features what to learn from in place of the images; null for the images
     * @param size side of the images in px
     * @param augment of the only view when there are no others
     * @param views of each image; empty for one
     * @param steps of the whole training; none is prepared beyond
     */
    public Batches(
            Split split,
            @Nullable Features features,
            int size,
            int batchSize,
            Augment augment,
            List<View> views,
            Normalisation normalisation,
            long seed,
            long steps) {
        this.split = split;
        this.features = features;
        this.size = size;
        this.batchSize = batchSize;
        this.augment = augment;
        this.views = views;
        this.normalisation = normalisation;
        this.seed = seed;
        this.steps = steps;
    }

    int perEpoch() {
        return (split.size() + batchSize - 1) / batchSize;
    }

    /** The batch that step {@code step} (from 0) learns from, one entry a view of the same images. */
    public List<Batch> training(long step) throws IOException {
        if (features != null) {
            return build(step); // a copy of a few rows: handing it to another thread would take longer
        }
        Future<List<Batch>> ready = next != null && prepared == step ? next : reader.submit(() -> build(step));
        try {
            List<Batch> batch = ready.get();
            prepared = step + 1;
            next = step + 1 < steps ? reader.submit(() -> build(step + 1)) : null;
            return batch;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading images", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException fault) {
                throw fault;
            }
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            if (e.getCause() instanceof Error fault) {
                throw fault;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private List<Batch> build(long step) throws IOException {
        int epoch = Math.toIntExact(step / perEpoch());
        if (epoch != shuffledEpoch) {
            order = new Draws(seed, epoch, SHUFFLE).order(0, split.size());
            shuffledEpoch = epoch;
        }
        int from = Math.toIntExact(step % perEpoch()) * batchSize;
        int n = Math.min(batchSize, split.size() - from);
        if (features != null) {
            return List.of(features.batch(split, Arrays.copyOfRange(order, from, from + n)));
        }
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = split.label(order[from + i]);
        }
        List<Batch> out = new ArrayList<>();
        for (int v = 0; v < Math.max(1, views.size()); v++) {
            int side = views.isEmpty() ? size : views.get(v).size();
            float[] pixels = new float[n * 3 * side * side];
            for (int i = 0; i < n; i++) {
                int image = order[from + i];
                Draws draws = new Draws(seed, epoch, image);
                byte[] rgb = views.isEmpty()
                        ? split.augmented(image, size, augment, draws)
                        : split.view(image, views.get(v), draws.view(v));
                normalisation.apply(rgb, pixels, i * 3 * side * side);
            }
            out.add(new Batch(pixels, new long[] {3, side, side}, labels));
        }
        return out;
    }

    @Override
    public void close() {
        // Not by interruption: that would close the channel of decoded pixels, which other runs of this process share.
        reader.shutdown();
        try {
            if (!reader.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("a batch could not be read within a minute");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
