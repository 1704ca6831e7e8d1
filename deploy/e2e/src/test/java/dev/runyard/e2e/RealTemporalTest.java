package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.drill.KillDrill;
import dev.runyard.e2e.lab.LabProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same lab on a Temporal server of its own, which outlives the service, and is then killed itself. */
class RealTemporalTest {
    @TempDir
    Path folder;

    @Test
    void a_sweep_survives_the_service_and_the_temporal_server() throws Exception {
        int port = LabProcess.freePort();
        Process server = OwnTemporal.start(folder, port);
        try (LabProcess lab = LabProcess.start(
                folder.resolve("home"), Map.of("RUNYARD_TEMPORAL", "127.0.0.1:" + port, "RUNYARD_THREADS", "1"))) {
            String id = lab.client()
                    .post("/api/v1/sweeps", KillDrill.sweep(2, 10))
                    .get("id")
                    .asText();
            String running = "/api/v1/runs?state=RUNNING&sweep=" + id;
            lab.client().await(running, Duration.ofMinutes(10), page -> progressed(page, 2));
            lab.service().orElseThrow().destroyForcibly();
            lab.client().await(running, Duration.ofMinutes(10), page -> progressed(page, 15));
            server.destroyForcibly().waitFor(60, TimeUnit.SECONDS);
            Thread.sleep(60_000); // longer than any timeout of an activity
            server = OwnTemporal.start(folder, port);
            JsonNode sweep = lab.client().await("/api/v1/sweeps/" + id, Duration.ofMinutes(10), s -> s.get("state")
                    .asText()
                    .equals("FINISHED"));
            assertThat(sweep.at("/states/FINISHED").asInt()).isEqualTo(2);
            for (JsonNode run : lab.client().runsOf(id)) {
                assertThat(run.get("attempt").asLong())
                        .as("neither a killed service nor a Temporal that is away for a minute costs an attempt")
                        .isEqualTo(1L);
                assertThat(lab.client().history(run.get("id").asText(), "train/loss").stream()
                                .map(p -> p.get("step").asLong()))
                        .hasSize(100)
                        .doesNotHaveDuplicates();
            }
        } finally {
            server.destroyForcibly();
        }
    }

    private static boolean progressed(JsonNode page, int step) {
        for (JsonNode run : page.get("items")) {
            if (run.path("step").asLong() >= step) {
                return true;
            }
        }
        return false;
    }
}
