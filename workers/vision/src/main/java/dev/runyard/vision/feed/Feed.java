package dev.runyard.vision.feed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.data.Split;
import dev.runyard.vision.image.Normalisation;
import java.io.IOException;

/** Images in an order of their own, to be looked at once. */
public interface Feed {
    /** How many. */
    int size();

    /**
     * Images {@code from} to {@code from + n - 1}; called on one thread, in order, ahead of their use.
     *
     * @param manager of the result
     * @return [n, …]
     */
    NDArray read(NDManager manager, int from, int n) throws IOException;

    /** A part of a data set by the test transform, [n, 3, side, side]. */
    static Feed of(Split split, int side, Normalisation normalisation) {
        return of(split.size(), side, normalisation, i -> split.pixels(i, side));
    }

    /** Whatever makes square images, [n, 3, side, side]. */
    static Feed of(int size, int side, Normalisation normalisation, Upload.Pixels pixels) {
        Upload upload = new Upload();
        return of(size, (manager, from, n) -> upload.images(manager, n, side, normalisation, i -> pixels.of(from + i)));
    }

    /** What reads batches by itself. */
    static Feed of(int size, Read read) {
        return new Feed() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public NDArray read(NDManager manager, int from, int n) throws IOException {
                return read.batch(manager, from, n);
            }
        };
    }

    /** See {@link Feed#read}. */
    interface Read {
        NDArray batch(NDManager manager, int from, int n) throws IOException;
    }
}
