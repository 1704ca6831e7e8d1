package dev.runyard.vision.nd;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

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

    @Override
    public void close() {
        JniUtils.setGradMode(false);
    }
}
