package dev.runyard.service.run.aggregate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.metric.Goal;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What runs can be shown, filtered, sorted and grouped by.
 *
 * @param of how many runs these are of
 * @param params of the configurations; those that vary first, then by how many runs have them
 * @param metrics by how many runs have them
 * @param tags by how many runs have them
 */
public record KeysView(long of, List<Param> params, List<Metric> metrics, List<Tag> tags) {
    /** A tag's name. */
    @Schema(name = "TagKey")
    public record Tag(String key, long runs) {}

    /** What a path's values are. */
    public enum Type {
        @JsonProperty("number")
        NUMBER,
        @JsonProperty("text")
        TEXT,
        @JsonProperty("boolean")
        BOOLEAN,
        @JsonProperty("json")
        JSON,
        @JsonProperty("mixed")
        MIXED
    }

    /**
     * @param runs how many have it
     * @param distinct how many different values, counted to {@value Configurations#DISTINCT}
     * @param varies whether there is more than one
     * @param values some of them, in order
     */
    @Schema(name = "ParamKey")
    public record Param(String key, Type type, long runs, long distinct, boolean varies, List<JsonNode> values) {}

    /**
     * @param goal which end is better; absent where neither is, or nothing is known of the name
     * @param unit behind a value; empty: none
     * @param decimals that a value is shown with
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "MetricKey")
    public record Metric(String key, long runs, @Nullable Goal goal, String unit, int decimals) {}
}
