package dev.runyard.vision.feed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.runyard.vision.image.Decoders;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How the pixels of a batch reach the device: on the host normalised by the threads that decode, where the engine will read them; to a GPU as
 * the bytes they are, a quarter of the size, and normalised there. One for each thread that makes batches; the memory for a GPU's is used
 * again for the next one.
 */
public final class Upload {
    private final boolean bytes;
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
            NDArray made = manager.create(new Shape(n, 3, side, side), DataType.FLOAT32);
            FloatBuffer to = Torch.memory(made);
            Decoders.each(n, i -> normalisation.apply(pixels.of(i), to, i * each));
            return made;
        }
        ByteBuffer to = buffer(n * each);
        Decoders.each(n, i -> to.duplicate().position(i * each).put(pixels.of(i)));
        try (NDArray raw = Torch.bytes(manager, to, n, side, side, 3)) {
            return OnDevice.normalised(raw, normalisation);
        }
    }

    private ByteBuffer buffer(int count) {
        if (rgb == null || rgb.capacity() < count) {
            rgb = ByteBuffer.allocateDirect(count);
        }
        rgb.clear().limit(count);
        return rgb;
    }
}
