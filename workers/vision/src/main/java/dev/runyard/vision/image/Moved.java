package dev.runyard.vision.image;

/**
 * How {@link Augmentations#flipCrop} moves one image.
 *
 * @param flip whether left and right change places first
 * @param left columns by which the crop lies right of the image's left edge; negative into the border
 * @param top likewise for rows
 */
public record Moved(boolean flip, int left, int top) {
    /** Of the draws of an image of so many px. */
    public static Moved of(int size, Draws draws) {
        int pad = pad(size);
        return new Moved(
                draws.happens(Augmentations.FLIP, 0.5),
                draws.below(Augmentations.SHIFT, 2 * pad + 1) - pad,
                draws.below(Augmentations.SHIFT + 1, 2 * pad + 1) - pad);
    }

    /** Width of the reflected border. */
    public static int pad(int size) {
        return size / 10;
    }
}
