package dev.runyard.vision.image;

import dev.runyard.vision.image.Raster.Mode;

/**
 * Pillow's resampling to the bit: two passes (across, then down), 8-bit rounding between them, coefficients in fixed point with 22
 * fraction bits, and a window that widens with the scale when shrinking (antialiasing).
 */
public final class Resize {
    private static final int BITS = 22;

    private Resize() {}

    /** How pixels between pixels are found. */
    public enum Filter {
        BILINEAR(1) {
            @Override
            double weight(double x) {
                double d = Math.abs(x);
                return d < 1 ? 1 - d : 0;
            }
        },
        BICUBIC(2) {
            @Override
            double weight(double x) {
                double d = Math.abs(x);
                double a = -0.5;
                if (d < 1) {
                    return ((a + 2) * d - (a + 3)) * d * d + 1;
                }
                return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
            }
        };

        private final double support;

        Filter(double support) {
            this.support = support;
        }

        abstract double weight(double x);
    }

    /**
     * As {@code Image.resize}: palette and 1-bit images by nearest neighbour whatever the filter, alpha premultiplied, everything else
     * band by band. The same size gives the same pixels.
     */
    public static Raster to(Raster in, int width, int height, Filter filter) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("size must be ≥ 1, got " + width + "×" + height);
        }
        if (in.width() == width && in.height() == height) {
            return in;
        }
        return switch (in.mode()) {
            case BIT, PALETTE -> nearest(in, width, height);
            case GREY_ALPHA, RGBA -> divided(in.with(width, height, passes(multiplied(in), in, width, height, filter)));
            case GREY, RGB, CMYK -> in.with(width, height, passes(in.data(), in, width, height, filter));
        };
    }

    /** Shorter side to {@code size}, aspect kept, the longer side truncated, as torchvision's Resize. */
    public static Raster shorterSide(Raster in, int size, Filter filter) {
        int w = in.width();
        int h = in.height();
        int longer = (int) ((double) ((long) size * Math.max(w, h)) / Math.min(w, h));
        return w <= h ? to(in, size, longer, filter) : to(in, longer, size, filter);
    }

    private static byte[] passes(byte[] data, Raster in, int width, int height, Filter filter) {
        int bands = in.mode().bands();
        byte[] across = in.width() == width
                ? data
                : across(data, in.width(), in.height(), bands, width, Windows.of(in.width(), width, filter));
        return in.height() == height
                ? across
                : down(across, width * bands, height, Windows.of(in.height(), height, filter));
    }

    private static byte[] across(byte[] in, int width, int height, int bands, int out, Windows windows) {
        if (bands == 3) {
            return acrossColours(in, width, height, out, windows);
        }
        byte[] to = new byte[out * height * bands];
        for (int y = 0, o = 0; y < height; y++) {
            int row = y * width * bands;
            for (int x = 0; x < out; x++) {
                int first = row + windows.first[x] * bands;
                int k = x * windows.stride;
                int count = windows.count[x];
                for (int band = 0; band < bands; band++) {
                    int sum = 1 << (BITS - 1);
                    for (int i = 0, at = first + band; i < count; i++, at += bands) {
                        sum += (in[at] & 0xff) * windows.weights[k + i];
                    }
                    to[o++] = clip(sum);
                }
            }
        }
        return to;
    }

    /** The bands of a pixel together, which reads weights and memory once. */
    private static byte[] acrossColours(byte[] in, int width, int height, int out, Windows windows) {
        byte[] to = new byte[out * height * 3];
        for (int y = 0, o = 0; y < height; y++) {
            int row = y * width * 3;
            for (int x = 0; x < out; x++, o += 3) {
                int k = x * windows.stride;
                int end = k + windows.count[x];
                int red = 1 << (BITS - 1);
                int green = red;
                int blue = red;
                for (int at = row + windows.first[x] * 3; k < end; k++, at += 3) {
                    int weight = windows.weights[k];
                    red += (in[at] & 0xff) * weight;
                    green += (in[at + 1] & 0xff) * weight;
                    blue += (in[at + 2] & 0xff) * weight;
                }
                to[o] = clip(red);
                to[o + 1] = clip(green);
                to[o + 2] = clip(blue);
            }
        }
        return to;
    }

    /** Whole rows at a time, which reads memory in order. */
    private static byte[] down(byte[] in, int rowBytes, int out, Windows windows) {
        byte[] to = new byte[rowBytes * out];
        int[] sums = new int[rowBytes];
        for (int y = 0; y < out; y++) {
            java.util.Arrays.fill(sums, 1 << (BITS - 1));
            for (int i = 0; i < windows.count[y]; i++) {
                int weight = windows.weights[y * windows.stride + i];
                int row = (windows.first[y] + i) * rowBytes;
                for (int x = 0; x < rowBytes; x++) {
                    sums[x] += (in[row + x] & 0xff) * weight;
                }
            }
            for (int x = 0, o = y * rowBytes; x < rowBytes; x++) {
                to[o + x] = clip(sums[x]);
            }
        }
        return to;
    }

    private static byte clip(int sum) {
        int v = sum >> BITS;
        return (byte) (v < 0 ? 0 : Math.min(v, 255));
    }

    /** Which source pixels make a target pixel, and how much each counts. */
    private record Windows(int[] first, int[] count, int[] weights, int stride) {
        static Windows of(int in, int out, Filter filter) {
            double scale = (double) in / out;
            double spread = Math.max(scale, 1);
            double support = filter.support * spread;
            double inverse = 1 / spread;
            int stride = (int) Math.ceil(support) * 2 + 1;
            int[] first = new int[out];
            int[] count = new int[out];
            int[] weights = new int[out * stride];
            double[] window = new double[stride];
            for (int x = 0; x < out; x++) {
                double centre = (x + 0.5) * scale;
                int from = Math.max(0, (int) (centre - support + 0.5));
                int n = Math.min(in, (int) (centre + support + 0.5)) - from;
                double total = 0;
                for (int i = 0; i < n; i++) {
                    window[i] = filter.weight((i + from - centre + 0.5) * inverse);
                    total += window[i];
                }
                for (int i = 0; i < n; i++) {
                    double w = (total != 0 ? window[i] / total : window[i]) * (1 << BITS);
                    weights[x * stride + i] = (int) (w < 0 ? w - 0.5 : w + 0.5);
                }
                first[x] = from;
                count[x] = n;
            }
            return new Windows(first, count, weights, stride);
        }
    }

    private static Raster nearest(Raster in, int width, int height) {
        int bands = in.mode().bands();
        int[] columns = positions(in.width(), width);
        int[] rows = positions(in.height(), height);
        byte[] out = new byte[width * height * bands];
        for (int y = 0, o = 0; y < height; y++) {
            int row = rows[y] * in.width();
            for (int x = 0; x < width; x++) {
                int at = (row + columns[x]) * bands;
                for (int band = 0; band < bands; band++) {
                    out[o++] = in.data()[at + band];
                }
            }
        }
        return in.with(width, height, out);
    }

    /** Summed up step by step as the reference does, so that its rounding is met too. */
    private static int[] positions(int in, int out) {
        double step = (double) in / out;
        double at = step * 0.5;
        int[] positions = new int[out];
        for (int i = 0; i < out; i++) {
            positions[i] = Math.min(in - 1, (int) at);
            at += step;
        }
        return positions;
    }

    private static byte[] multiplied(Raster in) {
        int bands = in.mode().bands();
        byte[] out = in.data().clone();
        for (int i = 0; i < out.length; i += bands) {
            int alpha = out[i + bands - 1] & 0xff;
            for (int band = 0; band < bands - 1; band++) {
                out[i + band] = (byte) Raster.product(out[i + band] & 0xff, alpha);
            }
        }
        return out;
    }

    private static Raster divided(Raster in) {
        int bands = in.mode() == Mode.RGBA ? 4 : 2;
        byte[] data = in.data();
        for (int i = 0; i < data.length; i += bands) {
            int alpha = data[i + bands - 1] & 0xff;
            if (alpha == 0 || alpha == 255) {
                continue;
            }
            for (int band = 0; band < bands - 1; band++) {
                data[i + band] = (byte) Math.min(255, 255 * (data[i + band] & 0xff) / alpha);
            }
        }
        return in;
    }
}
