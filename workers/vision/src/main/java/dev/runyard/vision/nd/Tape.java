package dev.runyard.vision.nd;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;

/**
 * Records what is computed on this thread while open, for one backward pass. Used instead of the engine's collector, which allows one
 * a process and touches every array that exists.
 */
public final class Tape implements AutoCloseable {
    public Tape() {
        JniUtils.setGradMode(true);
    }

    /** Fills the gradients of the leaves that {@code scalar} depends on. */
    public void backward(NDArray scalar) {
        PtNDArray seed = (PtNDArray) scalar.getManager().ones(scalar.getShape(), scalar.getDataType());
        JniUtils.backward((PtNDArray) scalar, seed, false, false);
    }

    /**
     * Runs a part of a network in a scope of its own and keeps only its result: what the backward pass needs stays with the result,
     * the rest is freed at once. Without it, a step or an evaluation holds every intermediate array until it ends.
     */
    public static NDArray part(Supplier<NDArray> work) {
        NDArray result;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            result = work.get();
            NDScope.unregister(result);
        }
        NDScope.register(result);
        return result;
    }

    @Override
    public void close() {
        JniUtils.setGradMode(false);
    }
}
