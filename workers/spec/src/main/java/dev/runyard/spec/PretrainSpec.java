package dev.runyard.spec;

/** The small ViT that {@code pretrain} makes, supervised, in timm naming. */
public record PretrainSpec(
        @Doc(value = "Side of the image in px, a multiple of the patch.", min = 16, max = 512)
        Integer imageSize,

        @Doc(value = "Side of a patch in px.", min = 2, max = 64)
        Integer patch,

        @Doc(value = "D, width of a token, a multiple of the heads.", min = 16, max = 1_024)
        Integer width,

        @Doc(value = "Transformer blocks.", min = 1, max = 24)
        Integer depth,

        @Doc(value = "Attention heads of a block.", min = 1, max = 16)
        Integer heads) {
    public PretrainSpec {
        imageSize = Defaults.or(imageSize, 64);
        patch = Defaults.or(patch, 8);
        width = Defaults.or(width, 128);
        depth = Defaults.or(depth, 6);
        heads = Defaults.or(heads, 4);
        Bounds.check(PretrainSpec.class, "imageSize", imageSize);
        Bounds.check(PretrainSpec.class, "patch", patch);
        Bounds.check(PretrainSpec.class, "width", width);
        Bounds.check(PretrainSpec.class, "depth", depth);
        Bounds.check(PretrainSpec.class, "heads", heads);
        if (imageSize % patch != 0) {
            throw new InvalidSpec(
                    "NOT_DIVISIBLE", "imageSize", imageSize, "must be a multiple of patch (" + patch + ")", null);
        }
        if (width % heads != 0) {
            throw new InvalidSpec("NOT_DIVISIBLE", "width", width, "must be a multiple of heads (" + heads + ")", null);
        }
    }
}
