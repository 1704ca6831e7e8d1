package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A home of each release, killed while it trained, goes on under this version as if nothing had happened. */
class UpgradeTest {
    /** Of a loss: some hundred times what single precision cannot tell apart. */
    private static final double LAST_BITS = 1e-5;

    /** Losses near 0 are differences of numbers near 1, and have their last bits. */
    private static final double LAST_BITS_NEAR_0 = 1e-6;

    @TempDir
    Path folder;

    @Test
    void a_home_of_0_1_0_goes_on_bit_for_bit() throws Exception {
        ReleasedHome home = ReleasedHome.restore("0.1.0", folder.resolve("home"));
        JsonNode expected = home.expected();
        JsonNode ids = expected.get("runs");
        try (LabProcess lab = LabProcess.start(home.folder(), Map.of("RUNYARD_THREADS", "1"))) {
            LabClient client = lab.client();
            String paused = ids.get("paused").asText();
            assertThat(client.get("/api/v1/runs/" + paused).get("state").asText())
                    .isEqualTo("PAUSED");
            client.post("/api/v1/runs/" + paused + "/resume", null);
            for (String name : new String[] {"paused", "running", "queued"}) {
                JsonNode run = over(client, ids.get(name).asText());
                assertThat(run.get("state").asText())
                        .as(name + ": " + run.path("message").asText())
                        .isEqualTo("FINISHED");
            }
            for (String name : new String[] {"paused", "running"}) {
                goesOn(lab, ids.get(name).asText(), expected.get("undisturbed").get(name), sameProcessor(expected));
            }
            JsonNode sweep = client.await(
                    "/api/v1/sweeps/" + expected.get("sweep").asText(),
                    Duration.ofMinutes(3),
                    s -> s.get("state").asText().equals("FINISHED"));
            assertThat(sweep.at("/states/FINISHED").asInt()).isEqualTo(4);
            expected.get("specs").fields().forEachRemaining(entry -> assertThat(
                            client.get("/api/v1/runs/" + entry.getKey())
                                    .get("specHash")
                                    .asText())
                    .isEqualTo(entry.getValue().get("hash").asText()));
            hasWhatCameLater(client, expected);
        }
    }

    /** What releases after 0.1.0 brought works on its rows as on others: configurations, values of metrics, curating, views. */
    private static void hasWhatCameLater(LabClient client, JsonNode expected) throws InterruptedException {
        String paused = expected.at("/runs/paused").asText();
        String running = expected.at("/runs/running").asText();
        assertThat(ids(client, "filter=" + LabClient.encode("params.method.kind = 'iip' and params.seed = 11")))
                .contains(running)
                .doesNotContain(paused);
        JsonNode run = client.get("/api/v1/runs/" + paused);
        assertThat(run.at("/config/method.prompts").asInt()).isEqualTo(2);
        assertThat(run.get("origin").has("method.prompts")).isTrue();
        client.await(
                "/api/v1/keys",
                Duration.ofMinutes(1),
                keys -> keys.get("params").toString().contains("method.kind")
                        && keys.get("metrics").toString().contains("train/loss"));
        JsonNode sorted = client.get("/api/v1/runs?limit=100&sort=-metrics.train/loss.last")
                .get("items");
        assertThat(sorted.size()).isGreaterThanOrEqualTo(5);

        client.post(
                "/api/v1/runs/bulk",
                Map.of(
                        "select", Map.of("ids", List.of(paused)),
                        "do", Map.of("patch", Map.of("starred", true, "tags", Map.of("of", "0.1.0")))));
        assertThat(ids(client, "filter=" + LabClient.encode("tags.of = '0.1.0' and starred = true")))
                .containsExactly(paused);
        JsonNode points = client.get("/api/v1/sweeps/" + expected.get("sweep").asText() + "/points")
                .get("points");
        assertThat(points.findValuesAsText("source")).isNotEmpty().containsOnly("unsaid");
        assertThat(points.findValues("runs").stream().mapToInt(JsonNode::size).sum())
                .isEqualTo(4);
        client.post("/api/v1/views", Map.of("name", "old ones", "page", "runs", "address", "?q=0.1.0"));
        assertThat(client.get("/api/v1/views?page=runs").toString()).contains("old ones");
    }

    private static List<String> ids(LabClient client, String query) {
        List<String> ids = new ArrayList<>();
        client.get("/api/v1/runs?limit=100&" + query)
                .get("items")
                .forEach(run -> ids.add(run.get("id").asText()));
        return ids;
    }

    private static JsonNode over(LabClient client, String run) throws InterruptedException {
        return client.await("/api/v1/runs/" + run, Duration.ofMinutes(4), r -> r.get("state")
                .asText()
                .matches("FINISHED|FAILED|CANCELLED"));
    }

    /**
     * Whether this machine computes as the one that the home was recorded on did, as far as was seen: libraries of matrices have kernels for each
     * maker's processors, whose sums have another order, and so other last bits, whatever version of Runyard asks. One that names no maker, as
     * ARM's, is another.
     */
    private static boolean sameProcessor(JsonNode expected) throws IOException {
        Path processors = Path.of("/proc/cpuinfo");
        String maker = expected.get("processor").asText();
        return Files.isReadable(processors)
                && Files.readString(processors).lines().anyMatch(line -> line.matches("vendor_id\\s*: " + maker));
    }

    /** Resumed, not begun anew, and in every number what the undisturbed twin is; on another maker's processor but for the last bits of losses. */
    private static void goesOn(LabProcess lab, String run, JsonNode undisturbed, boolean sameProcessor) {
        LabClient client = lab.client();
        JsonNode attempts = client.get("/api/v1/runs/" + run + "/attempts");
        assertThat(attempts.findValues("startStep").stream()
                        .mapToLong(JsonNode::asLong)
                        .max()
                        .orElse(0))
                .isGreaterThan(50);
        undisturbed.get("metrics").fields().forEachRemaining(series -> {
            Map<Long, Double> then = new TreeMap<>();
            series.getValue()
                    .forEach(point ->
                            then.put(point.get(0).asLong(), point.get(1).asDouble()));
            Map<Long, Double> now = new TreeMap<>();
            for (JsonNode point : client.history(run, series.getKey())) {
                assertThat(now.put(
                                point.get("step").asLong(), point.get("value").asDouble()))
                        .as("%s at step %s", series.getKey(), point.get("step"))
                        .isNull();
            }
            if (sameProcessor || !series.getKey().endsWith("/loss")) {
                // A Double equals another one by its bits.
                assertThat(now).as(series.getKey()).isEqualTo(then);
            } else {
                assertThat(now.keySet()).as(series.getKey()).isEqualTo(then.keySet());
                then.forEach((step, value) -> assertThat(now.get(step))
                        .as("%s at step %s", series.getKey(), step)
                        .isCloseTo(value, within(Math.max(LAST_BITS_NEAR_0, LAST_BITS * Math.abs(value)))));
            }
        });
        undisturbed.get("artifacts").fields().forEachRemaining(artifact -> {
            if (sameProcessor && artifact.getValue().has("tensorsSha256")) {
                assertThat(tensors(lab, sha256(client, run, artifact.getKey())))
                        .as(artifact.getKey())
                        .isEqualTo(artifact.getValue().get("tensorsSha256").asText());
            }
        });
    }

    private static String sha256(LabClient client, String run, String artifact) {
        for (JsonNode found : client.get("/api/v1/runs/" + run + "/artifacts")) {
            if (found.get("name").asText().equals(artifact)) {
                return found.get("sha256").asText();
            }
        }
        throw new AssertionError("run " + run + " has no " + artifact);
    }

    /** Of all values, without the header, which also holds the spec as the version of the day writes it. */
    private static String tensors(LabProcess lab, String sha256) {
        try {
            byte[] file = Files.readAllBytes(lab.home()
                    .resolve("artifacts")
                    .resolve(sha256.substring(0, 2))
                    .resolve(sha256));
            int header =
                    (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(file, 8 + header, file.length - 8 - header);
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException | java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
