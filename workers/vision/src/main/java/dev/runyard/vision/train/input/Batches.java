package dev.runyard.vision.train.input;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.spec.training.Augment;
import dev.runyard.vision.data.Batch;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.feed.Ahead;
import dev.runyard.vision.feed.Resident;
import dev.runyard.vision.feed.Upload;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.image.View;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.train.optim.Mixing;
import dev.runyard.vision.train.optim.Mixing.Mix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Batches of one training, as pure functions of the seed and the step. The next ones are read while the present one is used.
 *
 * <p>The last batch of an epoch may be smaller; no image is left out.
 */
public final class Batches implements AutoCloseable {
    /** Key of the shuffle among the images' own keys, which count from 0. */
    private static final long SHUFFLE = -1;

    private final Split split;
    private final @Nullable Features features;
    private final @Nullable Resident resident;
    private final int size;
    private final int batchSize;
    private final Augment augment;
    private final List<View> views;
    private final Normalisation normalisation;
    private final long seed;
    private final Share share;
    private final Mixing mixing;
    private final Upload upload = new Upload();
    private final Ahead<Fed> ahead;

    private int shuffledEpoch = -1;
    private int[] order = {};

    /**
     * @param features what to learn from in place of the images; null for the images
     * @param resident the images where they are on the device; null where each batch is read
     * @param size side of the images in px
     * @param augment of the only view when there are no others
     * @param views of each image; empty for one
     * @param steps of the whole training; none is prepared beyond
     * @param share of each batch that is read
     * @param mixing of a batch's images with each other
     */
    public Batches(
            Split split,
            @Nullable Features features,
            @Nullable Resident resident,
            int size,
            int batchSize,
            Augment augment,
            List<View> views,
            Normalisation normalisation,
            long seed,
            long steps,
            Share share,
            Mixing mixing) {
        this.split = split;
        this.features = features;
        this.resident = resident;
        this.size = size;
        this.batchSize = batchSize;
        this.augment = augment;
        this.views = views;
        this.normalisation = normalisation;
        this.seed = seed;
        this.share = share;
        this.mixing = mixing;
        ahead = new Ahead<>(steps, Ahead.depth(), this::build);
    }

    /**
     * A batch where the computing happens.
     *
     * @param manager of all its arrays
     * @param views each [n, …], one entry a view of the same images
     * @param labels [n]
     * @param classes the labels as an array [n]
     * @param whole images of the whole batch, of which these may be a share
     * @param mix what its images are mixed with; null for nothing
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Fed(
            NDManager manager,
            List<NDArray> views,
            int[] labels,
            NDArray classes,
            int whole,
            @Nullable Mix mix) implements AutoCloseable {
        @Override
        public void close() {
            manager.close();
        }
    }

    int perEpoch() {
        return (split.size() + batchSize - 1) / batchSize;
    }

    /** The batch that step {@code step} (from 0) learns from; the caller's to close. */
    public Fed training(long step) throws IOException {
        return features == null || !Torch.onHost()
                ? ahead.take(step)
                : build(step); // a copy of a few rows: handing it to another thread would take longer
    }

    private Fed build(long step) throws IOException {
        int epoch = Math.toIntExact(step / perEpoch());
        if (epoch != shuffledEpoch) {
            order = new Draws(seed, epoch, SHUFFLE).order(0, split.size());
            shuffledEpoch = epoch;
        }
        int from = Math.toIntExact(step % perEpoch()) * batchSize;
        int whole = Math.min(batchSize, split.size() - from);
        int[] images = Arrays.copyOfRange(order, from + share.from(whole), from + share.to(whole));
        int n = images.length;
        NDManager manager = Torch.manager();
        boolean good = false;
        try {
            long[] classes = new long[n];
            int[] labels = new int[n];
            for (int i = 0; i < n; i++) {
                labels[i] = split.label(images[i]);
                classes[i] = labels[i];
            }
            List<NDArray> seen = views(manager, epoch, images);
            Mix mix = mixing.drawn(manager, labels, seen.get(0).getShape(), step);
            Fed fed = new Fed(manager, seen, labels, Torch.longs(manager, classes, n), whole, mix);
            good = true;
            return fed;
        } finally {
            if (!good) {
                manager.close();
            }
        }
    }

    private List<NDArray> views(NDManager manager, int epoch, int[] images) throws IOException {
        if (features != null) {
            Batch batch = features.batch(split, images);
            return List.of(Torch.floats(manager, batch.values(), batch.shape()));
        }
        if (resident != null) {
            return List.of(resident.batch(manager, images, i -> new Draws(seed, epoch, i), normalisation));
        }
        if (views.isEmpty()) {
            return List.of(upload.images(
                    manager,
                    images.length,
                    size,
                    normalisation,
                    i -> split.augmented(images[i], size, augment, new Draws(seed, epoch, images[i]))));
        }
        List<NDArray> out = new ArrayList<>();
        for (int v = 0; v < views.size(); v++) {
            View view = views.get(v);
            int number = v;
            out.add(upload.images(
                    manager,
                    images.length,
                    view.size(),
                    normalisation,
                    i -> split.view(images[i], view, new Draws(seed, epoch, images[i]).view(number))));
        }
        return out;
    }

    @Override
    public void close() {
        ahead.close();
    }
}
