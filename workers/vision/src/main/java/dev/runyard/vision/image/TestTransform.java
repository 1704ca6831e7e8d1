package dev.runyard.vision.image;

import dev.runyard.vision.image.Resize.Filter;
import java.util.Locale;

/**
 * How an image is shown to a model that is tested: its shorter side is resized to {@code size / crop}, rounded down, and the middle square
 * of {@code size} px is cut out.
 *
 * @param filter of the resize
 * @param crop share of the shorter side that is left, in (0, 1]; 0.875 is 256 to 224
 * @param ownMode whether it is resized in the mode of its file and becomes RGB behind that, as CLIP's reference does; else before
 */
public record TestTransform(Filter filter, double crop, boolean ownMode) {
    /** The PGN code's, for every backbone (science reference §2.1). */
    public static final TestTransform PGN = new TestTransform(Filter.BILINEAR, 1, false);

    /** CLIP's own. */
    public static final TestTransform CLIP = new TestTransform(Filter.BICUBIC, 1, true);

    /** torchvision's of supervised ViTs: 256 to 224. */
    public static final TestTransform TORCHVISION = new TestTransform(Filter.BILINEAR, 0.875, false);

    /** DINO's evaluation: 256 to 224, bicubic. */
    public static final TestTransform DINO = new TestTransform(Filter.BICUBIC, 0.875, false);

    public TestTransform {
        if (!(crop > 0) || crop > 1) {
            throw new IllegalArgumentException("crop must lie in (0, 1], got " + crop);
        }
    }

    /** Shorter side after the resize, px. */
    public int resized(int size) {
        return (int) Math.floor(size / crop);
    }

    /** @return size × size × 3 bytes */
    public byte[] of(Raster image, int size) {
        Raster middle =
                Transforms.centreCrop(Resize.shorterSide(ownMode ? image : image.toRgb(), resized(size), filter), size);
        return middle.toRgb().data();
    }

    /** For people and for keys of caches: what two transforms of one size differ by. */
    public String spelled(int size) {
        return String.format(
                Locale.ROOT,
                "%d-%s-%d%s",
                resized(size),
                filter.name().toLowerCase(Locale.ROOT),
                size,
                ownMode ? "-own-mode" : "");
    }
}
