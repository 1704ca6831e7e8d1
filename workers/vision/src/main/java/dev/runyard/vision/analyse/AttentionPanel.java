package dev.runyard.vision.analyse;

import dev.runyard.vision.plot.Caption;
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
 * One image with its attention. The maps show each patch beside the mean patch of its own map: prompts take attention from all patches,
 * and what stays is to be compared in shape.
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
    private static final int BAR = 96;
    private static final int HEAD = 56;
    private static final int STRIP = 16;
    private static final int LONGEST = 24;
    private static final int ROW = SIDE + STRIP + 66;

    /** Share of a map's patches at either end that the scale does not reach to: a few corner patches would own it. */
    private static final double TAIL = 0.05;

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

    /** The panels in one column, or in two. */
    static Figure figure(List<AttentionPanel> panels) {
        List<String> heads = panels.get(0).with.length > 0
                ? List.of("image", "without prompts", "with prompts")
                : List.of("image", "without prompts");
        int width = heads.size() * (SIDE + GAP) + BAR;
        int columns = Math.min(2, panels.size());
        int rows = (panels.size() + columns - 1) / columns;
        return new Figure(LEFT + columns * width, HEAD + rows * ROW + 20, to -> {
            to.text(
                    "Mean of the heads; colours from the 5th to the 95th percentile of an image's two maps, beyond is cut.",
                    LEFT,
                    HEAD + rows * ROW + 8,
                    10,
                    Anchor.START,
                    Colours.FAINT);
            to.text("Attention of the class token, last block", LEFT, 22, 16);
            for (int i = 0; i < columns * heads.size(); i++) {
                double x = LEFT + i / heads.size() * width + i % heads.size() * (SIDE + GAP);
                to.text(heads.get(i % heads.size()), x, HEAD - 8, 12);
            }
            for (int i = 0; i < panels.size(); i++) {
                panels.get(i).draw(to, LEFT + i % columns * width, HEAD + i / columns * ROW);
            }
        });
    }

    /** How often the attention of the mean patch each token gets, and the range that all of them lie in. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Relative(float[] without, float[] with, double low, double high, double most) {
        static Relative of(AttentionPanel panel) {
            int patches = panel.without.length - 1;
            float[] without = relative(panel.without, patches);
            float[] with = relative(panel.with, patches);
            // Never a narrower range: what differs by less than a tenth must not look like a pattern.
            double low = 0.95;
            double high = 1.05;
            double most = 0;
            for (float[] row : List.of(without, with)) {
                if (row.length > 0) {
                    float[] sorted = Arrays.copyOfRange(row, 1, 1 + patches);
                    Arrays.sort(sorted);
                    int cut = (int) Math.floor(TAIL * patches);
                    low = Math.min(low, sorted[cut]);
                    high = Math.max(high, sorted[patches - 1 - cut]);
                    most = Math.max(most, sorted[patches - 1]);
                }
            }
            return new Relative(without, with, low, high, most);
        }

        private static float[] relative(float[] attention, int patches) {
            float[] out = attention.clone();
            double mean = out.length == 0 ? 1 : sum(attention, 1, 1 + patches) / patches;
            for (int t = 0; t < out.length; t++) {
                out[t] = (float) (attention[t] / mean);
            }
            return out;
        }

        int colour(double value) {
            return SCALE.at((value - low) / (high - low));
        }
    }

    private void draw(Surface to, double x, double y) {
        to.image(picture, x, y, SIDE, SIDE);
        to.text(Caption.of(label, LONGEST), x, y + SIDE + 16, 12);
        Relative relative = Relative.of(this);
        int patches = without.length - 1;
        double left = x + SIDE + GAP;
        to.image(over(relative.without, patches, relative), left, y, SIDE, SIDE);
        String shares =
                String.format(Locale.ROOT, "patches %.2f, itself %.2f", sum(without, 1, 1 + patches), without[0]);
        to.text(shares, left, y + SIDE + 16, 10, Anchor.START, Colours.FAINT);
        left += SIDE + GAP;
        if (with.length > 0) {
            to.image(over(relative.with, patches, relative), left, y, SIDE, SIDE);
            strip(to, relative, left, y + SIDE + 4);
            shares = String.format(Locale.ROOT, "patches %.2f, itself %.2f", sum(with, 1, 1 + patches), with[0]);
            to.text(shares, left, y + SIDE + STRIP + 32, 10, Anchor.START, Colours.FAINT);
            shares = String.format(Locale.ROOT, "prompts %.2f", sum(with, 1 + patches, with.length));
            to.text(shares, left, y + SIDE + STRIP + 46, 10, Anchor.START, Colours.FAINT);
            left += SIDE + GAP;
        }
        if (relative.most > relative.high) {
            String beyond = String.format(Locale.ROOT, "up to %.3g ×", relative.most);
            to.text(beyond, left, y + SIDE + 16, 10, Anchor.START, Colours.FAINT);
        }
        HeatMap.bar(to, SCALE, relative.low, relative.high, "attention / mean patch", left, y, SIDE);
    }

    private void strip(Surface to, Relative relative, double x, double y) {
        int prompts = with.length - without.length;
        double cell = (double) SIDE / prompts;
        for (int p = 0; p < prompts; p++) {
            to.rect(x + p * cell, y, cell, STRIP, relative.colour(relative.with[without.length + p]));
        }
        int every = Math.max(1, (int) Math.ceil((prompts > 9 ? 17 : 12) / cell));
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

    /** The patches' attention over a grey copy of the image, as fine as the panel. */
    private Picture over(float[] attention, int patches, Relative relative) {
        int grid = (int) Math.round(Math.sqrt(patches));
        float[] fine = enlarged(Arrays.copyOfRange(attention, 1, 1 + patches), grid, SIDE);
        byte[] rgb = new byte[SIDE * SIDE * 3];
        for (int i = 0; i < SIDE * SIDE; i++) {
            int x = i % SIDE * picture.width() / SIDE;
            int y = i / SIDE * picture.height() / SIDE;
            int at = (y * picture.width() + x) * 3;
            double light = 0.299 * (picture.rgb()[at] & 0xff)
                    + 0.587 * (picture.rgb()[at + 1] & 0xff)
                    + 0.114 * (picture.rgb()[at + 2] & 0xff);
            int colour = Colours.mix((int) light * 0x010101, relative.colour(fine[i]), 0.7);
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
