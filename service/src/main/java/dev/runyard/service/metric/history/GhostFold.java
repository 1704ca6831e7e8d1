package dev.runyard.service.metric.history;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Thins a ghost curve: of each stretch of {@code stride} points in order, the least and the greatest stay, and any not finite. */
public final class GhostFold {
    private final long stride;
    private final List<HistoryView.Point> kept = new ArrayList<>();
    private long seen;
    private HistoryView.@Nullable Point least;
    private HistoryView.@Nullable Point greatest;
    private HistoryView.@Nullable Point broken;

    public GhostFold(long total, int buckets) {
        stride = Math.max(1, (total + buckets - 1) / buckets);
    }

    public void add(HistoryView.Point point) {
        if (!Double.isFinite(point.value())) {
            broken = point;
        } else {
            if (least == null || point.value() < least.value()) {
                least = point;
            }
            if (greatest == null || point.value() > greatest.value()) {
                greatest = point;
            }
        }
        seen++;
        if (seen % stride == 0) {
            flush();
        }
    }

    public List<HistoryView.Point> points() {
        flush();
        return kept;
    }

    private void flush() {
        Set<HistoryView.Point> points = new LinkedHashSet<>();
        for (HistoryView.Point p : new HistoryView.Point[] {least, greatest, broken}) {
            if (p != null) {
                points.add(p);
            }
        }
        points.stream().sorted((a, b) -> Long.compare(a.step(), b.step())).forEach(kept::add);
        least = null;
        greatest = null;
        broken = null;
    }
}
