package dev.runyard.vision.feed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.image.Decoders;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How the pixels of a batch reach the device: on the host normalised by the threads that decode, to a GPU as the bytes they are, a
 * quarter of the size, and normalised there. One for each thread that makes batches; its memory is used again for the next one.
 */
public final class Upload {
    private final boolean bytes;
    private float[] values = {};
    private @Nullable ByteBuffer rgb;

    /** By the device of this process. */
    public Upload() {
        this(!Torch.onHost());
    }

    /** @param bytes whether the device normalises */
    Upload(boolean bytes) {
        this.bytes = bytes;
    }

    /** Makes the pixels of one image. */
    public interface Pixels {
        /**
         * Called by many threads at a time.
         *
         * @return side × side × 3 bytes
         */
        byte[] of(int i) throws IOException;
    }

    /**
     * A batch of images.
     *
     * @param manager of the result
     * @param n images
     * @param side of each in px
     * @return [n, 3, side, side], normalised
     */
    public NDArray images(NDManager manager, int n, int side, Normalisation normalisation, Pixels pixels)
            throws IOException {
        int each = 3 * side * side;
        if (!bytes) {
            float[] to = floats(n * each);
            Decoders.each(n, i -> normalisation.apply(pixels.of(i), to, i * each));
            return Torch.floats(manager, to, n, 3, side, side);
        }
        ByteBuffer to = buffer(n * each);
        Decoders.each(n, i -> to.duplicate().position(i * each).put(pixels.of(i)));
        try (NDArray raw = Torch.bytes(manager, to, n, side, side, 3)) {
            return OnDevice.normalised(raw, normalisation);
        }
    }

    private float[] floats(int count) {
        if (values.length < count) {
            values = new float[count];
        }
        return values;
    }

    private ByteBuffer buffer(int count) {
        if (rgb == null || rgb.capacity() < count) {
            rgb = ByteBuffer.allocateDirect(count);
        }
        rgb.clear().limit(count);
        return rgb;
    }
}
