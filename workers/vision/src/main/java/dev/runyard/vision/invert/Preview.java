package dev.runyard.vision.invert;

import dev.runyard.vision.client.ClientBundle;
import dev.runyard.vision.client.PatchLayout;
import dev.runyard.vision.image.Normalisation;
import dev.runyard.vision.plot.Caption;
import dev.runyard.vision.plot.Colours;
import dev.runyard.vision.plot.Figure;
import dev.runyard.vision.plot.Picture;
import dev.runyard.vision.plot.Surface;
import dev.runyard.vision.plot.Surface.Anchor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Images side by side with their inverted patches below. Patches are no pictures: all of them are spread over one range, for the eye
 * alone, and the range is said.
 */
final class Preview {
    /** Side by side. */
    static final int IMAGES = 6;

    private static final int SIDE = 150;
    private static final int GAP = 14;
    private static final int LEFT = 20;
    private static final int HEAD = 52;
    private static final int LETTERS = 20;

    /** Of all values, those beyond are cut. */
    private static final double TAIL = 0.01;

    private final ClientBundle bundle;
    private final float[] taller;
    private final List<String> labels;
    private final float low;
    private final float high;

    /**
     * @param taller [n, 3, H', W], row-major, normalised
     * @param labels [n]
     */
    Preview(ClientBundle bundle, float[] taller, List<String> labels) {
        this.bundle = bundle;
        this.taller = taller;
        this.labels = List.copyOf(labels);
        float[] sorted = patches();
        Arrays.sort(sorted);
        this.low = sorted.length == 0 ? 0 : sorted[(int) (TAIL * (sorted.length - 1))];
        this.high = sorted.length == 0 ? 1 : sorted[(int) Math.ceil((1 - TAIL) * (sorted.length - 1))];
    }

    Figure figure() {
        int n = labels.size();
        int below = below();
        int width = Math.max(640, 2 * LEFT + n * (SIDE + GAP) - GAP);
        return new Figure(width, HEAD + SIDE + 8 + below + 62, to -> draw(to, below));
    }

    /** Height of the patches, px of the picture. */
    private int below() {
        PatchLayout layout = bundle.layout();
        return (int) Math.ceil((double) SIDE * (layout.height() - layout.imageSize()) / layout.imageSize());
    }

    private void draw(Surface to, int below) {
        PatchLayout layout = bundle.layout();
        to.text("Inverted prompts: the patches below each image", LEFT, 28, 16);
        for (int i = 0; i < labels.size(); i++) {
            double x = LEFT + i * (SIDE + GAP);
            to.text(Caption.of(labels.get(i), LETTERS), x, HEAD - 6, 12, Anchor.START, Colours.INK);
            to.image(part(i, 0, layout.imageSize()), x, HEAD, SIDE, SIDE);
            to.image(part(i, layout.imageSize(), layout.height()), x, HEAD + SIDE + 8, SIDE, below);
            to.frame(x, HEAD + SIDE + 8, SIDE, below, 0.5, Colours.GRID);
        }
        bar(to, HEAD + SIDE + below + 24);
    }

    private void bar(Surface to, double y) {
        int pieces = 64;
        for (int i = 0; i < pieces; i++) {
            int grey = 255 * i / (pieces - 1);
            to.rect(LEFT + 2 * i, y, 2.5, 10, grey * 0x010101);
        }
        String text = String.format(
                Locale.ROOT,
                "each channel of the patches from %.3g to %.3g, normalised units; the 1 %% beyond at either end is cut",
                low,
                high);
        to.text(text, LEFT + 2 * pieces + 10, y + 9, 11, Anchor.START, Colours.FAINT);
    }

    /** Rows {@code from} to {@code to - 1} of an image; of the patches where they begin below the image. */
    private Picture part(int image, int from, int to) {
        PatchLayout layout = bundle.layout();
        Normalisation normalisation = bundle.manifest().normalisation();
        int side = layout.imageSize();
        boolean patch = from >= side;
        byte[] rgb = new byte[(to - from) * side * 3];
        for (int y = from; y < to; y++) {
            for (int x = 0; x < side; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    float value = taller[((image * 3 + channel) * layout.height() + y) * side + x];
                    int level = patch
                            ? Math.round(255 * (cut(value) - low) / Math.max(high - low, Float.MIN_NORMAL))
                            : EightBit.level(
                                    value,
                                    normalisation.mean()[channel],
                                    normalisation.std()[channel]);
                    rgb[((y - from) * side + x) * 3 + channel] = (byte) level;
                }
            }
        }
        return new Picture(side, to - from, rgb);
    }

    private float cut(float value) {
        return Math.max(low, Math.min(high, value));
    }

    private float[] patches() {
        PatchLayout layout = bundle.layout();
        int tall = layout.height() * layout.imageSize();
        int first = layout.imageSize() * layout.imageSize();
        float[] out = new float[labels.size() * 3 * (tall - first)];
        for (int plane = 0; plane < labels.size() * 3; plane++) {
            System.arraycopy(taller, plane * tall + first, out, plane * (tall - first), tall - first);
        }
        return out;
    }
}
