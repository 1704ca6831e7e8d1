package dev.runyard.vision.nd;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Network layers as functions, each one operation of the engine or a few. None takes a Java number into the graph: the engine would
 * wrap it in memory that may be freed before the backward pass reads it.
 */
public final class Nn {
    /** The engine's momentum is the share of the old statistics that stays; PyTorch's is the share of the new, 0.1. */
    private static final float KEPT = 0.9f;

    private Nn() {}

    /** x·Wᵀ + b over the last axis. */
    public static NDArray linear(NDArray x, NDArray weight, @Nullable NDArray bias) {
        return x.getNDArrayInternal().linear(x, weight, bias).head();
    }

    /** Over the last axis, with gain and bias. */
    public static NDArray layerNorm(NDArray x, NDArray weight, NDArray bias, double eps) {
        return x.getNDArrayInternal()
                .layerNorm(x, weight.getShape(), weight, bias, (float) eps)
                .head();
    }

    /**
     * Rows of a table, differentiable in the table.
     *
     * @param table [V, D]
     * @param rows whole numbers below V, of any shape
     * @return the rows' shape with D behind it
     */
    public static NDArray rows(NDArray table, NDArray rows) {
        return table.getNDArrayInternal()
                .embedding(rows, table, SparseFormat.DENSE)
                .head();
    }

    /** Square stride and padding. */
    public static NDArray conv2d(NDArray x, NDArray weight, @Nullable NDArray bias, int stride, int padding) {
        return x.getNDArrayInternal()
                .convolution(
                        x, weight, bias, new Shape(stride, stride), new Shape(padding, padding), new Shape(1, 1), 1)
                .head();
    }

    /**
     * Batch norm as PyTorch's: in training the biased variance of the batch normalises, and the running statistics, changed in place,
     * take a tenth of the unbiased one.
     */
    public static NDArray batchNorm(
            NDArray x, NDArray mean, NDArray variance, NDArray weight, NDArray bias, boolean training) {
        return x.getNDArrayInternal()
                .batchNorm(x, mean, variance, weight, bias, 1, KEPT, 1e-5f, training)
                .head();
    }

    public static NDArray relu(NDArray x) {
        return x.getNDArrayInternal().relu();
    }

    /** The exact one, by the error function. */
    public static NDArray gelu(NDArray x) {
        return x.getNDArrayInternal().gelu();
    }

    public static NDArray sigmoid(NDArray x) {
        return x.getNDArrayInternal().sigmoid();
    }

    public static NDArray maxPool(NDArray x, int kernel, int stride, int padding) {
        return x.getNDArrayInternal()
                .maxPool(new Shape(kernel, kernel), new Shape(stride, stride), new Shape(padding, padding), false);
    }

    /** [n,c,h,w] to [n,c]. */
    public static NDArray averageOverImage(NDArray x) {
        Shape s = x.getShape();
        return x.reshape(s.get(0), s.get(1), s.get(2) * s.get(3)).mean(new int[] {2});
    }

    /**
     * The one value where a condition holds, the other elsewhere; each of the three is stretched to the largest one's shape.
     *
     * @param condition boolean
     */
    public static NDArray where(NDArray condition, NDArray yes, NDArray no) {
        Shape shape = condition.getShape();
        for (NDArray value : List.of(yes, no)) {
            Shape other = value.getShape();
            shape = other.size() > shape.size() || other.dimension() > shape.dimension() ? other : shape;
        }
        return NDArrays.where(stretched(condition, shape), stretched(yes, shape), stretched(no, shape));
    }

    private static NDArray stretched(NDArray array, Shape shape) {
        return array.getShape().equals(shape) ? array : array.broadcast(shape);
    }

    public static NDArray concat(NDArray first, NDArray second, int axis) {
        return NDArrays.concat(new NDList(first, second), axis);
    }

    /**
     * Mean cross-entropy.
     *
     * @param scores [n,C]
     * @param targets [n,C], -1/n at each row's class and 0 elsewhere; see {@link #targets}
     */
    public static NDArray crossEntropy(NDArray scores, NDArray targets) {
        return scores.logSoftmax(1).mul(targets).sum();
    }

    /**
     * The {@code targets} of {@link #crossEntropy}, made on the device.
     *
     * @param labels int64 [n]
     */
    public static NDArray targets(NDManager manager, NDArray labels, long classes) {
        long n = labels.size();
        NDArray each = manager.arange(0, Math.toIntExact(classes), 1, DataType.INT64);
        NDArray right = Torch.asFloats(labels.reshape(n, 1).eq(each)); // [n, C], 1 or 0
        return manager.zeros(right.getShape()).sub(right.mul(Torch.scalar(manager, 1f / n)));
    }

    /** The values of {@code targets} for {@link #crossEntropy}, row-major. */
    public static float[] targets(int[] labels, int classes) {
        float[] out = new float[labels.length * classes];
        for (int i = 0; i < labels.length; i++) {
            out[i * classes + labels[i]] = -1f / labels.length;
        }
        return out;
    }
}
