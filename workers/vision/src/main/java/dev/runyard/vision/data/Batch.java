package dev.runyard.vision.data;

import dev.runyard.vision.image.Normalisation;
import java.io.IOException;

/**
 * Normalised images of one size with their labels.
 *
 * @param pixels [n, 3, size, size], row-major
 * @param labels [n]
 */
@SuppressWarnings("ArrayRecordComponent")
public record Batch(float[] pixels, int[] labels) {
    /** Images {@code from} to {@code from + n - 1} as the test transform gives them, in the split's own order. */
    public static Batch of(Split split, int from, int n, int size, Normalisation normalisation) throws IOException {
        float[] pixels = new float[n * 3 * size * size];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            normalisation.apply(split.pixels(from + i, size), pixels, i * 3 * size * size);
            labels[i] = split.label(from + i);
        }
        return new Batch(pixels, labels);
    }
}
