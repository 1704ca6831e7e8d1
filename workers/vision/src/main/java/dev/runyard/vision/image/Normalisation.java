package dev.runyard.vision.image;

import java.nio.FloatBuffer;

/**
 * Mean and deviation a channel, for values in 0 to 1.
 *
 * @param mean red, green, blue
 * @param std red, green, blue; > 0
 */
@SuppressWarnings("ArrayRecordComponent")
public record Normalisation(float[] mean, float[] std) {
    /** CLIP's, also what PGN feeds to every backbone. */
    public static final Normalisation CLIP = new Normalisation(
            new float[] {0.48145466f, 0.4578275f, 0.40821073f}, new float[] {0.26862954f, 0.26130258f, 0.27577711f});
    /** Of ImageNet-trained torchvision and DINO models. */
    public static final Normalisation IMAGENET =
            new Normalisation(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});
    /** Of timm's augreg ViTs: to -1 … 1. */
    public static final Normalisation HALF =
            new Normalisation(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.5f, 0.5f, 0.5f});

    public Normalisation {
        if (mean.length != 3 || std.length != 3) {
            throw new IllegalArgumentException("mean and std need three values each");
        }
        for (float s : std) {
            if (!(s > 0)) {
                throw new IllegalArgumentException("std must be > 0, got " + s);
            }
        }
    }

    /**
     * ToTensor and Normalize in float32: {@code (u8 / 255 - mean) / std}.
     *
     * @param hwc height × width × 3 bytes
     * @param out where 3 × height × width floats go; its position stays
     * @param offset of the first one
     */
    public void apply(byte[] hwc, FloatBuffer out, int offset) {
        int plane = hwc.length / 3;
        float[] values = new float[plane];
        float[] table = new float[256];
        for (int band = 0; band < 3; band++) {
            for (int v = 0; v < 256; v++) {
                table[v] = (v / 255f - mean[band]) / std[band];
            }
            for (int i = 0, at = band; i < plane; i++, at += 3) {
                values[i] = table[hwc[at] & 0xff];
            }
            out.put(offset + band * plane, values);
        }
    }
}
