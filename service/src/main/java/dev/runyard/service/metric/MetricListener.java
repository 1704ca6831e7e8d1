package dev.runyard.service.metric;

import java.util.Set;
import java.util.UUID;

/** Told of points after they were committed, so that browsers can be told. */
public interface MetricListener {
    /**
     * @param keys the metrics that got points
     * @param step the highest step among them
     */
    void stored(UUID run, Set<String> keys, long step);
}
