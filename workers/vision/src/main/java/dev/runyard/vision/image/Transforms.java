package dev.runyard.vision.image;

import dev.runyard.vision.image.Resize.Filter;

/** Image to a square of RGB bytes, in the orders of the references. Each returns size × size × 3 bytes. */
public final class Transforms {
    private Transforms() {}

    /**
     * CLIP's: resize (bicubic) in the file's own mode, crop, then convert. So palette images meet the nearest neighbour and RGBA is
     * resized premultiplied.
     */
    public static byte[] clip(Raster image, int size) {
        return centreCrop(Resize.shorterSide(image, size, Filter.BICUBIC), size)
                .toRgb()
                .data();
    }

    /** torchvision's usual order, also PGN's test transform: convert, resize (bilinear), crop. */
    public static byte[] tv(Raster image, int size) {
        return centreCrop(Resize.shorterSide(image.toRgb(), size, Filter.BILINEAR), size)
                .data();
    }

    /** As {@link #tv} before its crop. */
    public static Raster shorterSide(Raster image, int size) {
        return Resize.shorterSide(image.toRgb(), size, Filter.BILINEAR);
    }

    /** The middle; an odd rest is rounded half to even as Python does. The image must be at least as large. */
    static Raster centreCrop(Raster image, int size) {
        int left = (int) Math.rint((image.width() - size) / 2.0);
        int top = (int) Math.rint((image.height() - size) / 2.0);
        return crop(image, left, top, size, size);
    }

    /** A part of the image. */
    static Raster crop(Raster image, int left, int top, int width, int height) {
        if (left < 0 || top < 0 || left + width > image.width() || top + height > image.height()) {
            throw new IllegalArgumentException("crop " + width + "×" + height + " at " + left + "," + top
                    + " leaves the image of " + image.width() + "×" + image.height());
        }
        if (width == image.width() && height == image.height()) {
            return image;
        }
        int bands = image.mode().bands();
        byte[] out = new byte[width * height * bands];
        for (int y = 0; y < height; y++) {
            System.arraycopy(
                    image.data(), ((top + y) * image.width() + left) * bands, out, y * width * bands, width * bands);
        }
        return image.with(width, height, out);
    }
}
