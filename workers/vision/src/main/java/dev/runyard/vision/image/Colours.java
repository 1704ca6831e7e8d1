package dev.runyard.vision.image;

/** Pillow's colour operations on RGB bytes, in its arithmetic (float32 where it uses float32), so that bytes agree. */
final class Colours {
    /** Sixth of the circle that a hue of 8 bits lies in, how far beyond its beginning, and a saturation of 8 bits as a share. */
    private static final int[] SECTOR = new int[256];

    private static final float[] BEYOND = new float[256];
    private static final float[] SHARE = new float[256];

    static {
        for (int h = 0; h < 256; h++) {
            int i = (int) Math.floor((float) h * 6.0 / 255.0);
            SECTOR[h] = i % 6;
            BEYOND[h] = (float) ((float) h * 6.0 / 255.0 - (float) i);
            SHARE[h] = (float) (h / 255.0);
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
            int max = Math.max(r, Math.max(g, b));
            int min = Math.min(r, Math.min(g, b));
            int s = max == min ? 0 : clip((int) ((float) (max - min) / max * 255.0));
            if (s == 0) {
                put(rgb, i, max, max, max);
            } else {
                fromHsv((hueOf(r, g, b, max, max - min) + shift) & 0xff, s, max, rgb, i);
            }
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
        float v = from + factor * (to - from);
        return (byte) (v <= 0 ? 0 : v >= 255 ? 255 : (int) v);
    }

    private static int hueOf(int r, int g, int b, int max, float range) {
        float rc = (max - r) / range;
        float gc = (max - g) / range;
        float bc = (max - b) / range;
        float h;
        if (r == max) {
            h = bc - gc;
        } else if (g == max) {
            h = (float) (2.0 + rc - bc);
        } else {
            h = (float) (4.0 + gc - rc);
        }
        double turned = h / 6.0 + 1.0;
        // Pillow's remainder by 1; it lies between 5/6 and 11/6, and Java's own remainder takes ten times as long.
        h = (float) (turned >= 1 ? turned - 1 : turned);
        return clip((int) (h * 255.0));
    }

    private static void fromHsv(int h, int s, int v, byte[] rgb, int at) {
        int sector = SECTOR[h];
        float f = BEYOND[h];
        float fs = SHARE[s];
        int p = round(v * (1.0 - fs));
        if ((sector & 1) == 0) {
            int t = round(v * (1.0 - fs * (1.0 - f)));
            switch (sector) {
                case 0 -> put(rgb, at, v, t, p);
                case 2 -> put(rgb, at, p, v, t);
                default -> put(rgb, at, t, p, v);
            }
        } else {
            int q = round(v * (1.0 - fs * f));
            switch (sector) {
                case 1 -> put(rgb, at, q, v, p);
                case 3 -> put(rgb, at, p, q, v);
                default -> put(rgb, at, v, p, q);
            }
        }
    }

    private static void put(byte[] rgb, int at, int r, int g, int b) {
        rgb[at] = (byte) r;
        rgb[at + 1] = (byte) g;
        rgb[at + 2] = (byte) b;
    }

    /** C's round, half away from zero, for values ≥ 0. */
    private static int round(double v) {
        return clip((int) (v + 0.5));
    }

    private static int clip(int v) {
        return Math.max(0, Math.min(255, v));
    }
}
