package dev.runyard.vision.embed;

import dev.runyard.vision.backbone.vit.VitShape;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.image.TestTransform;

/**
 * How images are shown.
 *
 * @param side in px; 0: whatever square tensors hold
 */
record Sight(int side, TestTransform transform, Normalisation normalisation) {
    private static final int RELEASED_SIDE = 224;

    /** Without a backbone: as the released networks saw images, tensors of any side. */
    static final Sight RELEASED = new Sight(0, TestTransform.PGN, Normalisation.CLIP);

    static Sight of(VitShape shape) {
        return new Sight(shape.imageSize(), shape.transform(), shape.normalisation());
    }

    /** Of images of a folder, px. */
    int imageSide() {
        return side == 0 ? RELEASED_SIDE : side;
    }
}
