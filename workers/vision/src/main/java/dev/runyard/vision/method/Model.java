package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import dev.runyard.vision.nd.Tensors;
import org.jspecify.annotations.Nullable;

/** What one run trains: parameters changed by gradient, buffers changed by counting, and scores of a batch. */
public interface Model extends AutoCloseable {
    /** By name, in a fixed order; the optimiser changes them in place. */
    Tensors parameters();

    /** By name; changed in place by {@link #scores} in training. */
    Tensors buffers();

    /**
     * @param leaves parameters to use, the model's own or {@link Tensors#leaves} of them
     * @param pixels [n, 3, H, W], normalised
     * @return [n, C]
     */
    NDArray scores(Tensors leaves, NDArray pixels, boolean training);

    /**
     * The prompts that it gives to each image, for a look at them; null when the method gives none.
     *
     * @param pixels [n, 3, H, W], normalised
     */
    default PromptNetwork.@Nullable Prompts prompts(Tensors leaves, NDArray pixels) {
        return null;
    }

    /**
     * Scores of embeddings that came another way, for example from a model server; null when the method has no frozen model behind it.
     *
     * @param embedding [n, d]
     * @return [n, C]
     */
    default @Nullable NDArray classify(Tensors leaves, NDArray embedding) {
        return null;
    }

    @Override
    void close();
}
