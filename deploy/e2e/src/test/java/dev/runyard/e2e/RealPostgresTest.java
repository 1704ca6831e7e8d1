package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.drill.KillDrill;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab on a Postgres server of its own, the distribution's, which is stopped the hard way while a sweep runs. */
class RealPostgresTest {
    @TempDir
    Path folder;

    @Test
    void a_sweep_survives_an_immediate_restart_of_the_database() throws Exception {
        OwnPostgres postgres = OwnPostgres.create(folder);
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), settings(postgres))) {
            assertThat(lab.home().resolve("postgres")).doesNotExist();
            String id = lab.client()
                    .post("/api/v1/sweeps", KillDrill.sweep(1, 20))
                    .get("id")
                    .asText();
            lab.client()
                    .await(
                            "/api/v1/runs?state=RUNNING&sweep=" + id,
                            Duration.ofMinutes(10),
                            page -> page.get("items").findValues("step").stream()
                                    .anyMatch(s -> s.asLong() > 5));
            postgres.control("-m", "immediate", "restart");
            lab.client().await("/api/v1/sweeps/" + id, Duration.ofMinutes(10), s -> s.get("state")
                    .asText()
                    .equals("FINISHED"));
            JsonNode run = lab.client().runsOf(id).get(0);
            assertThat(run.get("state").asText()).isEqualTo("FINISHED");
            assertThat(lab.client().history(run.get("id").asText(), "train/loss").stream()
                            .map(p -> p.get("step").asLong()))
                    .hasSize(200)
                    .doesNotHaveDuplicates();
        } finally {
            postgres.stop();
        }
    }

    @Test
    void a_database_that_is_away_for_a_minute_under_load_loses_no_acknowledged_row_and_no_attempt() throws Exception {
        OwnPostgres postgres = OwnPostgres.create(folder);
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), settings(postgres))) {
            LabClient client = lab.client();
            String trained = client.post(
                            "/api/v1/runs",
                            Map.of(
                                    "experiment",
                                    "away",
                                    "spec",
                                    KillDrill.sweep(1, 30).get("base")))
                    .get("id")
                    .asText();
            client.await(
                    "/api/v1/runs/" + trained,
                    Duration.ofMinutes(10),
                    r -> r.path("step").asLong() > 5);
            // Another host's worker, which is this test, reports as fast as it is answered; people queue runs and look.
            try (Load load = Load.begin(lab, 4)) {
                client.await("/q/health/ready", Duration.ofMinutes(10), health -> load.acknowledged() > 20_000);
                postgres.control("-m", "immediate", "stop");
                Thread.sleep(60_000);
                postgres.start();
                Instant back = Instant.now();
                long before = load.acknowledged();
                while (load.acknowledged() == before || client.getStatus("/api/v1/runs?limit=1") != 200) {
                    Thread.sleep(50);
                    assertThat(Duration.between(back, Instant.now()))
                            .as("served again since the database accepts")
                            .isLessThan(Duration.ofSeconds(5));
                }
                Thread.sleep(5_000);
                load.stop();
                assertThat(load.answers())
                        .as("answers to everything that was asked: " + load.answers())
                        .containsKey(503)
                        .allSatisfy((status, many) -> assertThat(status).isIn(200, 201, 503, 429));
                assertThat(load.missing())
                        .as("acknowledged points that are gone")
                        .isEmpty();
                assertThat(load.lost()).as("acknowledged runs that are gone").isEmpty();
                assertThat(client.get("/api/v1/runs/" + load.run())
                                .get("attempt")
                                .asLong())
                        .isEqualTo(1);
            }
            JsonNode done = client.await("/api/v1/runs/" + trained, Duration.ofMinutes(10), r -> r.get("state")
                    .asText()
                    .matches("FINISHED|FAILED"));
            assertThat(done.get("state").asText()).as(done.toString()).isEqualTo("FINISHED");
            assertThat(done.get("attempt").asLong()).isEqualTo(1);
            assertThat(client.history(trained, "train/loss").stream()
                            .map(p -> p.get("step").asLong()))
                    .hasSize(30 * KillDrill.STEPS_AN_EPOCH)
                    .doesNotHaveDuplicates();
        } finally {
            postgres.stop();
        }
    }

    private static Map<String, String> settings(OwnPostgres postgres) {
        return Map.of(
                "RUNYARD_DB_URL", "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/postgres",
                "RUNYARD_DB_USER", "runyard",
                "RUNYARD_DB_PASSWORD", "",
                "RUNYARD_THREADS", "1");
    }
}
