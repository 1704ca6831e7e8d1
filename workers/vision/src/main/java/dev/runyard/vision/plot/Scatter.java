package dev.runyard.vision.plot;

import dev.runyard.vision.image.Draws;
import dev.runyard.vision.plot.Surface.Anchor;
import java.util.List;

/**
 * Points in the plane, coloured by kind. Kinds beyond the colours also differ in shape; beyond those there is no legend, and only the
 * SVG's hover texts and the data tell them apart.
 *
 * @param title above it
 * @param note below it
 * @param places [n, 2]; one unit is as long on both axes
 * @param kinds [n], indices of {@code names}
 * @param names of the kinds
 * @param hover [n], what a viewer shows for a point
 */
@SuppressWarnings("ArrayRecordComponent")
public record Scatter(String title, String note, double[] places, int[] kinds, List<String> names, List<String> hover) {
    private static final int SIDE = 560;
    private static final int LEFT = 24;
    private static final int TOP = 48;
    private static final int ROW = 20;
    private static final int LEGEND = 200;
    private static final int LONGEST = 26;

    public Figure figure() {
        boolean legend = names.size() <= Marker.kinds();
        int columns = legend ? (names.size() * ROW + SIDE - 1) / SIDE : 0;
        return new Figure(LEFT + SIDE + 24 + columns * LEGEND, TOP + SIDE + 40, to -> draw(to, legend));
    }

    private void draw(Surface to, boolean legend) {
        to.text(title, LEFT, 28, 16);
        to.frame(LEFT, TOP, SIDE, SIDE, 1, Colours.GRID);
        double[] low = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        double[] high = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (int i = 0; i < places.length; i++) {
            low[i % 2] = Math.min(low[i % 2], places[i]);
            high[i % 2] = Math.max(high[i % 2], places[i]);
        }
        double span = Math.max(1e-12, Math.max(high[0] - low[0], high[1] - low[1]));
        double scale = (SIDE - 32) / span;
        double radius = Math.max(2, Math.min(4.5, 90 / Math.sqrt(kinds.length)));
        for (int i : mixedOrder(kinds.length)) {
            double x = LEFT + SIDE / 2.0 + (places[2 * i] - (low[0] + high[0]) / 2) * scale;
            double y = TOP + SIDE / 2.0 - (places[2 * i + 1] - (low[1] + high[1]) / 2) * scale;
            Marker.of(kinds[i]).draw(to, x, y, radius + 0.7, Colours.PAPER, "");
            Marker.of(kinds[i]).draw(to, x, y, radius, Colours.kind(kinds[i]), hover.get(i));
        }
        int rows = SIDE / ROW;
        for (int k = 0; legend && k < names.size(); k++) {
            double x = LEFT + SIDE + 24 + k / rows * LEGEND;
            double y = TOP + 10 + k % rows * ROW;
            Marker.of(k).draw(to, x, y, 5, Colours.kind(k), "");
            to.text(shortened(names.get(k)), x + 12, y + 5, 13, Anchor.START, Colours.INK);
        }
        to.text(note, LEFT, TOP + SIDE + 24, 12, Anchor.START, Colours.FAINT);
    }

    /** Points often come sorted by kind, and the last one must not cover all others. */
    private static int[] mixedOrder(int n) {
        return new Draws(0, 0, 0).order(0, n);
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST ? name : name.substring(0, LONGEST - 1) + "…";
    }
}
