package dev.runyard.service.metric.history;

import java.util.ArrayList;
import java.util.List;

/**
 * Folds pieces of a curve, in order of step, into buckets of {@code width} steps. A piece is a point or a block of points; its
 * extremes go into the bucket, so no spike is lost at any width.
 */
final class CurveFold {
    private final long width;
    private final List<HistoryView.Bucket> buckets = new ArrayList<>();
    private long open = Long.MIN_VALUE;
    private long from;
    private long to;
    private double min;
    private double max;
    private double first;
    private double last;
    private long count;
    private long nonFinite;
    private long total;

    CurveFold(long width) {
        this.width = width;
    }

    void point(long step, double value) {
        boolean finite = Double.isFinite(value);
        double extreme = finite ? value : Double.NaN;
        piece(step, step, extreme, extreme, value, value, 1, finite ? 0 : 1);
    }

    /** @param least NaN when the piece has no finite value; {@code greatest} likewise */
    void piece(
            long firstStep,
            long lastStep,
            double least,
            double greatest,
            double firstValue,
            double lastValue,
            long points,
            long broken) {
        long bucket = Math.floorDiv(firstStep, width);
        if (bucket != open) {
            close();
            open = bucket;
            from = firstStep;
            first = firstValue;
            min = Double.NaN;
            max = Double.NaN;
            count = 0;
            nonFinite = 0;
        }
        to = lastStep;
        last = lastValue;
        if (!(min <= least) && !Double.isNaN(least)) {
            min = least;
        }
        if (!(max >= greatest) && !Double.isNaN(greatest)) {
            max = greatest;
        }
        count += points;
        nonFinite += broken;
        total += points;
    }

    List<HistoryView.Bucket> buckets() {
        close();
        open = Long.MIN_VALUE;
        return buckets;
    }

    long total() {
        return total;
    }

    private void close() {
        if (open != Long.MIN_VALUE) {
            Double least = Double.isNaN(min) ? null : min;
            Double greatest = Double.isNaN(max) ? null : max;
            buckets.add(new HistoryView.Bucket(from, to, least, greatest, first, last, count, nonFinite));
        }
    }
}
