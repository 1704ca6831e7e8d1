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
     * @return the run on whose page the pictures come; empty where no PGN is finished
     */
    static Optional<String> queue(LabApi lab, List<JsonNode> runs, String metric) {
        Optional<String> best = runs.stream()
                .filter(run -> run.path("state").asText().equals("FINISHED")
                        && run.path("spec").path("method").path("kind").asText().equals("pgn")
                        && value(run, metric).isNumber())
                .max(Comparator.comparingDouble(run -> value(run, metric).asDouble()))
                .map(run -> run.path("id").asText());
        best.ifPresent(of -> {
            String filter = LabApi.encode("of = \"" + of + "\"");
            if (lab.items("runs?filter=" + filter, 1).isEmpty()) {
                lab.create("runs", Map.of("spec", Map.of("task", "analyse", "of", of)));
            }
        });
        return best;
    }

    private static JsonNode value(JsonNode run, String metric) {
        return run.path("summary").path(metric).path("last");
    }
}
