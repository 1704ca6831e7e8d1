package dev.runyard.vision.encoder;

import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.backbone.vit.VitShape;
import java.util.List;

/**
 * What a frozen model says of itself.
 *
 * @param backbone SHA-256 of its weights (hex)
 * @param positions its rule for rows below the image
 * @param imageSize W, and the smallest height, in px
 * @param patch side of a patch in px
 * @param width D, of a token
 * @param embedding d
 * @param mean of its images, per channel
 * @param std likewise
 * @param gradients whether it gives them
 */
public record ModelCard(
        String backbone,
        PositionPolicy positions,
        int imageSize,
        int patch,
        int width,
        int embedding,
        List<Double> mean,
        List<Double> std,
        boolean gradients) {
    static ModelCard of(FrozenBackbone backbone, PositionPolicy positions) {
        VitShape s = backbone.shape();
        return new ModelCard(
                backbone.sha256(),
                positions,
                s.imageSize(),
                s.patch(),
                s.width(),
                s.embedding(),
                s.mean(),
                s.std(),
                true);
    }

    /** The same model where only embeddings are given. */
    public ModelCard withoutGradients() {
        return new ModelCard(backbone, positions, imageSize, patch, width, embedding, mean, std, false);
    }
}
