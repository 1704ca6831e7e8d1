package dev.runyard.vision.image;

/**
 * Decoded pixels in the file's own mode, rows from the top, bands interleaved.
 *
 * @param data height × width × {@link Mode#bands} bytes, 0 to 255; for {@link Mode#BIT} 0 or 255; for {@link Mode#PALETTE} indices
 * @param palette 256 × 3 bytes red, green, blue for {@link Mode#PALETTE}, otherwise empty
 * @param scaled true when the file held 16-bit grey, which was scaled to 8 bit; the reference clips it to white instead
 */
@SuppressWarnings("ArrayRecordComponent")
public record Raster(Mode mode, int width, int height, byte[] data, byte[] palette, boolean scaled) {

    private static final byte[] NO_PALETTE = new byte[0];

    /** Pillow's modes, in its words 1, L, LA, P, RGB, RGBA and CMYK. */
    public enum Mode {
        BIT(1),
        GREY(1),
        GREY_ALPHA(2),
        PALETTE(1),
        RGB(3),
        RGBA(4),
        CMYK(4);

        private final int bands;

        Mode(int bands) {
            this.bands = bands;
        }

        public int bands() {
            return bands;
        }
    }

    public Raster {
        if (width < 1 || height < 1 || data.length != (long) width * height * mode.bands()) {
            throw new IllegalArgumentException(
                    mode + " " + width + "×" + height + " does not fit " + data.length + " bytes");
        }
        if (palette.length != (mode == Mode.PALETTE ? 768 : 0)) {
            throw new IllegalArgumentException("a palette of 768 bytes belongs to mode PALETTE and to no other");
        }
    }

    /** Red, green, blue. */
    public static Raster rgb(int width, int height, byte[] data) {
        return new Raster(Mode.RGB, width, height, data, NO_PALETTE, false);
    }

    /** The same mode and palette with other pixels. */
    public Raster with(int newWidth, int newHeight, byte[] newData) {
        return new Raster(mode, newWidth, newHeight, newData, palette, scaled);
    }

    /** Pillow's {@code convert("RGB")}: alpha is dropped, not composited; CMYK by its integer formula. */
    public Raster toRgb() {
        if (mode == Mode.RGB) {
            return this;
        }
        int n = width * height;
        byte[] out = new byte[n * 3];
        switch (mode) {
            case BIT, GREY, GREY_ALPHA -> {
                for (int i = 0, step = mode.bands(); i < n; i++) {
                    byte v = data[i * step];
                    out[i * 3] = v;
                    out[i * 3 + 1] = v;
                    out[i * 3 + 2] = v;
                }
            }
            case RGBA -> {
                for (int i = 0; i < n; i++) {
                    System.arraycopy(data, i * 4, out, i * 3, 3);
                }
            }
            case PALETTE -> {
                for (int i = 0; i < n; i++) {
                    System.arraycopy(palette, (data[i] & 0xff) * 3, out, i * 3, 3);
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    int light = 255 - (data[i * 4 + 3] & 0xff);
                    for (int band = 0; band < 3; band++) {
                        out[i * 3 + band] = (byte) Math.max(0, light - product(data[i * 4 + band] & 0xff, light));
                    }
                }
            }
        }
        return new Raster(Mode.RGB, width, height, out, NO_PALETTE, scaled);
    }

    /** a × b / 255, rounded as Pillow does it. */
    static int product(int a, int b) {
        int t = a * b + 128;
        return ((t >> 8) + t) >> 8;
    }
}
