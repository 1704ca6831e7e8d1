package dev.runyard.vision.data;

import dev.runyard.vision.image.Raster;
import java.io.IOException;

/** The images of one part and their labels, wherever they come from. Safe for use by several threads. */
interface Pictures {
    int size();

    int label(int i);

    /** A path or another name that finds the image again. */
    String name(int i);

    /** The image as RGB. */
    Raster decode(int i) throws IOException;

    /** True when decoding costs no more than reading a cache would. */
    boolean cheap();
}
