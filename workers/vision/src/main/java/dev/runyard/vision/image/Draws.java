package dev.runyard.vision.image;

/**
 * Random numbers without state: draw {@code number} of image {@code index} in epoch {@code epoch} is always the same, whatever was
 * drawn before, in whatever order and on whatever thread. That is what makes a resumed run equal an uninterrupted one.
 */
public record Draws(long seed, long epoch, long index) {

    /** 64 uniform bits. */
    public long bits(int number) {
        long h = mix(seed + 0x9e3779b97f4a7c15L);
        h = mix(h ^ (epoch + 0xbf58476d1ce4e5b9L));
        h = mix(h ^ (index + 0x94d049bb133111ebL));
        return mix(h + 0x9e3779b97f4a7c15L * (number + 1L));
    }

    /** Those of view {@code v} (from 0) of the same image, independent of these and of every other view's. */
    public Draws view(int v) {
        return new Draws(bits(-1 - v), epoch, index);
    }

    /** Uniform in [0, 1), a multiple of 2^-53. */
    public double uniform(int number) {
        return (bits(number) >>> 11) * 0x1p-53;
    }

    /** Uniform in [low, high). */
    public double uniform(int number, double low, double high) {
        return low + (high - low) * uniform(number);
    }

    /** Uniform in 0 to bound - 1; the bias is below bound / 2^63. */
    public int below(int number, int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be > 0, got " + bound);
        }
        return (int) Math.multiplyHigh(bits(number) >>> 1, (long) bound << 1);
    }

    /** True with the given probability. */
    public boolean happens(int number, double probability) {
        return uniform(number) < probability;
    }

    /** Positions 0 to n - 1 in random order, from draws {@code number} to {@code number + n - 2}. */
    public int[] order(int number, int n) {
        int[] out = new int[n];
        for (int i = 0; i < n; i++) {
            out[i] = i;
        }
        for (int i = n - 1; i > 0; i--) {
            int j = below(number + n - 1 - i, i + 1);
            int swap = out[i];
            out[i] = out[j];
            out[j] = swap;
        }
        return out;
    }

    /** The finaliser of splitmix64: every input bit changes every output bit with probability near one half. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
