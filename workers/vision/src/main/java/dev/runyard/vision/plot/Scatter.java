package dev.runyard.vision.plot;

import dev.runyard.vision.image.Draws;
import dev.runyard.vision.plot.Surface.Anchor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Points in the plane, coloured by kind. Kinds beyond the plain colours also differ in shape; where a legend would be too long, names stand
 * at the kinds themselves.
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

    /** Kinds in a legend at most; more are named at their points. */
    private static final int MOST_IN_LEGEND = 40;

    private static final double LETTER = 5.6;
    private static final double LINE = 12;

    public Figure figure() {
        boolean legend = names.size() <= MOST_IN_LEGEND;
        int columns = legend ? (names.size() * ROW + SIDE - 1) / SIDE : 0;
        return new Figure(LEFT + SIDE + 24 + columns * LEGEND, TOP + SIDE + 56, to -> draw(to, legend));
    }

    private void draw(Surface to, boolean legend) {
        to.text(title, LEFT, 28, 16);
        to.frame(LEFT, TOP, SIDE, SIDE, 1, Colours.GRID);
        double[] at = placed();
        double radius = Math.max(2, Math.min(4.5, 90 / Math.sqrt(kinds.length)));
        for (int i : mixedOrder(kinds.length)) {
            Marker marker = Marker.of(kinds[i], names.size());
            marker.draw(to, at[2 * i], at[2 * i + 1], radius + 0.7, Colours.PAPER, "");
            marker.draw(to, at[2 * i], at[2 * i + 1], radius, colour(kinds[i]), hover.get(i));
        }
        int rows = SIDE / ROW;
        for (int k = 0; legend && k < names.size(); k++) {
            double x = LEFT + SIDE + 24 + k / rows * LEGEND;
            double y = TOP + 10 + k % rows * ROW;
            Marker.of(k, names.size()).draw(to, x, y, 5, colour(k), "");
            to.text(shortened(names.get(k)), x + 12, y + 5, 13, Anchor.START, Colours.INK);
        }
        to.text(note, LEFT, TOP + SIDE + 24, 12, Anchor.START, Colours.FAINT);
        if (!legend) {
            int named = named(to, at);
            String said =
                    named + " of " + present() + " kinds named, each at the median of its points; tsne.csv has all";
            to.text(said, LEFT, TOP + SIDE + 42, 12, Anchor.START, Colours.FAINT);
        }
    }

    private int colour(int kind) {
        return Colours.kind(kind, names.size());
    }

    private long present() {
        return Arrays.stream(kinds).distinct().count();
    }

    /** [n, 2], px. */
    private double[] placed() {
        double[] low = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        double[] high = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (int i = 0; i < places.length; i++) {
            low[i % 2] = Math.min(low[i % 2], places[i]);
            high[i % 2] = Math.max(high[i % 2], places[i]);
        }
        double span = Math.max(1e-12, Math.max(high[0] - low[0], high[1] - low[1]));
        double scale = (SIDE - 32) / span;
        double[] out = new double[places.length];
        for (int i = 0; i < kinds.length; i++) {
            out[2 * i] = LEFT + SIDE / 2.0 + (places[2 * i] - (low[0] + high[0]) / 2) * scale;
            out[2 * i + 1] = TOP + SIDE / 2.0 - (places[2 * i + 1] - (low[1] + high[1]) / 2) * scale;
        }
        return out;
    }

    /** A name stands at the median of its points, unless a kind of more points has its name there. Returns how many stand. */
    private int named(Surface to, double[] at) {
        List<double[]> taken = new ArrayList<>();
        List<Integer> order = IntStream.range(0, names.size())
                .boxed()
                .sorted(Comparator.comparingLong(
                        k -> -Arrays.stream(kinds).filter(kind -> kind == k).count()))
                .toList();
        for (int k : order) {
            int[] own =
                    IntStream.range(0, kinds.length).filter(i -> kinds[i] == k).toArray();
            if (own.length == 0) {
                continue;
            }
            String name = shortened(names.get(k));
            double half = LETTER * name.length() / 2;
            double x = Math.max(LEFT + half, Math.min(LEFT + SIDE - half, median(at, own, 0)));
            double y = median(at, own, 1);
            double[] box = {x - half, y - LINE, x + half, y + 3};
            if (taken.stream().noneMatch(b -> b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3])) {
                taken.add(box);
                for (int[] shift : new int[][] {{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
                    to.text(name, x + shift[0], y + shift[1], 11, Anchor.MIDDLE, Colours.PAPER);
                }
                to.text(name, x, y, 11, Anchor.MIDDLE, Colours.mix(colour(k), Colours.INK, 0.6));
            }
        }
        return taken.size();
    }

    private static double median(double[] at, int[] own, int axis) {
        double[] values =
                Arrays.stream(own).mapToDouble(i -> at[2 * i + axis]).sorted().toArray();
        return values[values.length / 2];
    }

    /** Points often come sorted by kind, and the last one must not cover all others. */
    private static int[] mixedOrder(int n) {
        return new Draws(0, 0, 0).order(0, n);
    }

    private static String shortened(String name) {
        return Caption.of(name, LONGEST);
    }
}
