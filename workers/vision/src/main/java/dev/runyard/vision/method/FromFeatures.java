package dev.runyard.vision.method;

import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;

/** A model that begins with what the frozen backbone makes of all training images by the test transform. */
public interface FromFeatures {
    /**
     * Takes them in, before a training begins or goes on; the same images give the same model.
     *
     * @param embeddings [n, d] row-major
     * @param labels [n]
     */
    void remember(float[] embeddings, int[] labels);

    /** Makes room for as many images as a file of a trained one holds, for arrays that are as long as the training set. */
    default void room(Safetensors in) throws SafetensorsException {}
}
