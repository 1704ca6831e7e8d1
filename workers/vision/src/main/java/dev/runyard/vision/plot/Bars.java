package dev.runyard.vision.plot;

import dev.runyard.vision.plot.Surface.Anchor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One bar a value, from 0 up.
 *
 * @param title above it
 * @param across what the bars are
 * @param up what the heights are, with the unit
 * @param names below the bars; empty for their numbers
 * @param values ≥ 0
 * @param spread standard deviations drawn as whiskers, or null
 * @param reference height of a dashed line; NaN for none
 * @param referenceName what the line is
 */
@SuppressWarnings("ArrayRecordComponent")
public record Bars(
        String title,
        String across,
        String up,
        List<String> names,
        double[] values,
        double @Nullable [] spread,
        double reference,
        String referenceName) {
    private static final int WIDTH = 620;
    private static final int HEIGHT = 260;
    private static final int LEFT = 84;
    private static final int TOP = 50;
    private static final int LONGEST = 24;
    /** Width of a letter, roughly. */
    private static final int LETTER = 8;

    public Figure figure() {
        return new Figure(LEFT + WIDTH + 30, TOP + HEIGHT + below() + 40, this::draw);
    }

    /** Whether the names are too wide to stand side by side. */
    private boolean upright() {
        return LETTER * longest() > (double) WIDTH / values.length;
    }

    private int longest() {
        return names.stream()
                .mapToInt(name -> Math.min(LONGEST, name.length()))
                .max()
                .orElse(0);
    }

    /** Room for what stands below the bars. */
    private int below() {
        return upright() ? LETTER * longest() + 8 : 24;
    }

    private void draw(Surface to) {
        to.text(title, LEFT, 28, 16);
        double top = Double.isNaN(reference) ? 0 : reference;
        for (int i = 0; i < values.length; i++) {
            top = Math.max(top, values[i] + (spread == null ? 0 : spread[i]));
        }
        top = top > 0 ? top * 1.06 : 1;
        for (double tick : Ticks.between(0, top, 5)) {
            double y = TOP + HEIGHT * (1 - tick / top);
            to.line(LEFT, y, LEFT + WIDTH, y, 1, Colours.GRID);
            to.text(Ticks.label(tick), LEFT - 6, y + 4, 12, Anchor.END, Colours.INK);
        }
        double step = (double) WIDTH / values.length;
        for (int i = 0; i < values.length; i++) {
            double height = HEIGHT * values[i] / top;
            double gap = step > 4 ? step * 0.1 : 0;
            to.rect(LEFT + i * step + gap, TOP + HEIGHT - height, step - 2 * gap, height, Colours.kind(0));
            if (spread != null) {
                whisker(to, LEFT + (i + 0.5) * step, values[i], spread[i], top);
            }
        }
        labels(to, step);
        if (!Double.isNaN(reference)) {
            line(to, TOP + HEIGHT * (1 - reference / top));
        }
        to.text(across, LEFT + WIDTH / 2.0, TOP + HEIGHT + below() + 22, 13, Anchor.MIDDLE, Colours.INK);
        to.textUp(up, 22, TOP + HEIGHT / 2.0, 13, Anchor.MIDDLE, Colours.INK);
    }

    private static void whisker(Surface to, double x, double value, double deviation, double top) {
        double high = TOP + HEIGHT * (1 - (value + deviation) / top);
        double low = TOP + HEIGHT * (1 - Math.max(0, value - deviation) / top);
        to.line(x, high, x, low, 1.5, Colours.INK);
        to.line(x - 4, high, x + 4, high, 1.5, Colours.INK);
        to.line(x - 4, low, x + 4, low, 1.5, Colours.INK);
    }

    private void labels(Surface to, double step) {
        if (names.isEmpty()) {
            for (double tick : Ticks.between(0, values.length - 1, 10)) {
                if (tick == Math.rint(tick)) {
                    double x = LEFT + (tick + 0.5) * step;
                    to.text(Ticks.label(tick), x, TOP + HEIGHT + 18, 12, Anchor.MIDDLE, Colours.INK);
                }
            }
            return;
        }
        int every = Math.max(1, (int) Math.ceil(14 / step));
        for (int i = 0; i < names.size(); i += every) {
            String text = Caption.of(names.get(i), LONGEST);
            double middle = LEFT + (i + 0.5) * step;
            if (upright()) {
                to.textUp(text, middle + 4, TOP + HEIGHT + 6, 12, Anchor.END, Colours.INK);
            } else {
                to.text(text, middle, TOP + HEIGHT + 18, 12, Anchor.MIDDLE, Colours.INK);
            }
        }
    }

    private void line(Surface to, double y) {
        for (double x = LEFT; x < LEFT + WIDTH; x += 10) {
            to.line(x, y, Math.min(x + 6, LEFT + WIDTH), y, 1.5, Colours.kind(1));
        }
        to.text(referenceName, LEFT + WIDTH - 4, y - 6, 12, Anchor.END, Colours.kind(1));
    }
}
