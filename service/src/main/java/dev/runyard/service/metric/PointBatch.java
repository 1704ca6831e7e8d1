package dev.runyard.service.metric;

/**
 * The points of one request as columns, as they came: checked one by one, neither sorted nor de-duplicated yet.
 *
 * @param attempt who sends
 * @param size n, 0 to 1,000
 * @param keys [n] metric names, checked, NFC
 * @param steps [n]
 * @param epochs [n], NaN where there is none
 * @param values [n], any double
 * @param times [n], microseconds since 1970
 */
public record PointBatch(
        long attempt, int size, String[] keys, long[] steps, double[] epochs, double[] values, long[] times) {}
