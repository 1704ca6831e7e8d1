package dev.runyard.vision.method.solver;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Torch;
import org.jspecify.annotations.Nullable;

/**
 * What the labels of a batch ask of its scores: for share s, smoothing ε and C classes (1 − ε)·(s·y + (1 − s)·y') + ε/C.
 *
 * @param smoothing ε, 0 for none
 * @param others labels of the images that these were mixed with, int64 [n]; null for unmixed ones
 * @param share s, of the images' own labels; 1 for unmixed ones
 */
public record Targets(double smoothing, @Nullable NDArray others, double share) {
    /** The labels themselves. */
    public static final Targets HARD = new Targets(0, null, 1);

    /**
     * As {@link Nn#crossEntropy} takes them, [n, C].
     *
     * @param labels int64 [n]
     */
    NDArray of(NDManager manager, NDArray labels, long classes) {
        NDArray own = Nn.targets(manager, labels, classes);
        if (others != null) {
            NDArray other = Nn.targets(manager, others, classes);
            own = own.mul(Torch.scalar(manager, share)).add(other.mul(Torch.scalar(manager, 1 - share)));
        }
        if (smoothing > 0) {
            double even = -smoothing / (classes * labels.size());
            own = own.mul(Torch.scalar(manager, 1 - smoothing)).add(Torch.scalar(manager, even));
        }
        return own;
    }

    /** Of some of the images. */
    Targets part(String rows) {
        return others == null ? this : new Targets(smoothing, others.get(rows), share);
    }
}
