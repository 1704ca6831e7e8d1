package dev.runyard.vision.data.layout;

import org.jspecify.annotations.Nullable;

/**
 * One image in a source.
 *
 * @param path of the file
 * @param label 0 to classes - 1
 * @param planes where its pixels are in a file of many; null for an image file
 */
public record Item(String path, int label, @Nullable Planes planes) {
    /** Bytes of a 32×32 image in three planes. */
    public static final int PIXELS = 32 * 32 * 3;

    /** How a plane lies: row after row (CIFAR), or column after column (arrays of MATLAB). */
    public enum Order {
        ROWS,
        COLUMNS
    }

    /**
     * A 32×32 image as three planes, red, green, blue.
     *
     * @param offset of the first byte of red
     * @param number place of the image in its file, from 0
     */
    public record Planes(long offset, int number, Order order) {}

    Item(String path, int label) {
        this(path, label, null);
    }

    /** The same image by another label. */
    Item labelled(int other) {
        return new Item(path, other, planes);
    }

    /** Where a record's pixels begin; -1 for an image file. */
    public long offset() {
        return planes == null ? -1 : planes.offset();
    }

    /** The path, and for a record its position in the file. */
    public String name() {
        return planes == null ? path : path + "#" + planes.number();
    }
}
