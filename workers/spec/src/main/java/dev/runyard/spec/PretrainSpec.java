package dev.runyard.spec;

/**
 * The small ViT that {@code pretrain} makes, supervised, in timm naming.
 *
 * @param imageSize side in px, 16 to 512, a multiple of patch; default 64
 * @param patch side of a patch in px; default 8
 * @param width token width, 16 to 1,024, a multiple of heads; default 128
 * @param depth blocks, 1 to 24; default 6
 * @param heads attention heads, 1 to 16; default 4
 */
public record PretrainSpec(Integer imageSize, Integer patch, Integer width, Integer depth, Integer heads) {
    public PretrainSpec {
        imageSize = Defaults.or(imageSize, 64);
        patch = Defaults.or(patch, 8);
        width = Defaults.or(width, 128);
        depth = Defaults.or(depth, 6);
        heads = Defaults.or(heads, 4);
        InvalidSpec.range("imageSize", imageSize, 16, 512);
        InvalidSpec.range("patch", patch, 2, 64);
        InvalidSpec.range("width", width, 16, 1_024);
        InvalidSpec.range("depth", depth, 1, 24);
        InvalidSpec.range("heads", heads, 1, 16);
        if (imageSize % patch != 0) {
            throw new InvalidSpec(
                    "NOT_DIVISIBLE", "imageSize", imageSize, "must be a multiple of patch (" + patch + ")", null);
        }
        if (width % heads != 0) {
            throw new InvalidSpec("NOT_DIVISIBLE", "width", width, "must be a multiple of heads (" + heads + ")", null);
        }
    }
}
