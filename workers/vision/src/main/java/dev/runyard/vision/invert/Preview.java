package dev.runyard.vision.invert;

import dev.runyard.vision.client.ClientBundle;
import dev.runyard.vision.client.PatchLayout;
import dev.runyard.vision.image.Normalisation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Images side by side with their inverted patches below. Patches are no pictures: they are spread from their own smallest to their own
 * largest value, for the eye alone.
 */
final class Preview {
    /** Side by side. */
    static final int IMAGES = 6;

    private static final int GAP = 4;
    private static final int SMALLEST = 192;

    private Preview() {}

    /** @param taller [n, 3, H', W], row-major, normalised */
    static void write(ClientBundle bundle, float[] taller, int n, Path file) throws IOException {
        PatchLayout layout = bundle.layout();
        int side = layout.imageSize();
        int scale = Math.max(1, (SMALLEST + side - 1) / side);
        int gap = GAP * scale / 2;
        BufferedImage out = new BufferedImage(
                n * side * scale + (n - 1) * gap, layout.height() * scale, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < out.getHeight(); y++) {
            for (int x = 0; x < out.getWidth(); x++) {
                out.setRGB(x, y, 0xffffff);
            }
        }
        for (int i = 0; i < n; i++) {
            float[] range = range(layout, taller, i);
            for (int y = 0; y < layout.height() * scale; y++) {
                for (int x = 0; x < side * scale; x++) {
                    int rgb = 0;
                    for (int channel = 0; channel < 3; channel++) {
                        int at = ((i * 3 + channel) * layout.height() + y / scale) * side + x / scale;
                        rgb = rgb << 8
                                | shown(
                                        bundle.manifest().normalisation(),
                                        taller[at],
                                        channel,
                                        y / scale >= side,
                                        range);
                    }
                    out.setRGB(i * (side * scale + gap) + x, y, rgb);
                }
            }
        }
        ImageIO.write(out, "png", file.toFile());
    }

    private static int shown(Normalisation normalisation, float value, int channel, boolean patch, float[] range) {
        if (patch) {
            return Math.round(255 * (value - range[0]) / Math.max(range[1] - range[0], Float.MIN_NORMAL));
        }
        return EightBit.level(
                value, normalisation.mean()[channel], normalisation.std()[channel]);
    }

    /** Smallest and largest value of one image's patches. */
    private static float[] range(PatchLayout layout, float[] taller, int image) {
        float[] out = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        int tall = layout.height() * layout.imageSize();
        for (int channel = 0; channel < 3; channel++) {
            for (int i = layout.imageSize() * layout.imageSize(); i < tall; i++) {
                float value = taller[(image * 3 + channel) * tall + i];
                out[0] = Math.min(out[0], value);
                out[1] = Math.max(out[1], value);
            }
        }
        return out;
    }
}
