package dev.runyard.service.run.aggregate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A metric's course in groups of runs.
 *
 * @param groups the ones with the most runs first
 * @param more whether there are further groups, which are left out
 */
public record BandsView(List<Band> groups, boolean more) {
    /**
     * Columns, one entry for each stretch of the axis in which a run of the group has a finite value; of each run the last one in the
     * stretch counts. By another axis than steps, a run's last value counts until its next one, and behind its last one the run is gone.
     *
     * @param by the values, by the field as it was written; null where its runs have none
     * @param runs how many runs the group has, whether or not they have the metric
     * @param steps the last step of each stretch that a run has
     * @param x where each stretch stands, in epochs or seconds; null by steps
     * @param std with n - 1; null where one run has a value
     * @param n how many runs have a value there
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    @Schema(name = "Band")
    public record Band(
            Map<String, JsonNode> by,
            long runs,
            List<Long> steps,
            @Nullable List<Double> x,
            List<Double> mean,
            List<@Nullable Double> std,
            List<Double> min,
            List<Double> max,
            List<Long> n) {}
}
