package dev.runyard.vision.plot;

import dev.runyard.vision.plot.Colours.Scale;
import dev.runyard.vision.plot.Surface.Anchor;
import java.util.List;
import java.util.Locale;

/**
 * A matrix as coloured cells. Small ones carry their numbers and names; larger ones are cells alone.
 *
 * @param title above it
 * @param names of rows and columns, or empty for numbers along the axes
 * @param axis what rows and columns are, when they have no names
 * @param values rows of equal length, as many as columns
 * @param low the value of the scale's first colour
 * @param high the value of its last
 * @param unit what the numbers are
 */
@SuppressWarnings("ArrayRecordComponent")
public record HeatMap(
        String title,
        List<String> names,
        String axis,
        double[][] values,
        double low,
        double high,
        String unit,
        Scale scale) {
    private static final int SIDE = 420;
    private static final int LEFT = 130;
    private static final int TOP = 50;
    private static final int FEW = 12;

    public Figure figure() {
        return new Figure(LEFT + SIDE + 110, TOP + SIDE + 60, this::draw);
    }

    private void draw(Surface to) {
        to.text(title, LEFT, 28, 16);
        int n = values.length;
        double cell = (double) SIDE / n;
        if (n > FEW) {
            to.image(cells(), LEFT, TOP, SIDE, SIDE);
        }
        for (int i = 0; n <= FEW && i < n; i++) {
            for (int j = 0; j < n; j++) {
                int colour = colour(values[i][j]);
                double x = LEFT + j * cell;
                double y = TOP + i * cell;
                to.rect(x, y, cell, cell, colour);
                String number = String.format(Locale.ROOT, "%.3f", values[i][j]);
                to.text(number, x + cell / 2, y + cell / 2 + 5, 14, Anchor.MIDDLE, Colours.on(colour));
            }
        }
        axes(to, n, cell);
        bar(to);
    }

    private void axes(Surface to, int n, double cell) {
        if (!names.isEmpty()) {
            for (int i = 0; i < n; i++) {
                double middle = (i + 0.5) * cell;
                to.text(names.get(i), LEFT - 8, TOP + middle + 4, 13, Anchor.END, Colours.INK);
                to.text(names.get(i), LEFT + middle, TOP + SIDE + 20, 13, Anchor.MIDDLE, Colours.INK);
            }
            return;
        }
        for (double tick : Ticks.between(0, n - 1, 6)) {
            double middle = (tick + 0.5) * cell;
            to.text(Ticks.label(tick), LEFT - 8, TOP + middle + 4, 12, Anchor.END, Colours.INK);
            to.text(Ticks.label(tick), LEFT + middle, TOP + SIDE + 18, 12, Anchor.MIDDLE, Colours.INK);
        }
        to.text(axis, LEFT + SIDE / 2.0, TOP + SIDE + 42, 13, Anchor.MIDDLE, Colours.INK);
        to.textUp(axis, LEFT - 52, TOP + SIDE / 2.0, 13, Anchor.MIDDLE, Colours.INK);
    }

    private void bar(Surface to) {
        bar(to, scale, low, high, unit, LEFT + SIDE + 24, TOP, SIDE);
    }

    /** A colour bar with its numbers, upright. */
    public static void bar(
            Surface to, Scale scale, double low, double high, String unit, double x, double y, double height) {
        int pieces = 64;
        for (int i = 0; i < pieces; i++) {
            double top = y + height * i / pieces;
            to.rect(x, top, 14, height / pieces + 0.5, scale.at(1 - (i + 0.5) / pieces));
        }
        int wanted = Math.max(3, (int) (height / 40));
        for (double tick : Ticks.between(low, high, wanted)) {
            double at = y + height * (1 - (high > low ? (tick - low) / (high - low) : 0.5));
            to.line(x + 14, at, x + 18, at, 1, Colours.INK);
            to.text(Ticks.label(tick), x + 21, at + 4, 11, Anchor.START, Colours.INK);
        }
        to.textUp(unit, x + 66, y + height / 2, 12, Anchor.MIDDLE, Colours.INK);
    }

    private int colour(double value) {
        return scale.at(high > low ? (value - low) / (high - low) : 0.5);
    }

    private Picture cells() {
        int n = values.length;
        byte[] rgb = new byte[n * n * 3];
        for (int i = 0; i < n * n; i++) {
            int colour = colour(values[i / n][i % n]);
            rgb[3 * i] = (byte) (colour >> 16);
            rgb[3 * i + 1] = (byte) (colour >> 8);
            rgb[3 * i + 2] = (byte) colour;
        }
        return new Picture(n, n, rgb);
    }
}
