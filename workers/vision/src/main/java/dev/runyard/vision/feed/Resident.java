package dev.runyard.vision.feed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.runyard.spec.training.Augment;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.image.Colouring;
import dev.runyard.vision.image.Decoders;
import dev.runyard.vision.image.Draws;
import dev.runyard.vision.image.Moved;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The training images of a part on the device, as the bytes that the augmentations begin with: a batch is gathered, varied and normalised
 * there, and no pixel comes from the host. Of the draws that the host's way has, so a run means the same on both.
 */
public final class Resident implements AutoCloseable {
    private static final int PIECE = 256;

    /** Share of a device's free memory that the training images may take. */
    private static final double SHARE = 0.4;

    private final Split split;
    private final int side;
    private final Augment augment;
    private final NDManager manager = Torch.manager();
    private final NDArray pixels;

    /** Asked before each piece of the filling. */
    public interface Watch {
        /** @return false to stop */
        boolean goesOn(long done, long of);
    }

    private Resident(Split split, int side, Augment augment) {
        this.split = split;
        this.side = side;
        this.augment = augment;
        pixels = manager.create(new Shape(split.size(), 3L * side * side), DataType.UINT8);
        NDScope.unregister(pixels);
    }

    /**
     * As {@link #of}, with a share of the device's memory.
     *
     * @return null on a processor, whose memory they would only be copied in, where they do not fit, or when the watch said to stop
     */
    public static @Nullable Resident whereItFits(Split split, int side, Augment augment, Watch watch)
            throws IOException {
        return !Torch.onHost() && fits(split, side, augment, (long) (Torch.freeMemory() * SHARE))
                ? of(split, side, augment, watch)
                : null;
    }

    /**
     * Whether it is of use: an augmentation that begins with whole images of one size, and images that take no more than the room.
     *
     * @param room bytes of the device
     */
    public static boolean fits(Split split, int side, Augment augment, long room) {
        boolean whole = augment != Augment.RESIZED_CROP && augment != Augment.CLEVR;
        return whole && 3L * side * side * split.size() <= room;
    }

    /**
     * Decodes all images and brings them to the device.
     *
     * @return null when the watch said to stop
     */
    public static @Nullable Resident of(Split split, int side, Augment augment, Watch watch) throws IOException {
        Resident resident = new Resident(split, side, augment);
        boolean whole = false;
        try {
            whole = resident.fill(watch);
            return whole ? resident : null;
        } finally {
            if (!whole) {
                resident.close();
            }
        }
    }

    private boolean fill(Watch watch) throws IOException {
        int each = 3 * side * side;
        ByteBuffer piece = ByteBuffer.allocateDirect(Math.min(PIECE, split.size()) * each);
        for (int from = 0; from < split.size(); from += PIECE) {
            if (!watch.goesOn(from, split.size())) {
                return false;
            }
            int first = from;
            int n = Math.min(PIECE, split.size() - from);
            piece.clear().limit(n * each);
            Decoders.each(n, i -> piece.duplicate()
                    .position(i * each)
                    .put(augment == Augment.PGN ? split.squashed(first + i, side) : split.pixels(first + i, side)));
            try (NDArray some = Torch.bytes(manager, piece, n, each)) {
                pixels.set(new NDIndex(from + ":" + (from + n)), some);
            }
        }
        return watch.goesOn(split.size(), split.size());
    }

    /**
     * A batch of training images.
     *
     * @param images their numbers
     * @param draws of an image by its number
     * @return [n, 3, side, side], normalised, of the manager
     */
    public NDArray batch(NDManager batch, int[] images, IntFunction<Draws> draws, Normalisation normalisation)
            throws IOException {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            int n = images.length;
            long[] numbers = Arrays.stream(images).asLongStream().toArray();
            NDArray rows = Nn.rows(pixels, Torch.longs(batch, numbers, n));
            if (augment == Augment.PGN) {
                cropped(batch, rows, images, draws);
            }
            NDArray values = Torch.asFloats(rows.reshape(n, side, side, 3).transpose(0, 3, 1, 2));
            TensorAugmentations varied = new TensorAugmentations(batch);
            List<Draws> each = Arrays.stream(images).mapToObj(draws).toList();
            NDArray seen =
                    switch (augment) {
                        case PGN ->
                            varied.pgnColours(
                                    values, each.stream().map(Colouring::pgn).toList());
                        case FLIP_CROP ->
                            varied.flipCrop(
                                    values,
                                    each.stream().map(d -> Moved.of(side, d)).toList());
                        default -> values;
                    };
            NDArray out = OnDevice.normalised(batch, seen, normalisation);
            out.attach(batch);
            NDScope.unregister(out);
            return out;
        }
    }

    /** The few images of which only a part is drawn are cut on the host. */
    private void cropped(NDManager batch, NDArray rows, int[] images, IntFunction<Draws> draws) throws IOException {
        for (int i = 0; i < images.length; i++) {
            byte[] part = split.partlySquashed(images[i], side, draws.apply(images[i]));
            if (part != null) {
                ByteBuffer bytes =
                        ByteBuffer.allocateDirect(part.length).put(part).flip();
                try (NDArray one = Torch.bytes(batch, bytes, 1, part.length)) {
                    rows.set(new NDIndex(i + ":" + (i + 1)), one);
                }
            }
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
