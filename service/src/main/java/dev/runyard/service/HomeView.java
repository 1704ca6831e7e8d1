package dev.runyard.service;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.fleet.DeviceView;
import dev.runyard.service.metric.Goal;
import dev.runyard.service.run.RunView;
import dev.runyard.spec.run.FailureReason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The lab at a glance.
 *
 * @param since from when on runs count as ended, and as failed
 * @param running what workers hold, the latest first
 * @param ended the latest first
 * @param failed by reason, the most frequent first
 * @param experiments the ones with the latest activity
 * @param devices how many are in each state
 */
public record HomeView(
        Instant since,
        List<RunView> running,
        List<RunView> ended,
        List<Failed> failed,
        List<Active> experiments,
        Map<DeviceView.State, Long> devices) {

    /** @param example the latest */
    @Schema(name = "HomeFailed")
    public record Failed(FailureReason reason, long runs, Example example) {}

    /** One run that failed, and what it said. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "HomeExample")
    public record Example(UUID id, String name, @Nullable String message) {}

    /**
     * @param running how many runs are not over
     * @param failed how many FAILED, of all
     * @param best of the metric that it is judged by; absent where no run has a value
     * @param lastActivity when a run was queued last
     * @param activity how many runs were queued on each of the last 14 days, today last
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "HomeExperiment")
    public record Active(
            String name,
            long runs,
            long running,
            long failed,
            @Nullable Best best,
            Instant lastActivity,
            List<Long> activity) {}

    /** The best value that a run of it has. */
    @Schema(name = "HomeBest")
    public record Best(String key, Goal goal, double value, UUID run) {}
}
