package dev.runyard.vision.image;

import dev.runyard.vision.image.Resize.Filter;

/**
 * How training images are varied, as pure functions of the image and its {@link Draws}. Sizes in pixels; results are size × size × 3
 * bytes.
 */
public final class Augmentations {
    // Numbers of the draws. They are fixed so that one decision never shifts another.
    private static final int CROP = 0;
    private static final int CROP_TRIES = 10;
    private static final int CROP_DRAWS = 4;
    static final int JITTER = 40;
    static final int FACTORS = 41;
    static final int ORDER = 45;
    static final int GREY = 48;
    static final int SOLARIZE = 49;
    static final int FLIP = 50;
    static final int SHIFT = 51; // and 52
    private static final int UPSIDE_DOWN = 53;

    private Augmentations() {}

    /** A rectangle of the source image. */
    public record Box(int left, int top, int width, int height) {}

    /**
     * The box of torchvision's RandomResizedCrop with scale (1, 1) and ratio (3/4, 4/3): nearly always {@link #wholeBox}, because a
     * crop of the full area fits only when its aspect is the image's.
     */
    public static Box cropBox(int width, int height, Draws draws) {
        return cropBox(width, height, 1, 1, draws);
    }

    /** The box of torchvision's RandomResizedCrop with the given range of scale, shares of the area, and ratio (3/4, 4/3). */
    public static Box cropBox(int width, int height, double smallest, double largest, Draws draws) {
        double low = StrictMath.log(3.0 / 4.0);
        double high = StrictMath.log(4.0 / 3.0);
        for (int i = 0; i < CROP_TRIES; i++) {
            int at = CROP + i * CROP_DRAWS;
            double area = (double) width * height * draws.uniform(at + 3, smallest, largest);
            double aspect = StrictMath.exp(draws.uniform(at, low, high));
            int w = (int) Math.rint(Math.sqrt(area * aspect));
            int h = (int) Math.rint(Math.sqrt(area / aspect));
            if (w > 0 && w <= width && h > 0 && h <= height) {
                return new Box(draws.below(at + 1, width - w + 1), draws.below(at + 2, height - h + 1), w, h);
            }
        }
        return wholeBox(width, height);
    }

    /** Everything when the aspect lies within 3/4 to 4/3, else the central part of that aspect. */
    public static Box wholeBox(int width, int height) {
        double aspect = (double) width / height;
        int w = width;
        int h = height;
        if (aspect < 3.0 / 4.0) {
            h = (int) Math.rint(width / (3.0 / 4.0));
        } else if (aspect > 4.0 / 3.0) {
            w = (int) Math.rint(height * (4.0 / 3.0));
        }
        return new Box((width - w) / 2, (height - h) / 2, w, h);
    }

    /** The box squashed to a square, bicubic. */
    public static byte[] squash(Raster rgb, Box box, int size) {
        Raster part = Transforms.crop(rgb.toRgb(), box.left, box.top, box.width, box.height);
        return Resize.to(part, size, size, Filter.BICUBIC).data();
    }

    /**
     * The PGN code's training augmentation, in its order: resized crop (bicubic), colour jitter (p 0.8; brightness, contrast,
     * saturation ±0.4, hue ±0.4 of a turn, in random order), greyscale (p 0.2), solarise (p 0.2, threshold 128), horizontal flip
     * (p 0.5). Science reference §2.1.
     */
    public static byte[] pgn(Raster image, int size, Draws draws) {
        Raster rgb = image.toRgb();
        return pgnColours(squash(rgb, cropBox(rgb.width(), rgb.height(), draws), size), size, draws);
    }

    /** Brightness, contrast and saturation by up to {@code light}, hue by up to {@code hue} of a turn, in random order. */
    private static void jitter(byte[] image, double light, double hue, Draws draws) {
        for (int operation : draws.order(ORDER, 4)) {
            double most = operation == 3 ? hue : light;
            double u = draws.uniform(FACTORS + operation, -most, most);
            switch (operation) {
                case 0 -> Colours.brightness(image, (float) (1 + u));
                case 1 -> Colours.contrast(image, (float) (1 + u));
                case 2 -> Colours.saturation(image, (float) (1 + u));
                default -> Colours.hue(image, u);
            }
        }
    }

    /** Everything of {@link #pgn} that follows the crop; the input is not changed. */
    public static byte[] pgnColours(byte[] squashed, int size, Draws draws) {
        byte[] out = squashed.clone();
        Colouring colouring = Colouring.pgn(draws);
        for (int operation : colouring.order()) {
            switch (operation) {
                case 0 -> Colours.brightness(out, colouring.factors()[0]);
                case 1 -> Colours.contrast(out, colouring.factors()[1]);
                case 2 -> Colours.saturation(out, colouring.factors()[2]);
                default -> Colours.hue(out, colouring.turn());
            }
        }
        if (colouring.grey()) {
            Colours.grey(out);
        }
        if (colouring.solarize()) {
            Colours.solarize(out, 128);
        }
        return colouring.flip() ? flipped(out, size) : out;
    }

    /**
     * The PGN code's training augmentation for CLEVR: a random square of the image, the colours and the horizontal flip of
     * {@link #pgnColours}, and a vertical flip (p 0.5). Science reference §2.1.
     *
     * @param image RGB, its shorter side being {@code size}
     */
    public static byte[] clevr(Raster image, int size, Draws draws) {
        int left = draws.below(SHIFT, image.width() - size + 1);
        int top = draws.below(SHIFT + 1, image.height() - size + 1);
        byte[] out = pgnColours(Transforms.crop(image, left, top, size, size).data(), size, draws);
        return draws.happens(UPSIDE_DOWN, 0.5) ? upsideDown(out, size) : out;
    }

    /**
     * Horizontal flip (p 0.5), then a border of a tenth of the side reflected (without repeating the edge) and a random crop of the
     * old size.
     *
     * @param square size × size × 3 bytes, not changed
     */
    public static byte[] flipCrop(byte[] square, int size, Draws draws) {
        Moved moved = Moved.of(size, draws);
        byte[] in = moved.flip() ? flipped(square, size) : square;
        byte[] out = new byte[in.length];
        for (int y = 0, o = 0; y < size; y++) {
            int row = reflect(y + moved.top(), size) * size;
            for (int x = 0; x < size; x++, o += 3) {
                System.arraycopy(in, (row + reflect(x + moved.left(), size)) * 3, out, o, 3);
            }
        }
        return out;
    }

    /**
     * A crop of 0.3 to 1 of the area, bicubic; colour jitter (p 0.8; brightness, contrast, saturation ±0.2, hue ±0.05 of a turn, in
     * random order); horizontal flip (p 0.5).
     */
    public static byte[] resizedCrop(Raster image, int size, Draws draws) {
        Raster rgb = image.toRgb();
        byte[] out = squash(rgb, cropBox(rgb.width(), rgb.height(), 0.3, 1, draws), size);
        if (draws.happens(JITTER, 0.8)) {
            jitter(out, 0.2, 0.05, draws);
        }
        return draws.happens(FLIP, 0.5) ? flipped(out, size) : out;
    }

    /**
     * One view as DINO's multi-crop makes it: resized crop (bicubic), horizontal flip (p 0.5), colour jitter (p 0.8; ±0.4, hue ±0.1 of a
     * turn), greyscale (p 0.2), solarise. Without DINO's blur, which is made for images of 224 px.
     *
     * @param draws of this view; see {@link Draws#view}
     */
    public static byte[] view(Raster image, View view, Draws draws) {
        Raster rgb = image.toRgb();
        Box box = cropBox(rgb.width(), rgb.height(), view.smallest(), view.largest(), draws);
        byte[] out = squash(rgb, box, view.size());
        if (draws.happens(FLIP, 0.5)) {
            out = flipped(out, view.size());
        }
        if (draws.happens(JITTER, 0.8)) {
            jitter(out, 0.4, 0.1, draws);
        }
        if (draws.happens(GREY, 0.2)) {
            Colours.grey(out);
        }
        if (draws.happens(SOLARIZE, view.solarize())) {
            Colours.solarize(out, 128);
        }
        return out;
    }

    private static int reflect(int at, int size) {
        int i = Math.abs(at);
        return i < size ? i : 2 * (size - 1) - i;
    }

    private static byte[] upsideDown(byte[] in, int size) {
        byte[] out = new byte[in.length];
        int row = 3 * size;
        for (int y = 0; y < size; y++) {
            System.arraycopy(in, y * row, out, (size - 1 - y) * row, row);
        }
        return out;
    }

    private static byte[] flipped(byte[] in, int size) {
        byte[] out = new byte[in.length];
        int row = 3 * size;
        for (int y = 0, o = 0; y < in.length; y += row) {
            for (int at = y + row - 3; at >= y; at -= 3, o += 3) {
                out[o] = in[at];
                out[o + 1] = in[at + 1];
                out[o + 2] = in[at + 2];
            }
        }
        return out;
    }
}
