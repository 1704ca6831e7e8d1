package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.drill.KillDrill;
import dev.runyard.e2e.drill.Measured;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.e2e.lab.OtherHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two hosts, one run. The first worker is stopped for longer than its lease and then goes on, knowing nothing; the second one's host
 * vanishes with everything that could start it again.
 */
class ZombieTest {
    private static final Pattern ENDED = Pattern.compile("attempt 1 ended: GivenBack\\[step=(\\d+), cause=STALE\\]");

    @TempDir
    Path folder;

    @Test
    void a_stopped_worker_that_goes_on_changes_nothing_and_a_host_that_vanishes_loses_nothing() throws Exception {
        Programs.require(
                "it takes Linux and an account that may make namespaces",
                "unshare --uts --mount",
                Optional.of(true).filter(yes -> possible()));
        Map<String, String> settings = Map.of("RUNYARD_THREADS", "1");
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), settings)) {
            LabClient client = lab.client();
            String calm = queued(client);
            client.await("/api/v1/runs/" + calm, Duration.ofMinutes(10), r -> state(r).equals("FINISHED"));

            String run = queued(client);
            client.await("/api/v1/runs/" + run, Duration.ofMinutes(10), r -> trained(r, 1, 12));
            ProcessHandle zombie = lab.worker().orElseThrow();
            try (OtherHost other = OtherHost.join(lab, folder.resolve("other"), settings)) {
                signal("STOP", zombie);
                client.await("/api/v1/runs/" + run, Duration.ofMinutes(10), r -> trained(r, 2, 5));
                JsonNode before = of(client, run, 1);
                long known = before.path("points").size();
                assertThat(known).isPositive();

                Instant woken = Instant.now();
                signal("CONT", zombie);
                Matcher ended = ENDED.matcher("");
                while (!ended.reset(Files.readString(lab.home().resolve("logs/worker-0.log")))
                        .find()) {
                    assertThat(Duration.between(woken, Instant.now()))
                            .as("a worker that hears that it is stale stops at the next step")
                            .isLessThan(Duration.ofSeconds(30));
                    Thread.sleep(200);
                }
                assertThat(Long.parseLong(ended.group(1)))
                        .as("it did not train on")
                        .isLessThan(KillDrill.STEPS_AN_EPOCH * EPOCHS);
                // It is a worker like any other again.
                String own = client.get("/api/v1/runs/" + run + "/attempts")
                        .get(0)
                        .get("device")
                        .asText();
                client.await("/api/v1/devices", Duration.ofSeconds(30), all -> device(all, own)
                        .equals("FREE"));
                assertThat(of(client, run, 1))
                        .as("nothing that it sent was stored")
                        .isEqualTo(before);

                long attempt = client.get("/api/v1/runs/" + run).get("attempt").asLong();
                assertThat(attempt).isEqualTo(2);
                assertThat(other.worker()).isPresent();
                other.vanish();
            }
            JsonNode done = client.await(
                    "/api/v1/runs/" + run, Duration.ofMinutes(10), r -> state(r).matches("FINISHED|FAILED"));
            assertThat(state(done)).as(done.path("message").asText()).isEqualTo("FINISHED");
            List<String> attempts =
                    client.get("/api/v1/runs/" + run + "/attempts").findValuesAsText("state");
            assertThat(attempts).containsExactly("LOST", "LOST", "FINISHED");
            String gone = client.get("/api/v1/runs/" + run + "/attempts")
                    .get(1)
                    .get("device")
                    .asText();
            assertThat(device(client.get("/api/v1/devices"), gone)).isEqualTo("LOST");
            assertThat(Measured.of(client, calm).differences("the run of three attempts", Measured.of(client, run)))
                    .isEmpty();
        }
    }

    private static final int EPOCHS = 14;

    private static boolean possible() {
        try {
            return OtherHost.possible();
        } catch (Exception e) {
            return false;
        }
    }

    private static String queued(LabClient client) {
        return client.post(
                        "/api/v1/runs",
                        Map.of(
                                "experiment",
                                "zombie",
                                "spec",
                                KillDrill.sweep(1, EPOCHS).get("base")))
                .get("id")
                .asText();
    }

    private static void signal(String name, ProcessHandle process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static boolean trained(JsonNode run, long attempt, long steps) {
        return run.get("attempt").asLong() == attempt
                && state(run).equals("RUNNING")
                && run.path("step").asLong() >= steps;
    }

    private static String state(JsonNode run) {
        return run.get("state").asText();
    }

    /** What an attempt measured, whether it counts or is a ghost. */
    private static JsonNode of(LabClient client, String run, long attempt) {
        return client.get("/api/v1/runs/" + run + "/metrics/history?key=train/loss&buckets=10000&attempt=" + attempt);
    }

    private static String device(JsonNode all, String id) {
        for (JsonNode device : all) {
            if (device.get("id").asText().equals(id)) {
                return device.get("state").asText();
            }
        }
        return "none";
    }
}
