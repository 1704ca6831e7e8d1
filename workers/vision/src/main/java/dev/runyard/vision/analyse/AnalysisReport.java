package dev.runyard.vision.analyse;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was found and from what, as {@code index.json} holds it.
 *
 * @param method of the run, its kind
 * @param specHash SHA-256 of the run's spec
 * @param backboneHash SHA-256 of the frozen weights
 * @param images looked at
 * @param datasets they come from
 * @param analyses what was found
 * @param skipped what this run or these images do not allow, with the reason
 * @param assumed a sentence on what the weights and their configuration leave open; null where that is nothing
 */
public record AnalysisReport(
        String run,
        String method,
        String specHash,
        String backboneHash,
        long seed,
        int images,
        List<Source> datasets,
        List<Finding> analyses,
        List<Skipped> skipped,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String assumed) {
    /** The file's name. */
    public static final String FILE = "index.json";

    /**
     * One data set.
     *
     * @param hash SHA-256 of its contents
     * @param testImages in its test part; the sample may hold fewer
     */
    public record Source(String name, String dataset, String hash, int testImages) {}

    /**
     * One analysis.
     *
     * @param numbers by name
     * @param files in the same folder
     */
    public record Finding(String kind, String what, Map<String, Object> numbers, List<String> files) {}

    /** One that was left out. */
    public record Skipped(String kind, String reason) {}
}
