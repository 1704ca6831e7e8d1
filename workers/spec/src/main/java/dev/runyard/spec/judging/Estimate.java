package dev.runyard.spec.judging;

/**
 * A number with its interval.
 *
 * @param low end of the 95 % interval
 * @param high end of the 95 % interval
 * @param method wilson, or bootstrap (percentiles)
 */
public record Estimate(double value, double low, double high, Method method) {
    /** How an interval was had. */
    public enum Method {
        WILSON,
        BOOTSTRAP
    }

    /** 97.5 % of the standard normal distribution lies below it. */
    private static final double Z = 1.959963984540054;

    /**
     * Wilson's score interval (1927) of a share, in percent.
     *
     * @param right 0 to {@code images}
     * @param images 1 or more
     */
    public static Estimate share(long right, long images) {
        double p = (double) right / images;
        double z2 = Z * Z;
        double centre = (p + z2 / (2 * images)) / (1 + z2 / images);
        double half = Z / (1 + z2 / images) * Math.sqrt(p * (1 - p) / images + z2 / (4.0 * images * images));
        return new Estimate(
                100 * p,
                100 * (right == 0 ? 0 : centre - half),
                100 * (right == images ? 1 : centre + half),
                Method.WILSON);
    }
}
