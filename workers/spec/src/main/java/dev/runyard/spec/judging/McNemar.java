package dev.runyard.spec.judging;

import org.hipparchus.special.Erf;

/**
 * Whether two models differ on the same images (McNemar 1947): only images that one of them has right count.
 *
 * @param first images that the first alone has right
 * @param second images that the second alone has right
 * @param p two-sided: chance of a difference at least as large if the two were equally good
 * @param exact by the binomial distribution, below 25 such images; else chi-squared with continuity correction (Edwards 1948)
 */
public record McNemar(int first, int second, double p, boolean exact) {
    private static final int EXACT_BELOW = 25;

    /** @param first and {@code second} as above, 0 or more */
    public static McNemar of(int first, int second) {
        int discordant = first + second;
        if (discordant < EXACT_BELOW) {
            return new McNemar(first, second, binomial(Math.min(first, second), discordant), true);
        }
        double distance = Math.max(0, Math.abs(first - second) - 1);
        double chi = distance * distance / discordant;
        return new McNemar(first, second, Erf.erfc(Math.sqrt(chi / 2)), false);
    }

    /**
     * @param first and {@code second} of the same images
     * @throws IllegalArgumentException when they are not as many
     */
    public static McNemar of(boolean[] first, boolean[] second) {
        if (first.length != second.length) {
            throw new IllegalArgumentException(
                    first.length + " and " + second.length + " images are not the same ones");
        }
        int a = 0;
        int b = 0;
        for (int i = 0; i < first.length; i++) {
            a += first[i] && !second[i] ? 1 : 0;
            b += second[i] && !first[i] ? 1 : 0;
        }
        return of(a, b);
    }

    /** @param first and {@code second} of the same images */
    public static McNemar of(Answered first, Answered second) {
        if (!first.images().equals(second.images())) {
            throw new IllegalArgumentException("these are not the same images");
        }
        return of(first.alone(second), second.alone(first));
    }

    private static double binomial(int least, int n) {
        double term = 1; // n over k, exact below 2^53
        double sum = 0;
        for (int k = 0; k <= least; k++) {
            sum += term;
            term = term * (n - k) / (k + 1);
        }
        return Math.min(1, 2 * sum / Math.pow(2, n));
    }
}
