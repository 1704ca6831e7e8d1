package dev.runyard.vision.image;

import dev.runyard.vision.image.Raster.Mode;
import java.util.Arrays;

/**
 * Pillow's resampling to the bit: two passes (across, then down), 8-bit rounding between them, coefficients in fixed point with 22
 * fraction bits, and a window that widens with the scale when shrinking (antialiasing).
 */
public final class Resize {
    private static final int BITS = 22;

    /** Together in the pass across: enough for vectors, few enough that they stay near the processor. */
    private static final int ROWS = 96;

    /** Numbers that a thread keeps for its next image, at most. */
    private static final int KEPT = 1 << 20;

    private static final int COLUMNS = 0;
    private static final int ACROSS = 1;
    private static final int SUMS = 2;
    private static final ThreadLocal<int[][][]> SCRATCH = ThreadLocal.withInitial(() -> new int[3][0][0]);

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
        int row = width * bands;
        int[][] lines = scratch(ACROSS, in.height(), row);
        if (in.width() == width) {
            numbers(data, row, in.height(), lines);
        } else {
            across(data, in, width, Windows.of(in.width(), width, filter), lines);
        }
        byte[] to = new byte[row * height];
        if (in.height() == height) {
            for (int y = 0; y < height; y++) {
                bytes(lines[y], row, to, y * row);
            }
            return to;
        }
        Windows windows = Windows.of(in.height(), height, filter);
        int[] sums = scratch(SUMS, 1, row)[0];
        for (int y = 0; y < height; y++) {
            summed(lines, windows, y, row, sums);
            bytes(sums, row, to, y * row);
        }
        return to;
    }

    /**
     * Some rows at a time, column by column of all of them: numbers that lie side by side are what a JVM makes vector instructions of, and
     * those of one row do not lie so.
     *
     * @param to a line for each row, 0 to 255 in the order of the bytes
     */
    private static void across(byte[] data, Raster in, int out, Windows windows, int[][] to) {
        int bands = in.mode().bands();
        int row = in.width() * bands;
        int together = Math.min(in.height(), ROWS);
        int[][] columns = scratch(COLUMNS, in.width(), bands * together);
        int[] sums = scratch(SUMS, 1, bands * together)[0];
        for (int y = 0; y < in.height(); y += together) {
            int rows = Math.min(together, in.height() - y);
            for (int x = 0; x < in.width(); x++) {
                int[] column = columns[x];
                for (int band = 0, lane = 0; band < bands; band++) {
                    for (int at = y * row + x * bands + band, end = lane + rows; lane < end; lane++, at += row) {
                        column[lane] = data[at] & 0xff;
                    }
                }
            }
            for (int x = 0; x < out; x++) {
                summed(columns, windows, x, bands * rows, sums);
                for (int band = 0, lane = 0; band < bands; band++) {
                    for (int r = 0, at = x * bands + band; r < rows; r++, lane++) {
                        to[y + r][at] = sums[lane];
                    }
                }
            }
        }
    }

    /** The lines that make line {@code at} of the result, weighted and rounded: {@code length} numbers, 0 to 255. */
    private static void summed(int[][] lines, Windows windows, int at, int length, int[] sums) {
        Arrays.fill(sums, 0, length, 1 << (BITS - 1));
        int k = at * windows.stride;
        int line = windows.first[at];
        int left = windows.count[at];
        for (; left >= 2; left -= 2, k += 2, line += 2) {
            addTwo(lines[line], lines[line + 1], windows.weights[k], windows.weights[k + 1], length, sums);
        }
        if (left == 1) {
            add(lines[line], windows.weights[k], length, sums);
        }
        for (int i = 0; i < length; i++) {
            sums[i] = Math.max(0, Math.min(255, sums[i] >> BITS));
        }
    }

    // The same index everywhere: of other places a JVM could not know that they are no other's, and would go number by
    // number.

    private static void add(int[] line, int weight, int length, int[] sums) {
        for (int i = 0; i < length; i++) {
            sums[i] += line[i] * weight;
        }
    }

    /** Two at a time read and write the sums once. */
    private static void addTwo(int[] line, int[] next, int weight, int nextWeight, int length, int[] sums) {
        for (int i = 0; i < length; i++) {
            sums[i] += line[i] * weight + next[i] * nextWeight;
        }
    }

    /** Large arrays that are made anew for each image are what a garbage collector is slow with. */
    private static int[][] scratch(int which, int lines, int length) {
        int[][] own = SCRATCH.get()[which];
        if (own.length >= lines && own[0].length >= length) {
            return own;
        }
        int most = Math.max(lines, own.length);
        int longest = own.length == 0 ? length : Math.max(length, own[0].length);
        if ((long) most * longest > KEPT) {
            return new int[lines][length];
        }
        SCRATCH.get()[which] = new int[most][longest];
        return SCRATCH.get()[which];
    }

    private static void numbers(byte[] bytes, int length, int lines, int[][] to) {
        for (int y = 0, at = 0; y < lines; y++) {
            int[] line = to[y];
            for (int i = 0; i < length; i++) {
                line[i] = bytes[at++] & 0xff;
            }
        }
    }

    private static void bytes(int[] numbers, int count, byte[] to, int at) {
        for (int i = 0; i < count; i++) {
            to[at + i] = (byte) numbers[i];
        }
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
