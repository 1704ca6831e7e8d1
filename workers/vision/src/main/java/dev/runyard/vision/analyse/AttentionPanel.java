package dev.runyard.vision.analyse;

import dev.runyard.vision.plot.Colours;
import dev.runyard.vision.plot.Colours.Scale;
import dev.runyard.vision.plot.Figure;
import dev.runyard.vision.plot.HeatMap;
import dev.runyard.vision.plot.Picture;
import dev.runyard.vision.plot.Surface;
import dev.runyard.vision.plot.Surface.Anchor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One image with its attention.
 *
 * @param picture the image
 * @param without [T], class token first
 * @param with [T + K], or empty without prompts
 */
@SuppressWarnings("ArrayRecordComponent")
record AttentionPanel(String label, Picture picture, float[] without, float[] with) {
    private static final int SIDE = 168;
    private static final int GAP = 14;
    private static final int LEFT = 20;
    private static final int HEAD = 56;
    private static final int STRIP = 16;
    private static final int ROW = SIDE + STRIP + 54;
    private static final Scale SCALE = Scale.VIRIDIS;

    static AttentionPanel of(Sample sample, int image) {
        Points plain = sample.plainAttention();
        Points prompted = sample.promptedAttention();
        return new AttentionPanel(
                sample.className(image),
                new Picture(sample.size(), sample.size(), sample.pictures()[image]),
                Arrays.copyOfRange(plain.values(), image * plain.d(), (image + 1) * plain.d()),
                prompted == null
                        ? new float[0]
                        : Arrays.copyOfRange(prompted.values(), image * prompted.d(), (image + 1) * prompted.d()));
    }

    /** The panels below each other. */
    static Figure figure(List<AttentionPanel> panels) {
        boolean prompts = panels.get(0).with.length > 0;
        int columns = prompts ? 3 : 2;
        int width = LEFT + columns * (SIDE + GAP) + 90;
        return new Figure(width, HEAD + panels.size() * ROW, to -> {
            to.text("Attention of the class token, last block", LEFT, 26, 16);
            List<String> heads = List.of("image", "without prompts", "with prompts");
            for (int i = 0; i < columns; i++) {
                to.text(heads.get(i), LEFT + i * (SIDE + GAP), HEAD - 8, 12);
            }
            for (int i = 0; i < panels.size(); i++) {
                panels.get(i).draw(to, HEAD + i * ROW);
            }
        });
    }

    private void draw(Surface to, double y) {
        to.image(picture, LEFT, y, SIDE, SIDE);
        to.text(label, LEFT, y + SIDE + 16, 12);
        double most = 0;
        for (float[] row : List.of(without, with)) {
            for (int t = 1; t < row.length; t++) {
                most = Math.max(most, row[t]);
            }
        }
        int prompts = with.length == 0 ? 0 : with.length - without.length;
        map(to, without, 0, LEFT + SIDE + GAP, y, most);
        double right = LEFT + 2 * (SIDE + GAP);
        if (with.length > 0) {
            map(to, with, prompts, right, y, most);
            strip(to, prompts, right, y + SIDE + 4, most);
            right += SIDE + GAP;
        }
        HeatMap.bar(to, SCALE, 0, most, "share of attention", right, y, SIDE);
    }

    private void map(Surface to, float[] attention, int prompts, double x, double y, double most) {
        int patches = attention.length - 1 - prompts;
        int grid = (int) Math.round(Math.sqrt(patches));
        to.image(over(Arrays.copyOfRange(attention, 1, 1 + patches), grid, most), x, y, SIDE, SIDE);
        double onPatches = sum(attention, 1, 1 + patches);
        String text = prompts == 0
                ? String.format(Locale.ROOT, "patches %.2f, itself %.2f", onPatches, attention[0])
                : String.format(
                        Locale.ROOT,
                        "patches %.2f, itself %.2f, prompts %.2f",
                        onPatches,
                        attention[0],
                        sum(attention, 1 + patches, attention.length));
        to.text(text, x, y + SIDE + (prompts == 0 ? 16 : STRIP + 34), 10, Anchor.START, Colours.FAINT);
    }

    private void strip(Surface to, int prompts, double x, double y, double most) {
        double cell = (double) SIDE / prompts;
        for (int p = 0; p < prompts; p++) {
            to.rect(x + p * cell, y, cell, STRIP, SCALE.at(with[without.length + p] / most));
        }
        int every = Math.max(1, (int) Math.ceil(12 / cell));
        for (int p = 0; p < prompts; p += every) {
            to.text(String.valueOf(p + 1), x + (p + 0.5) * cell, y + STRIP + 11, 9, Anchor.MIDDLE, Colours.FAINT);
        }
    }

    private static double sum(float[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += values[i];
        }
        return sum;
    }

    /** The attention over a grey copy of the image, as fine as the panel. */
    private Picture over(float[] patches, int grid, double most) {
        float[] fine = enlarged(patches, grid, SIDE);
        byte[] rgb = new byte[SIDE * SIDE * 3];
        for (int i = 0; i < SIDE * SIDE; i++) {
            int x = i % SIDE * picture.width() / SIDE;
            int y = i / SIDE * picture.height() / SIDE;
            int at = (y * picture.width() + x) * 3;
            double light = 0.299 * (picture.rgb()[at] & 0xff)
                    + 0.587 * (picture.rgb()[at + 1] & 0xff)
                    + 0.114 * (picture.rgb()[at + 2] & 0xff);
            int grey = (int) light * 0x010101;
            int colour = Colours.mix(grey, SCALE.at(fine[i] / most), 0.65);
            rgb[3 * i] = (byte) (colour >> 16);
            rgb[3 * i + 1] = (byte) (colour >> 8);
            rgb[3 * i + 2] = (byte) colour;
        }
        return new Picture(SIDE, SIDE, rgb);
    }

    /**
     * Bilinear, between the centres of the cells, as PyTorch's {@code interpolate} with {@code align_corners=False}.
     *
     * @param cells [grid, grid]
     * @return [side, side]
     */
    static float[] enlarged(float[] cells, int grid, int side) {
        float[] out = new float[side * side];
        for (int y = 0; y < side; y++) {
            double v = Math.max(0, (y + 0.5) * grid / side - 0.5);
            int top = Math.min((int) v, grid - 1);
            int bottom = Math.min(top + 1, grid - 1);
            for (int x = 0; x < side; x++) {
                double u = Math.max(0, (x + 0.5) * grid / side - 0.5);
                int left = Math.min((int) u, grid - 1);
                int right = Math.min(left + 1, grid - 1);
                double above = cells[top * grid + left] * (1 - (u - left)) + cells[top * grid + right] * (u - left);
                double below =
                        cells[bottom * grid + left] * (1 - (u - left)) + cells[bottom * grid + right] * (u - left);
                out[y * side + x] = (float) (above * (1 - (v - top)) + below * (v - top));
            }
        }
        return out;
    }
}
