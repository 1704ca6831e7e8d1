package dev.runyard.spec.metric;

import dev.runyard.spec.InvalidSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one attempt measured since its last batch. Sending it again changes nothing.
 *
 * @param attempt the attempt that measured, from 1
 * @param points 1 to 1,000; a point given twice with one value counts once, with two values the batch is refused
 */
public record MetricBatch(long attempt, List<MetricPoint> points) {
    /** Most points of a batch. */
    public static final int LIMIT = 1_000;

    public MetricBatch {
        if (attempt < 1) {
            throw new InvalidSpec("OUT_OF_RANGE", "attempt", attempt, "must be at least 1", null);
        }
        if (points == null) {
            throw new InvalidSpec("MISSING_FIELD", "points", null, "is required", null);
        }
        if (points.isEmpty()) {
            throw new InvalidSpec("OUT_OF_RANGE", "points", "[]", "must hold at least one point", null);
        }
        if (points.size() > LIMIT) {
            throw new InvalidSpec(
                    "TOO_LARGE", "points", points.size(), "points are more than " + LIMIT, "send several batches");
        }
        points = once(points);
    }

    private record Place(String key, long step) {}

    private static List<MetricPoint> once(List<MetricPoint> points) {
        Map<Place, MetricPoint> seen = new LinkedHashMap<>(points.size() * 2);
        int i = 0;
        for (MetricPoint point : points) {
            MetricPoint before = seen.putIfAbsent(new Place(point.key(), point.step()), point);
            if (before != null && Double.compare(before.value(), point.value()) != 0) {
                throw new InvalidSpec(
                        "DUPLICATE_POINT",
                        "points[" + i + "]",
                        point.value(),
                        "is a second value of " + point.key() + " at step " + point.step() + "; the first is "
                                + before.value(),
                        "send one value for each key and step");
            }
            i++;
        }
        return List.copyOf(seen.values());
    }
}
