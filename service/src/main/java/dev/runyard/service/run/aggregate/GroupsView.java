package dev.runyard.service.run.aggregate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.run.RunState;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Runs in groups of equal values.
 *
 * @param next goes on behind the last of these groups; absent where there are no more
 * @param total how many groups there are
 * @param more always false: all are counted
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GroupsView(List<Group> items, @Nullable String next, long total, boolean more) {
    /**
     * @param by the values, by the field as it was written; null where its runs have none
     * @param filter lists exactly its runs, beside what the groups were asked of
     * @param runs how many
     * @param states how many in each state that one is in
     * @param fields over all of its runs, by the field as it was written
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    @Schema(name = "RunGroup")
    public record Group(
            Map<String, JsonNode> by,
            String filter,
            long runs,
            Map<RunState, Long> states,
            Map<String, Spread> fields) {}

    /**
     * Of the finite values.
     *
     * @param n how many runs have one; the others are absent where it is 0
     * @param std with n - 1; absent for n below 2
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "Spread")
    public record Spread(
            long n,
            @Nullable Double mean,
            @Nullable Double std,
            @Nullable Double min,
            @Nullable Double max) {}
}
