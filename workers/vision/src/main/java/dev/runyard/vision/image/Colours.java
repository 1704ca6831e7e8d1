package dev.runyard.vision.image;

/** Pillow's colour operations on RGB bytes, in its arithmetic (float32 where it uses float32), so that bytes agree. */
final class Colours {
    /** Of a pixel's largest value and the range of its three, at {@code largest << 8 | range}: its saturation, 8 bits. */
    private static final byte[] SATURATION = new byte[1 << 16];

    /** Which of the three is largest and which smallest, the range, and how far the third lies below the largest: the hue, 8 bits. */
    private static final byte[] HUE = new byte[6 << 16];

    /** Of saturation and value, at {@code saturation << 8 | value}: the smallest of the three. */
    private static final byte[] LEAST = new byte[1 << 16];

    private static final double[] SHARE = new double[256];

    /** Of a hue: how far, as a share of the saturation, the value between lies below the largest one. */
    private static final double[] BELOW = new double[256];

    /** Of a hue: by how many bits red, green and blue are shifted in largest, between and smallest, 8 bits each. */
    private static final byte[][] PLACE = new byte[3][256];

    // Largest and second of the three.
    private static final int RED_GREEN = 0;
    private static final int RED_BLUE = 1 << 16;
    private static final int GREEN_RED = 2 << 16;
    private static final int GREEN_BLUE = 3 << 16;
    private static final int BLUE_RED = 4 << 16;
    private static final int BLUE_GREEN = 5 << 16;

    private static final int LARGEST = 16;
    private static final int BETWEEN = 8;
    private static final int SMALLEST = 0;

    static {
        byte[][] sectors = {
            {LARGEST, BETWEEN, SMALLEST},
            {BETWEEN, LARGEST, SMALLEST},
            {SMALLEST, LARGEST, BETWEEN},
            {SMALLEST, BETWEEN, LARGEST},
            {BETWEEN, SMALLEST, LARGEST},
            {LARGEST, SMALLEST, BETWEEN}
        };
        for (int h = 0; h < 256; h++) {
            int i = (int) Math.floor((float) h * 6.0 / 255.0);
            float beyond = (float) ((float) h * 6.0 / 255.0 - (float) i);
            BELOW[h] = i % 2 == 0 ? 1.0 - beyond : beyond;
            for (int band = 0; band < 3; band++) {
                PLACE[band][h] = sectors[i % 6][band];
            }
        }
        for (int s = 0; s < 256; s++) {
            SHARE[s] = (float) (s / 255.0);
            for (int v = 0; v < 256; v++) {
                LEAST[s << 8 | v] = (byte) round(v * (1.0 - SHARE[s]));
            }
        }
        for (int largest = 1; largest < 256; largest++) {
            for (int range = 0; range <= largest; range++) {
                SATURATION[largest << 8 | range] = (byte) clip((int) ((float) range / largest * 255.0));
            }
        }
        for (int range = 1; range < 256; range++) {
            for (int third = 0; third <= range; third++) {
                int at = range << 8 | third;
                float below = third / (float) range;
                HUE[RED_GREEN | at] = hueOf(0, below, 1);
                HUE[RED_BLUE | at] = hueOf(0, 1, below);
                HUE[GREEN_RED | at] = hueOf(below, 0, 1);
                HUE[GREEN_BLUE | at] = hueOf(1, 0, below);
                HUE[BLUE_RED | at] = hueOf(below, 1, 0);
                HUE[BLUE_GREEN | at] = hueOf(1, below, 0);
            }
        }
    }

    private Colours() {}

    /** {@code ImageEnhance.Brightness}: 0 is black, 1 the image. */
    static void brightness(byte[] rgb, float factor) {
        if (factor == 1) {
            return;
        }
        byte[] table = new byte[256];
        for (int v = 0; v < 256; v++) {
            table[v] = blend(0, v, factor);
        }
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = table[rgb[i] & 0xff];
        }
    }

    /** {@code ImageEnhance.Contrast}: 0 is the mean grey, 1 the image. */
    static void contrast(byte[] rgb, float factor) {
        long sum = 0;
        for (int i = 0; i < rgb.length; i += 3) {
            sum += luma(rgb, i);
        }
        if (factor == 1) {
            return;
        }
        int mean = (int) ((double) sum / (rgb.length / 3) + 0.5);
        byte[] table = new byte[256];
        for (int v = 0; v < 256; v++) {
            table[v] = blend(mean, v, factor);
        }
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = table[rgb[i] & 0xff];
        }
    }

    /** {@code ImageEnhance.Color}: 0 is grey, 1 the image. */
    static void saturation(byte[] rgb, float factor) {
        if (factor == 1) {
            return;
        }
        for (int i = 0; i < rgb.length; i += 3) {
            int grey = luma(rgb, i);
            for (int band = 0; band < 3; band++) {
                rgb[i + band] = blend(grey, rgb[i + band] & 0xff, factor);
            }
        }
    }

    /** Turns the hue of Pillow's 8-bit HSV; the factor is part of a full turn, truncated to 1/255, and wraps at 256. */
    static void hue(byte[] rgb, double factor) {
        int shift = (int) (factor * 255);
        for (int i = 0; i < rgb.length; i += 3) {
            int r = rgb[i] & 0xff;
            int g = rgb[i + 1] & 0xff;
            int b = rgb[i + 2] & 0xff;
            int largest;
            int between;
            int smallest;
            int order;
            if (r >= g && r >= b) {
                largest = r;
                between = Math.max(g, b);
                smallest = Math.min(g, b);
                order = g >= b ? RED_GREEN : RED_BLUE;
            } else if (g >= b) {
                largest = g;
                between = Math.max(r, b);
                smallest = Math.min(r, b);
                order = r >= b ? GREEN_RED : GREEN_BLUE;
            } else {
                largest = b;
                between = Math.max(r, g);
                smallest = Math.min(r, g);
                order = r >= g ? BLUE_RED : BLUE_GREEN;
            }
            int range = largest - smallest;
            int s = SATURATION[largest << 8 | range] & 0xff;
            int h = (HUE[order | range << 8 | (largest - between)] + shift) & 0xff;
            int made = largest << LARGEST
                    | (int) (largest * (1.0 - SHARE[s] * BELOW[h]) + 0.5) << BETWEEN
                    | LEAST[s << 8 | largest] & 0xff;
            rgb[i] = (byte) (made >> PLACE[0][h]);
            rgb[i + 1] = (byte) (made >> PLACE[1][h]);
            rgb[i + 2] = (byte) (made >> PLACE[2][h]);
        }
    }

    /** {@code convert("L")} in all three bands. */
    static void grey(byte[] rgb) {
        for (int i = 0; i < rgb.length; i += 3) {
            byte grey = (byte) luma(rgb, i);
            rgb[i] = grey;
            rgb[i + 1] = grey;
            rgb[i + 2] = grey;
        }
    }

    /** {@code ImageOps.solarize}: values from the threshold on are inverted. */
    static void solarize(byte[] rgb, int threshold) {
        for (int i = 0; i < rgb.length; i++) {
            int v = rgb[i] & 0xff;
            rgb[i] = (byte) (v < threshold ? v : 255 - v);
        }
    }

    private static int luma(byte[] rgb, int at) {
        return ((rgb[at] & 0xff) * 19595 + (rgb[at + 1] & 0xff) * 38470 + (rgb[at + 2] & 0xff) * 7471 + 0x8000) >> 16;
    }

    private static byte blend(int from, int to, float factor) {
        return (byte) clip((int) (from + factor * (to - from)));
    }

    /**
     * Pillow's 8-bit hue.
     *
     * @param red how far it lies below the largest of the three, as a share of their range; the largest has 0, the smallest 1
     */
    private static byte hueOf(float red, float green, float blue) {
        float h;
        if (red == 0) {
            h = blue - green;
        } else if (green == 0) {
            h = (float) (2.0 + red - blue);
        } else {
            h = (float) (4.0 + green - red);
        }
        double turned = h / 6.0 + 1.0;
        h = (float) (turned >= 1 ? turned - 1 : turned); // Pillow's remainder by 1; it lies between 5/6 and 11/6
        return (byte) clip((int) (h * 255.0));
    }

    /** C's round, half away from zero, for values ≥ 0. */
    private static int round(double v) {
        return clip((int) (v + 0.5));
    }

    private static int clip(int v) {
        return Math.max(0, Math.min(255, v));
    }
}
