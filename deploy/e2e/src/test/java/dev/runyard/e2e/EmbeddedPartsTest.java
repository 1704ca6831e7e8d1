package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts inside a lab end while the lab runs; nobody is there to help. */
class EmbeddedPartsTest {
    @TempDir
    Path folder;

    @Test
    void a_killed_postgres_comes_back_within_15_seconds_and_the_lab_tells_the_truth() throws Exception {
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), Map.of("RUNYARD_THREADS", "1"))) {
            LabClient client = lab.client();
            String run = client.post(
                            "/api/v1/runs",
                            Map.of(
                                    "spec",
                                    Map.of(
                                            "dataset", Map.of("id", "shapes", "train", 96, "test", 40),
                                            "method", Map.of("kind", "iip", "prompts", 1),
                                            "schedule", Map.of("epochs", 60, "warmupEpochs", 0),
                                            "batchSize", 16,
                                            "augment", "none")))
                    .get("id")
                    .asText();
            client.await(
                    "/api/v1/runs/" + run,
                    Duration.ofMinutes(2),
                    r -> r.path("step").asLong() > 5);
            long service = lab.service().orElseThrow().pid();
            for (int kill = 0; kill < 2; kill++) {
                ProcessHandle postmaster = postmaster(lab);
                postmaster.destroyForcibly();
                postmaster.onExit().get();
                long killed = System.nanoTime();
                client.await("/q/health/ready", Duration.ofSeconds(15), health -> health.get("status")
                        .asText()
                        .equals("UP"));
                assertThat(client.get("/api/v1/runs/" + run).get("id").asText()).isEqualTo(run);
                assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(15));
            }
            assertThat(lab.service().orElseThrow().pid()).isEqualTo(service);

            // A data folder that is away for a while keeps it down: health, doctor and up say so.
            Path data = lab.home().resolve("postgres");
            Path away = lab.home().resolve("away");
            ProcessHandle postmaster = postmaster(lab);
            Files.move(data, away);
            postmaster.destroyForcibly();
            postmaster.onExit().get();
            Thread.sleep(3_000);
            assertThat(client.ready()).isFalse();
            for (String command : List.of("doctor", "up")) {
                LabProcess.Result told = LabProcess.run(lab.command(command), Duration.ofMinutes(1));
                assertThat(told.exit()).as(told.out() + told.err()).isEqualTo(1);
                assertThat(told.out() + told.err()).contains("not ready", "Embedded Postgres");
            }
            Files.move(away, data);
            client.await("/q/health/ready", Duration.ofSeconds(15), health -> health.get("status")
                    .asText()
                    .equals("UP"));
            LabProcess.Result doctor = LabProcess.run(lab.command("doctor"), Duration.ofMinutes(1));
            assertThat(doctor.out()).doesNotContain("not ready");

            JsonNode done = client.await("/api/v1/runs/" + run, Duration.ofMinutes(3), r -> r.get("state")
                    .asText()
                    .matches("FINISHED|FAILED"));
            assertThat(done.get("state").asText())
                    .as(done.path("message").asText())
                    .isEqualTo("FINISHED");
            assertThat(client.history(run, "train/loss").stream()
                            .map(point -> point.get("step").asLong()))
                    .hasSize(360)
                    .doesNotHaveDuplicates();
        }
    }

    private static ProcessHandle postmaster(LabProcess lab) throws Exception {
        return ProcessHandle.of(Long.parseLong(Files.readAllLines(lab.home().resolve("postgres/postmaster.pid"))
                        .get(0)
                        .strip()))
                .orElseThrow();
    }
}
