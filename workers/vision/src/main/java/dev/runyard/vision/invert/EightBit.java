package dev.runyard.vision.invert;

import dev.runyard.vision.image.Normalisation;

/** What an image loses in a PNG: values are clipped to 0 … 255 and rounded. */
final class EightBit {
    private EightBit() {}

    /**
     * @param pixels [n, 3, …], row-major, normalised; every plane of equal size
     * @return the same, as they come back from 8 bits
     */
    static float[] of(float[] pixels, int n, Normalisation normalisation) {
        int plane = pixels.length / (3 * n);
        float[] out = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            int channel = i / plane % 3;
            float mean = normalisation.mean()[channel];
            float std = normalisation.std()[channel];
            out[i] = (level(pixels[i], mean, std) / 255f - mean) / std;
        }
        return out;
    }

    /** 0 to 255. */
    static int level(float value, float mean, float std) {
        return (int) Math.max(0, Math.min(255, Math.rint(255.0 * ((double) value * std + mean))));
    }
}
