package dev.runyard.vision.client;

import dev.runyard.spec.InvalidSpec;
import org.jspecify.annotations.Nullable;

/**
 * Where inverted prompts stand: prompt k at row H + P·⌊k/G⌋, column P·(k mod G), so that the image stays a rectangle.
 *
 * @param imageSize H and W, side of the model's image in px
 * @param patch P, side of a patch in px
 * @param prompts K, a multiple of G = W/P
 */
public record PatchLayout(int imageSize, int patch, int prompts) {
    /** @throws InvalidSpec {@code NOT_A_RECTANGLE} naming K, G and the counts that would do */
    public PatchLayout {
        int perRow = imageSize / patch;
        if (prompts < 1 || prompts % perRow != 0) {
            int next = (prompts / perRow + 1) * perRow;
            int last = prompts / perRow * perRow;
            throw new InvalidSpec(
                    "NOT_A_RECTANGLE",
                    "method.prompts",
                    prompts,
                    "is not a multiple of G = " + perRow + ", the patches in a row of " + imageSize
                            + " px with patches of " + patch
                            + " px; the prompts would not fill the rows below the image",
                    "train with prompts: " + next + (last > 0 ? " or " + last : "")
                            + (perRow == 7 ? " (ViT-B/32: the preset of two rows is prompts: 14)" : ""));
        }
    }

    /** G, patches in a row. */
    public int perRow() {
        return imageSize / patch;
    }

    /** Rows of patches below the image. */
    public int rows() {
        return prompts / perRow();
    }

    /** Height of the taller image in px. */
    public int height() {
        return imageSize + rows() * patch;
    }

    /** 3P², numbers of a patch: channel, row, column. */
    public int length() {
        return 3 * patch * patch;
    }

    /**
     * @param images [n, 3, H, W], row-major
     * @param patches [n, K, 3P²], row-major
     * @param compensation [3, H, W] to add to every image, or null
     * @return [n, 3, H + P·K/G, W], row-major
     */
    public float[] below(float[] images, float[] patches, int n, float @Nullable [] compensation) {
        int plane = imageSize * imageSize;
        int tall = height() * imageSize;
        float[] out = new float[n * 3 * tall];
        for (int i = 0; i < n; i++) {
            for (int channel = 0; channel < 3; channel++) {
                int to = (i * 3 + channel) * tall;
                System.arraycopy(images, (i * 3 + channel) * plane, out, to, plane);
                for (int p = 0; compensation != null && p < plane; p++) {
                    out[to + p] += compensation[channel * plane + p];
                }
            }
            for (int k = 0; k < prompts; k++) {
                put(patches, (i * prompts + k) * length(), out, i * 3 * tall, k);
            }
        }
        return out;
    }

    private void put(float[] patches, int from, float[] out, int image, int k) {
        int top = imageSize + patch * (k / perRow());
        int left = patch * (k % perRow());
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < patch; y++) {
                System.arraycopy(
                        patches,
                        from + (channel * patch + y) * patch,
                        out,
                        image + (channel * height() + top + y) * imageSize + left,
                        patch);
            }
        }
    }
}
