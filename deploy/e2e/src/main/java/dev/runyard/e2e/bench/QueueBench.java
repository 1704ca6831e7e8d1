package dev.runyard.e2e.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * From the POST of a run to its first optimiser step, one run at a time on a free device. The step's own time stamp is used, so
 * polling adds nothing. Goal: p50 at most 1 s.
 */
public final class QueueBench {
    private QueueBench() {}

    public static void main(String[] arguments) throws Exception {
        int runs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
        Path home = Files.createTempDirectory("runyard-queue");
        double[] seconds = new double[runs];
        try (LabProcess lab = LabProcess.start(home, Map.of())) {
            LabClient client = lab.client();
            for (int i = -1; i < runs; i++) {
                Instant queued = Instant.now();
                String id = client.post("/api/v1/runs", Map.of("experiment", "queue-bench", "spec", spec(i + 1)))
                        .get("id")
                        .asText();
                client.await("/api/v1/runs/" + id, Duration.ofMinutes(2), r -> r.get("state")
                        .asText()
                        .equals("FINISHED"));
                JsonNode first = client.history(id, "train/loss").get(0);
                double waited =
                        Duration.between(queued, Instant.parse(first.get("time").asText()))
                                        .toNanos()
                                / 1e9;
                if (i < 0) {
                    System.out.printf(
                            Locale.ROOT,
                            "first run of the worker (backbone and data not yet in memory): %.2f s%n",
                            waited);
                } else {
                    seconds[i] = waited;
                }
            }
        }
        System.out.println("queue to first training step: " + new Quantiles(seconds).line("s"));
    }

    private static Map<String, Object> spec(int seed) {
        return Map.of(
                "dataset",
                Map.of("id", "shapes", "train", 64, "test", 32),
                "method",
                Map.of("kind", "pgn", "resolution", 64, "prompts", 4, "librarySize", 16),
                "schedule",
                Map.of("epochs", 1, "warmupEpochs", 0),
                "batchSize",
                32,
                "augment",
                "none",
                "seed",
                seed);
    }
}
