package dev.runyard.vision.method.net;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.runyard.vision.nd.Torch;
import java.util.HashMap;
import java.util.Map;

/**
 * The bilinear resize in front of the small network, on the image that is already normalised. Without antialias, as the released code,
 * or with it, as newer torchvision. A resize is linear in each direction, so it is two matrix products.
 */
public final class InputResize implements AutoCloseable {
    private final int side;
    private final boolean antialias;
    private final NDManager manager = Torch.manager();
    private final Map<Long, NDArray> matrices = new HashMap<>();

    /** @param side of the result in px */
    public InputResize(int side, boolean antialias) {
        this.side = side;
        this.antialias = antialias;
    }

    /** [n, 3, H, W] to [n, 3, side, side]; the same array when it has that size. */
    public NDArray apply(NDArray pixels) {
        Shape shape = pixels.getShape();
        if (shape.get(2) == side && shape.get(3) == side) {
            return pixels;
        }
        NDArray narrow = pixels.matMul(matrix(shape.get(3)).transpose()); // [n, 3, H, side]
        return matrix(shape.get(2)).matMul(narrow);
    }

    /** [side, from] */
    private NDArray matrix(long from) {
        return matrices.computeIfAbsent(from, f -> {
            NDArray matrix =
                    Torch.floats(manager, antialias ? averaging(f.intValue()) : interpolating(f.intValue()), side, f);
            ai.djl.ndarray.NDScope.unregister(matrix);
            return matrix;
        });
    }

    private float[] interpolating(int from) {
        float[] out = new float[side * from];
        float scale = (float) from / side;
        for (int i = 0; i < side; i++) {
            float at = Math.max(0, (i + 0.5f) * scale - 0.5f);
            int low = Math.min((int) at, from - 1);
            int high = Math.min(low + 1, from - 1);
            float share = at - low;
            out[i * from + low] += 1 - share;
            out[i * from + high] += share;
        }
        return out;
    }

    private float[] averaging(int from) {
        float[] out = new float[side * from];
        double scale = (double) from / side;
        double support = Math.max(scale, 1);
        for (int i = 0; i < side; i++) {
            double center = scale * (i + 0.5);
            int low = Math.max(0, (int) (center - support + 0.5));
            int high = Math.min(from, (int) (center + support + 0.5));
            double sum = 0;
            for (int j = low; j < high; j++) {
                sum += triangle((j - center + 0.5) / support);
            }
            for (int j = low; j < high; j++) {
                out[i * from + j] = (float) (triangle((j - center + 0.5) / support) / sum);
            }
        }
        return out;
    }

    private static double triangle(double x) {
        return Math.max(0, 1 - Math.abs(x));
    }

    @Override
    public void close() {
        manager.close();
    }
}
