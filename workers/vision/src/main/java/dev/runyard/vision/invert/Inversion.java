package dev.runyard.vision.invert;

import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.client.PatchLayout;
import dev.runyard.vision.nd.Torch;
import org.jspecify.annotations.Nullable;

/**
 * From latent prompts to patches of one frozen model, for one layout and one policy of positions (science reference §3). The model
 * adds the patch embedding's bias b and the positional row e_s of slot s, so patch k is x = W⁺(p - b - e_s). By linearity a client
 * needs neither W nor W⁺: a library L becomes L·W⁺ᵀ once, and W⁺(b + e_s) is a constant.
 */
final class Inversion {
    private final PatchInverse inverse;
    private final PatchLayout layout;
    private final double[][] offsets;
    private final float @Nullable [] compensation;

    Inversion(FrozenBackbone backbone, PatchInverse inverse, PatchLayout layout, PositionPolicy policy) {
        this.inverse = inverse;
        this.layout = layout;
        int width = inverse.width();
        int slots = layout.perRow() * layout.perRow();
        float[] trained = backbone.positions(layout.perRow(), policy);
        float[] taller = backbone.positions(layout.perRow() + layout.rows(), policy);
        float[] bias =
                backbone.has("patch_embed.bias") ? Torch.read(backbone.tensor("patch_embed.bias")) : new float[width];
        offsets = new double[layout.prompts()][];
        for (int k = 0; k < offsets.length; k++) {
            double[] added = new double[width];
            for (int d = 0; d < width; d++) {
                added[d] = (double) bias[d] + taller[(1 + slots + k) * width + d];
            }
            offsets[k] = inverse.patch(added);
        }
        compensation = policy == PositionPolicy.APPEND ? null : compensation(trained, taller);
    }

    /** Pixels that make up for the rows which interpolation changed: W⁺(pos - pos') for each patch of the image. */
    private float[] compensation(float[] trained, float[] taller) {
        int side = layout.imageSize();
        int p = layout.patch();
        float[] out = new float[3 * side * side];
        int width = inverse.width();
        for (int i = 0; i < layout.perRow() * layout.perRow(); i++) {
            double[] change = new double[width];
            for (int d = 0; d < width; d++) {
                change[d] = (double) trained[(1 + i) * width + d] - taller[(1 + i) * width + d];
            }
            double[] patch = inverse.patch(change);
            int top = p * (i / layout.perRow());
            int left = p * (i % layout.perRow());
            for (int at = 0; at < patch.length; at++) {
                int channel = at / (p * p);
                int y = at / p % p;
                out[(channel * side + top + y) * side + left + at % p] = (float) patch[at];
            }
        }
        return out;
    }

    PatchLayout layout() {
        return layout;
    }

    /** [3, H, W] to add to every image; null where the rows of the image stay as they were. */
    float @Nullable [] compensation() {
        return compensation;
    }

    /** W⁺(b + e_s) of each slot, [K][3P²]. */
    double[][] offsets() {
        return offsets;
    }

    /** L·W⁺ᵀ of tokens [N, D], row-major: [N, 3P²], row-major. */
    float[] inverted(float[] tokens) {
        int n = tokens.length / inverse.width();
        float[] out = new float[n * inverse.length()];
        for (int i = 0; i < n; i++) {
            double[] patch = inverse.patch(row(tokens, i));
            for (int c = 0; c < patch.length; c++) {
                out[i * patch.length + c] = (float) patch[c];
            }
        }
        return out;
    }

    /**
     * The last layer of a network without a library, [K·D, f] or its bias as [K·D, 1], so that it makes patches: [K·3P², f].
     *
     * @param layer row-major
     */
    float[] folded(float[] layer) {
        int width = inverse.width();
        int length = inverse.length();
        int columns = layer.length / (layout.prompts() * width);
        float[] out = new float[layout.prompts() * length * columns];
        double[] token = new double[width];
        for (int k = 0; k < layout.prompts(); k++) {
            for (int f = 0; f < columns; f++) {
                for (int d = 0; d < width; d++) {
                    token[d] = layer[(k * width + d) * columns + f];
                }
                double[] patch = inverse.patch(token);
                for (int c = 0; c < length; c++) {
                    out[(k * length + c) * columns + f] = (float) patch[c];
                }
            }
        }
        return out;
    }

    /** Patches of prompts [n, K, D], row-major: [n·K][3P²]. */
    double[][] patches(float[] prompts) {
        double[][] out = new double[prompts.length / inverse.width()][];
        for (int i = 0; i < out.length; i++) {
            out[i] = inverse.patch(row(prompts, i));
            PatchInverse.add(out[i], -1, offsets[i % layout.prompts()]);
        }
        return out;
    }

    private double[] row(float[] values, int i) {
        double[] out = new double[inverse.width()];
        for (int d = 0; d < out.length; d++) {
            out[d] = values[i * out.length + d];
        }
        return out;
    }
}
