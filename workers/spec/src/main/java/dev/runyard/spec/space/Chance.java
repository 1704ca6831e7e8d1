package dev.runyard.spec.space;

import org.hipparchus.special.Erf;

/** A stream of random numbers that is a function of a seed and a name: the same on every machine, in every order of calls before it. */
public final class Chance {
    private final long seed;
    private final String name;
    private int index;

    /**
     * @param name what it is for; the draw's number belongs into it
     */
    public Chance(long seed, String name) {
        this.seed = seed;
        this.name = name;
    }

    public long bits() {
        return Draws.bits(seed, name, index++);
    }

    /** [0, 1). */
    public double unit() {
        return (bits() >>> 11) * 0x1.0p-53;
    }

    /** 0 … n - 1. */
    public int below(int n) {
        return (int) Long.remainderUnsigned(bits(), n);
    }

    /** Standard normal. */
    public double normal() {
        return quantile(((bits() >>> 11) + 0.5) * 0x1.0p-53);
    }

    /** An index, each as likely as its weight; the weights' sum need not be 1. */
    public int weighted(double[] weights) {
        double sum = 0;
        for (double w : weights) {
            sum += w;
        }
        double at = unit() * sum;
        for (int i = 0; i < weights.length; i++) {
            at -= weights[i];
            if (at < 0) {
                return i;
            }
        }
        return weights.length - 1;
    }

    /** The standard normal distribution's inverse. */
    public static double quantile(double p) {
        return -Math.sqrt(2) * Erf.erfcInv(2 * p);
    }

    /** The standard normal distribution. */
    public static double normalBelow(double x) {
        return 0.5 * Erf.erfc(-x / Math.sqrt(2));
    }
}
