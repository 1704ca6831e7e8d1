package dev.runyard.vision.backbone.vit;

import ai.djl.ndarray.NDArray;
import dev.runyard.spec.model.BackboneSpec.Precision;
import dev.runyard.vision.nd.Tensors;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A vision tower with weights that never change, as a function of images and prompts. Operation by operation is the reference and
 * computes in fp32; the fused one is a single call of the engine and is what computes in reduced precision.
 *
 * <p>Letters: n images, K prompts, D width, L blocks, d_out length of the embedding.
 */
public sealed interface Encoder extends AutoCloseable permits OpByOpEncoder, FusedEncoder, AskedEncoder {
    /** The one for a precision, over these weights, which stay the caller's. Uses the calling thread. */
    static Encoder of(VisionTransformer transformer, Tensors weights, Precision precision) {
        return of(transformer, weights, precision, false);
    }

    /** @param alone whether nobody else wants the weights that it makes copies of: each goes as soon as it is copied */
    static Encoder of(VisionTransformer transformer, Tensors weights, Precision precision, boolean alone) {
        return switch (precision) {
            case FP32, TF32 -> new OpByOpEncoder(transformer, weights);
            case BF16, FP16 -> new FusedEncoder(transformer.shape(), weights, precision, alone);
        };
    }

    /**
     * As {@link VisionTransformer#encode}.
     *
     * @param pixels [n, 3, H, W], normalised, of the model's image size
     * @param prompts [n, K, D] behind the tokens, or null
     * @return the embedding [n, d_out], fp32
     */
    NDArray encode(NDArray pixels, @Nullable NDArray prompts);

    /**
     * As {@link VisionTransformer#encodeInserted}.
     *
     * @param prompts [1, K, D] or [L, K, D], behind the class token
     * @return the embedding [n, d_out], fp32
     */
    NDArray encodeInserted(NDArray pixels, NDArray prompts);

    /** Weights of which it has copies of its own, so that those it was made from may go. */
    Set<String> copied();

    /** Whether its own copies of the weights are still what they were at first; true when it has none. */
    boolean unchanged();

    @Override
    void close();
}
