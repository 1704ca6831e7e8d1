package dev.runyard.vision.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.method.solver.Objective;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tensors;
import org.jspecify.annotations.Nullable;

/** Learns classes from labels, by the cross-entropy of its scores. */
public interface Model extends Objective {
    /** Whether {@link #scores} also takes what the frozen backbone made of the images, [n, d], in their place. */
    default boolean takesEmbedding() {
        return false;
    }

    /**
     * Changes the {@link #buffers} in place in training.
     *
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

    /** Whether what it holds frozen beside the backbone, such as a text tower, is what it was at first. */
    default boolean unchanged() {
        return true;
    }

    @Override
    default NDArray scores(NDArray pixels) {
        return scores(parameters(), pixels, false);
    }

    @Override
    default Loss loss(NDManager manager, Tensors leaves, Seen seen, long step) {
        NDArray scores = scores(leaves, seen.views().get(0), true);
        NDArray targets = seen.targets(manager, scores.getShape().get(1));
        return new Loss(Nn.crossEntropy(scores, targets), scores);
    }
}
