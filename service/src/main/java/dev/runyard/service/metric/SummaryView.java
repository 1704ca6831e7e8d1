package dev.runyard.service.metric;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.metric.MetricDefinition;
import org.jspecify.annotations.Nullable;

/**
 * What a table shows of one metric of one run. {@code last} may be NaN or infinite and is then written as a string; the
 * others look at finite values only and are left out when there is none.
 *
 * @param count points that count; ghosts do not
 * @param nonFinite how many of them are NaN or infinite
 * @param best by the goal; absent where there is none
 * @param goal whether small or large is better; absent where neither is, or nobody says
 * @param unit behind a value; absent where there is none, and in lists
 * @param decimals that a value is shown with; absent where the metric is not defined, and in lists
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SummaryView(
        double last,
        long lastStep,
        @Nullable Double min,
        @Nullable Double max,
        @Nullable Double best,
        @Nullable Long bestStep,
        long count,
        long nonFinite,
        @Nullable Goal goal,
        @Nullable String unit,
        @Nullable Integer decimals) {
    /** With how the metric's values are written. */
    SummaryView written(MetricDefinition definition) {
        return new SummaryView(
                last,
                lastStep,
                min,
                max,
                best,
                bestStep,
                count,
                nonFinite,
                goal,
                definition.unit().isEmpty() ? null : definition.unit(),
                definition.decimals());
    }
}
