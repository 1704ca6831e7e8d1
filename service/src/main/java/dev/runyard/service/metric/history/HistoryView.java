package dev.runyard.service.metric.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One curve. NaN and infinities are written as the strings "NaN", "Infinity", "-Infinity".
 *
 * @param total points of the curve in the range asked for
 * @param exact true: {@code points} has all of them; false: {@code buckets} has them folded, in order of step
 * @param ghosts what overtaken attempts measured beyond the step at which a newer one resumed; empty unless asked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HistoryView(
        String key,
        long total,
        boolean exact,
        @Nullable List<Point> points,
        @Nullable List<Bucket> buckets,
        List<Ghost> ghosts) {
    /**
     * @param time the client's clock
     * @param attempt who measured it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Point(long step, @Nullable Double epoch, double value, Instant time, long attempt) {}

    /**
     * Neighbouring points as one.
     *
     * @param from first step that has a point
     * @param to last step that has a point
     * @param min least finite value; null when there is none
     * @param max greatest finite value; null when there is none
     * @param first value at {@code from}
     * @param last value at {@code to}
     * @param count how many points
     * @param nonFinite how many of them are NaN or infinite
     */
    public record Bucket(
            long from,
            long to,
            @Nullable Double min,
            @Nullable Double max,
            double first,
            double last,
            long count,
            long nonFinite) {}

    /**
     * An overtaken attempt's tail.
     *
     * @param total points it has in the range
     * @param points all of them, or where they are many the least and greatest of each stretch
     */
    public record Ghost(long attempt, long total, List<Point> points) {}
}
