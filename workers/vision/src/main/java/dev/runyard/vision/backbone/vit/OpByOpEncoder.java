package dev.runyard.vision.backbone.vit;

import ai.djl.ndarray.NDArray;
import dev.runyard.vision.nd.Tensors;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The transformer itself with one set of weights. */
record OpByOpEncoder(VisionTransformer transformer, Tensors weights) implements Encoder {
    @Override
    public NDArray encode(NDArray pixels, @Nullable NDArray prompts) {
        return transformer.encode(weights, pixels, prompts, false).embedding();
    }

    @Override
    public NDArray encodeInserted(NDArray pixels, NDArray prompts) {
        return transformer.encodeInserted(weights, pixels, prompts);
    }

    @Override
    public Set<String> copied() {
        return Set.of();
    }

    @Override
    public boolean unchanged() {
        return true;
    }

    /** Nothing is its own. */
    @Override
    public void close() {}
}
