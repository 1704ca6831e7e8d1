package dev.runyard.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.remote.LabApi;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pictures of what the demo's best run has learned: queued behind the sweep, so that its page has some to show. */
final class DemoAnalysis {
    private DemoAnalysis() {}

    /**
     * Queues it once, however often the demo is started again.
     *
     * @return the analysis, on whose page the pictures come; empty where no PGN is finished
     */
    static Optional<String> queue(LabApi lab, List<JsonNode> runs, String metric) {
        return runs.stream()
                .filter(run -> run.path("state").asText().equals("FINISHED")
                        && run.path("spec").path("method").path("kind").asText().equals("pgn")
                        && value(run, metric).isNumber())
                .max(Comparator.comparingDouble(run -> value(run, metric).asDouble()))
                .map(run -> analysisOf(run.path("id").asText(), lab).path("id").asText());
    }

    private static JsonNode analysisOf(String run, LabApi lab) {
        String filter = LabApi.encode("of = \"" + run + "\" and params.task = 'analyse'");
        return lab.items("runs?filter=" + filter, 1).stream()
                .findFirst()
                .orElseGet(() -> lab.create("runs", Map.of("spec", Map.of("task", "analyse", "of", run))));
    }

    private static JsonNode value(JsonNode run, String metric) {
        return run.path("summary").path(metric).path("last");
    }
}
