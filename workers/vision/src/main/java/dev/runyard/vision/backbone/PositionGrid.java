package dev.runyard.vision.backbone;

import java.util.Arrays;

/** Positions of a square grid of patches for another one, as the makers of a backbone resize them. The rows in front stay. */
public final class PositionGrid {
    private PositionGrid() {}

    /** Whose way. */
    public enum Rule {
        /**
         * timm's {@code resample_abs_pos_embed} and open_clip's: bicubic (a = −0.5) with a window that widens when the grid shrinks
         * (antialias).
         */
        TIMM,
        /**
         * DINO's and DINOv2's {@code interpolate_pos_encoding}: bicubic (a = −0.75), edges repeated, the scale being that of a grid a
         * tenth of a patch larger.
         */
        DINO
    }

    /**
     * @param table [prefix + from², width], row-major
     * @param prefix rows in front of the grid
     * @return [prefix + to², width]
     */
    static float[] resized(float[] table, int prefix, int from, int to, int width, Rule rule) {
        if (table.length != (prefix + from * from) * width || to < 1) {
            throw new IllegalArgumentException("a grid of " + from + " with " + prefix + " in front does not fit "
                    + table.length / width + " rows");
        }
        if (from == to) {
            return table.clone();
        }
        double[][] axis = rule == Rule.TIMM ? antialiased(from, to) : dino(from, to);
        double[] across = new double[from * to * width]; // [from rows, to columns, width]
        for (int y = 0; y < from; y++) {
            for (int x = 0; x < to; x++) {
                for (int i = 0; i < from; i++) {
                    double weight = axis[x][i];
                    int source = (prefix + y * from + i) * width;
                    for (int d = 0; weight != 0 && d < width; d++) {
                        across[(y * to + x) * width + d] += weight * table[source + d];
                    }
                }
            }
        }
        float[] out = Arrays.copyOf(table, (prefix + to * to) * width);
        double[] row = new double[to * width];
        for (int y = 0; y < to; y++) {
            Arrays.fill(row, 0);
            for (int i = 0; i < from; i++) {
                double weight = axis[y][i];
                for (int k = 0; weight != 0 && k < row.length; k++) {
                    row[k] += weight * across[i * to * width + k];
                }
            }
            for (int k = 0; k < row.length; k++) {
                out[(prefix + y * to) * width + k] = (float) row[k];
            }
        }
        return out;
    }

    /** PyTorch's {@code interpolate(mode="bicubic", antialias=True)}. */
    private static double[][] antialiased(int from, int to) {
        double[][] out = new double[to][from];
        double scale = (double) from / to;
        double support = 2 * Math.max(scale, 1);
        double inverse = 1 / Math.max(scale, 1);
        for (int i = 0; i < to; i++) {
            double centre = scale * (i + 0.5);
            int first = Math.max((int) (centre - support + 0.5), 0);
            int end = Math.min((int) (centre + support + 0.5), from);
            double total = 0;
            for (int j = first; j < end; j++) {
                out[i][j] = cubic((j - centre + 0.5) * inverse, -0.5);
                total += out[i][j];
            }
            for (int j = first; j < end; j++) {
                out[i][j] /= total;
            }
        }
        return out;
    }

    /** PyTorch's {@code interpolate(scale_factor=(to + 0.1) / from, mode="bicubic")}. */
    private static double[][] dino(int from, int to) {
        double[][] out = new double[to][from];
        double scale = from / (to + 0.1);
        for (int i = 0; i < to; i++) {
            double at = scale * (i + 0.5) - 0.5;
            int below = (int) Math.floor(at);
            for (int k = -1; k <= 2; k++) {
                int source = Math.max(0, Math.min(from - 1, below + k));
                out[i][source] += cubic(at - (below + k), -0.75);
            }
        }
        return out;
    }

    private static double cubic(double x, double a) {
        double d = Math.abs(x);
        if (d <= 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    }
}
