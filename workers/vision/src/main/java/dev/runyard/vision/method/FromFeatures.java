package dev.runyard.vision.method;

import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;
import java.util.Optional;

/** A model that begins with what the frozen backbone makes of all training images by the test transform. */
public interface FromFeatures {
    /**
     * Takes them in, before a training begins or goes on; the same images give the same model.
     *
     * @param embeddings [n, d] row-major
     * @param labels [n]
     */
    void remember(float[] embeddings, int[] labels);

    /**
     * Sets what the validation images decide once all else is trained, before the model is tested; the same images give the same.
     *
     * @param embeddings of val, [n, d] row-major
     * @param labels [n]
     * @return what was set, for the log; empty when nothing is
     */
    default Optional<String> choose(float[] embeddings, int[] labels) {
        return Optional.empty();
    }

    /** Makes room for as many images as a file of a trained one holds, for arrays that are as long as the training set. */
    default void room(Safetensors in) throws SafetensorsException {}
}
