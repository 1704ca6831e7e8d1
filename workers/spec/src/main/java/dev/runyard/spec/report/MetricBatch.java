package dev.runyard.spec.report;

import java.util.List;

/** What one attempt measured since its last batch; 1 to 1,000 points. Sending it again changes nothing. */
public record MetricBatch(long attempt, List<MetricPoint> points) {
    /** Most points of a batch. */
    public static final int LIMIT = 1_000;
}
