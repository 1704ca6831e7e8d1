package dev.runyard.service.metric;

import dev.runyard.spec.metric.MetricDefinition;
import org.jspecify.annotations.Nullable;

/** Which way a metric is better, as its definition says. */
public enum Goal {
    MIN,
    MAX;

    /** Null where neither end is better, or nothing is known of the name. */
    public static @Nullable Goal of(String key) {
        return MetricDefinition.direction(key)
                .map(d -> d == MetricDefinition.Direction.MIN ? MIN : MAX)
                .orElse(null);
    }

    /** Whether {@code candidate} beats {@code best}; both finite. */
    boolean better(double candidate, double best) {
        return this == MIN ? candidate < best : candidate > best;
    }
}
