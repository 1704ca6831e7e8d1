package dev.runyard.vision.data;

/**
 * One image in a source.
 *
 * @param path of the file
 * @param label 0 to classes - 1
 * @param offset where a CIFAR record's pixels begin; -1 for an image file
 */
record Item(String path, int label, long offset) {
    static final int CIFAR_PIXELS = 32 * 32 * 3;

    Item(String path, int label) {
        this(path, label, -1);
    }

    /** The path, and for a record its position in the file. */
    String name() {
        return offset < 0 ? path : path + "#" + offset / (CIFAR_PIXELS + 1);
    }
}
