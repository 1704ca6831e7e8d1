package dev.runyard.vision.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Torch;
import org.jspecify.annotations.Nullable;

/** The frozen model in this process. The backbone stays the caller's. */
public final class LocalEncoder implements FrozenEncoder {
    private final FrozenBackbone backbone;
    private final PositionPolicy positions;

    public LocalEncoder(FrozenBackbone backbone, PositionPolicy positions) {
        this.backbone = backbone;
        this.positions = positions;
    }

    @Override
    public ModelCard card() {
        return ModelCard.of(backbone, positions);
    }

    @Override
    public NDArray encode(NDArray pixels, @Nullable NDArray prompts) {
        Torch.enter();
        return backbone.encode(pixels, prompts, positions);
    }

    @Override
    public NDArray gradient(NDArray pixels, @Nullable NDArray prompts, NDArray upstream) {
        NDArray gradient;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray images = pixels.stopGradient();
            NDArray tokens = prompts == null ? null : prompts.stopGradient();
            NDArray wanted = tokens == null ? images : tokens;
            wanted.setRequiresGradient(true);
            try (Tape tape = new Tape()) {
                tape.backward(backbone.encode(images, tokens, positions)
                        .mul(upstream.stopGradient())
                        .sum());
            }
            gradient = wanted.getGradient();
            NDScope.unregister(gradient);
        }
        NDScope.register(gradient);
        return gradient;
    }

    @Override
    public void close() {}
}
