package dev.runyard.vision.data.pixels;

import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.image.Raster;
import java.io.IOException;

/** The images of one part and their labels, wherever they come from. Safe for use by several threads. */
public interface Pictures {
    int size();

    int label(int i);

    /** A path or another name that finds the image again. */
    String name(int i);

    /** What tells this image from any other by its content, wherever it lies and whatever it is called. */
    String content(int i) throws IOException;

    /** The image as RGB. */
    Raster decode(int i) throws IOException;

    /** As {@link #decode}; an image that cannot be read is a {@link DataException} that names it. */
    default Raster decoded(int i) throws IOException {
        try {
            return decode(i);
        } catch (DataException e) {
            throw e;
        } catch (IOException e) {
            throw new DataException("UNREADABLE_IMAGE", name(i) + ": " + e.getMessage(), e);
        }
    }

    /** The image in the mode of its file, where that is known; faults as of {@link #decoded}. */
    default Raster inOwnMode(int i) throws IOException {
        return decoded(i);
    }

    /** True when decoding costs no more than reading a cache would. */
    boolean cheap();
}
