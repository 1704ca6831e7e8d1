package dev.runyard.vision.encoder;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A frozen model that is asked and never changed (paper §3.3): in this process, or behind HTTP. Embeddings are enough to use a trained
 * PGN; gradients are enough to train one.
 */
public interface FrozenEncoder extends AutoCloseable {
    /** What it is and takes. */
    ModelCard card();

    /**
     * Results belong to the manager of {@code pixels}; no gradient is recorded.
     *
     * @param pixels [n, 3, H', W], normalised, with whole rows of patches below the model's image or none
     * @param prompts [n, K, D] appended to the tokens, itself without positions; or null
     * @return [n, d]
     * @throws IOException when the encoder cannot answer
     */
    NDArray encode(NDArray pixels, @Nullable NDArray prompts) throws IOException;

    /**
     * What a change of the input does to a loss of which only the gradient at the embedding is known.
     *
     * @param upstream [n, d], gradient of the loss at the embedding
     * @return gradient of the loss at {@code prompts}, or at {@code pixels} when there are none; of the same shape
     * @throws IOException when the encoder cannot answer, or gives no gradients
     */
    NDArray gradient(NDArray pixels, @Nullable NDArray prompts, NDArray upstream) throws IOException;

    @Override
    void close();
}
