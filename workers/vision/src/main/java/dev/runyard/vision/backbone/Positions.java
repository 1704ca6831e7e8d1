package dev.runyard.vision.backbone;

import java.util.Arrays;

/** Positional tables for images taller than the model was trained on. The width of the image never changes. */
final class Positions {
    /** PyTorch's coefficient of the cubic kernel. */
    private static final float A = -0.75f;

    private Positions() {}

    /**
     * @param trained [1 + grid·grid, width], row-major, the class token's row first
     * @param rows of patches in the taller image, at least {@code grid}
     * @return [1 + rows·grid, width]
     */
    static float[] table(float[] trained, int grid, int width, int rows, PositionPolicy policy) {
        if (rows < grid || trained.length != (1 + grid * grid) * width) {
            throw new IllegalArgumentException(
                    rows + " rows, a grid of " + grid + " and a width of " + width + " do not fit " + trained.length);
        }
        if (rows == grid || policy == PositionPolicy.APPEND) {
            return Arrays.copyOf(trained, (1 + rows * grid) * width);
        }
        float[] out = new float[(1 + rows * grid) * width];
        System.arraycopy(trained, 0, out, 0, width);
        int row = grid * width;
        float scale = (float) grid / rows;
        float[] kernel = new float[4];
        int[] from = new int[4];
        for (int y = 0; y < rows; y++) {
            // Rounded where PyTorch's build rounds, so that tables agree to the last bit.
            float at = Math.fma(scale, y + 0.5f, -0.5f);
            int below = (int) Math.floor(at);
            kernel(at - below, kernel);
            for (int tap = 0; tap < 4; tap++) {
                from[tap] = width + Math.min(Math.max(below - 1 + tap, 0), grid - 1) * row;
            }
            for (int i = 0; i < row; i++) {
                float sum = Math.fma(kernel[0], trained[from[0] + i], kernel[1] * trained[from[1] + i]);
                sum = Math.fma(kernel[2], trained[from[2] + i], sum);
                out[width + y * row + i] = Math.fma(kernel[3], trained[from[3] + i], sum);
            }
        }
        return out;
    }

    /** Weights of the four rows around a place that is {@code t} behind the second. */
    private static void kernel(float t, float[] out) {
        out[0] = outer(t + 1);
        out[1] = inner(t);
        out[2] = inner(1 - t);
        out[3] = outer(2 - t);
    }

    private static float inner(float x) {
        return ((A + 2) * x - (A + 3)) * x * x + 1;
    }

    private static float outer(float x) {
        return ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
    }
}
