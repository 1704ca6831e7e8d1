package dev.runyard.vision.data;

import dev.runyard.vision.image.Normalisation;
import java.io.IOException;
import java.nio.FloatBuffer;

/**
 * What a model looks at in one step: normalised images, or what a backbone made of them, with their labels.
 *
 * @param values [n, axes], row-major
 * @param axes of one image: [3, size, size], or [d] of an embedding
 * @param labels [n]
 */
@SuppressWarnings("ArrayRecordComponent")
public record Batch(float[] values, long[] axes, int[] labels) {
    /** Images {@code from} to {@code from + n - 1} as the test transform gives them, in the split's own order. */
    public static Batch of(Split split, int from, int n, int size, Normalisation normalisation) throws IOException {
        float[] values = new float[n * 3 * size * size];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            normalisation.apply(split.pixels(from + i, size), FloatBuffer.wrap(values), i * 3 * size * size);
            labels[i] = split.label(from + i);
        }
        return new Batch(values, new long[] {3, size, size}, labels);
    }

    /** [n, axes] */
    public long[] shape() {
        long[] shape = new long[axes.length + 1];
        shape[0] = labels.length;
        System.arraycopy(axes, 0, shape, 1, axes.length);
        return shape;
    }
}
