package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One packaged lab with embedded parts, used as people use it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SweepTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private LabProcess lab;
    private LabClient client;

    @BeforeAll
    void start() throws Exception {
        lab = LabProcess.start(folder.resolve("home"), Map.of("RUNYARD_THREADS", "1"));
        client = lab.client();
    }

    @AfterAll
    void stop() throws Exception {
        lab.close();
    }

    private static Map<String, Object> base(int epochs) {
        return Map.of(
                "dataset", Map.of("id", "shapes", "train", 128, "test", 40),
                "method", Map.of("kind", "pgn", "resolution", 32, "prompts", 1, "librarySize", 8),
                "schedule", Map.of("epochs", epochs, "warmupEpochs", 0),
                "batchSize", 32,
                "augment", "flip-crop");
    }

    @Test
    void a_sweep_ends_with_mean_and_deviation_over_seeds() throws Exception {
        JsonNode sweep = client.post(
                "/api/v1/sweeps",
                Map.of(
                        "experiment", "table",
                        "base", base(2),
                        "axes", Map.of("method.prompts", List.of(1, 2)),
                        "include", List.of(Map.of("method", Map.of("kind", "iip", "prompts", 2))),
                        "seeds", List.of(0, 1)));
        String id = sweep.get("id").asText();
        assertThat(sweep.get("total").asInt()).isEqualTo(6);

        client.await("/api/v1/sweeps/" + id, Duration.ofMinutes(5), s -> s.get("state")
                .asText()
                .equals("FINISHED"));

        List<JsonNode> runs = client.runsOf(id);
        assertThat(runs).hasSize(6).allSatisfy(run -> {
            assertThat(run.get("state").asText()).isEqualTo("FINISHED");
            assertThat(run.get("step").asInt()).isEqualTo(8);
            assertThat(run.at("/summary/test~1top1/last").isNumber()).isTrue();
        });
        JsonNode rows = client.get("/api/v1/sweeps/" + id + "/table?metric=" + LabClient.encode("test/top1"))
                .get("rows");
        assertThat(rows).hasSize(3).allSatisfy(row -> {
            assertThat(row.get("n").asInt()).isEqualTo(2);
            double a = row.get("values").get(0).asDouble();
            double b = row.get("values").get(1).asDouble();
            assertThat(row.get("mean").asDouble()).isCloseTo((a + b) / 2, within(1e-9));
            assertThat(row.get("std").asDouble()).isCloseTo(Math.abs(a - b) / Math.sqrt(2), within(1e-9));
        });
    }

    @Test
    void the_lab_and_train_give_the_same_losses_to_the_last_bit() throws Exception {
        Map<String, Object> spec = base(2);
        String run = client.post("/api/v1/runs", Map.of("experiment", "alone", "spec", spec))
                .get("id")
                .asText();
        client.await("/api/v1/runs/" + run, Duration.ofMinutes(3), r -> r.get("state")
                .asText()
                .equals("FINISHED"));

        Path file = Files.writeString(folder.resolve("run.json"), JSON.writeValueAsString(spec));
        Path out = folder.resolve("alone");
        LabProcess.Result train =
                LabProcess.run(lab.command("train", file.toString(), "--out", out.toString()), Duration.ofMinutes(3));
        assertThat(train.exit()).as(train.err()).isZero();

        Map<Long, Long> alone = new TreeMap<>();
        for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
            JsonNode point = JSON.readTree(line);
            if (point.get("key").asText().equals("train/loss")) {
                alone.put(point.get("step").asLong(), bits(point));
            }
        }
        Map<Long, Long> through = new TreeMap<>();
        client.history(run, "train/loss").forEach(p -> through.put(p.get("step").asLong(), bits(p)));
        assertThat(through).hasSize(8).isEqualTo(alone);
    }

    @Test
    void a_paused_run_goes_on_and_a_cancelled_one_ends() throws Exception {
        List<String> ids = new ArrayList<>();
        for (String name : List.of("paused", "cancelled")) {
            ids.add(client.post("/api/v1/runs", Map.of("name", name, "spec", base(400)))
                    .get("id")
                    .asText());
        }
        String first = ids.get(0);
        client.await(
                "/api/v1/runs/" + first,
                Duration.ofMinutes(2),
                r -> r.path("step").asLong() > 3);
        client.post("/api/v1/runs/" + first + "/pause", null);
        JsonNode paused = client.await("/api/v1/runs/" + first, Duration.ofMinutes(1), r -> r.get("state")
                .asText()
                .equals("PAUSED"));
        long kept = 0;
        for (JsonNode checkpoint : client.get("/api/v1/runs/" + first + "/checkpoints")) {
            kept = Math.max(kept, checkpoint.path("step").asLong());
        }
        assertThat(paused.path("step").asLong()).isEqualTo(kept);
        client.await(
                "/api/v1/runs/" + ids.get(1),
                Duration.ofMinutes(1),
                r -> r.path("step").asLong() > 0);
        client.post("/api/v1/runs/" + ids.get(1) + "/cancel", null);
        client.await("/api/v1/runs/" + ids.get(1), Duration.ofMinutes(1), r -> r.get("state")
                .asText()
                .equals("CANCELLED"));

        client.post("/api/v1/runs/" + first + "/resume", null);
        client.await(
                "/api/v1/runs/" + first,
                Duration.ofMinutes(1),
                r -> r.get("attempt").asInt() == 2
                        && r.path("step").asLong() > paused.get("step").asLong());
        List<Long> steps = client.history(first, "train/loss").stream()
                .map(p -> p.get("step").asLong())
                .toList();
        assertThat(steps).doesNotHaveDuplicates();
        client.post("/api/v1/runs/" + first + "/cancel", null);
        client.await("/api/v1/runs/" + first, Duration.ofMinutes(1), r -> r.get("state")
                .asText()
                .equals("CANCELLED"));
    }

    /** All that a search has, as one types it, from the file to the sweep around its best point. */
    @Test
    void a_search_is_queued_looked_at_made_longer_narrowed_and_stopped_by_typing() throws Exception {
        Path file = Files.writeString(folder.resolve("search.yaml"), """
                experiment: search
                base:
                  dataset: {id: shapes, train: 128, test: 40}
                  method: {kind: pgn, resolution: 32, librarySize: 8}
                  schedule: {epochs: 2, warmupEpochs: 0}
                  batchSize: 32
                axes:
                  optimizer.learningRate: {logUniform: [0.001, 1]}
                  method.prompts: {integers: [1, 4]}
                require: "method.prompts * method.librarySize <= 24"
                enqueue: [{method.prompts: 3, optimizer.learningRate: 0.05}]
                metric: val/loss
                sampler: {kind: tpe, runs: 3, startup: 2}
                pruner: {kind: asha, reduction: 2, minEpochs: 1}
                parallel: 1
                """);
        String id = typed("submit", file.toString());
        ended(id);
        JsonNode points = client.get("/api/v1/sweeps/" + id + "/points");
        assertThat(points.get("points")).hasSize(3);
        assertThat(points.at("/points/0/source").asText()).isEqualTo("enqueue");
        String best = points.get("best").asText();
        assertThat(typed("sweep", "best", id).lines().skip(1).findFirst())
                .hasValueSatisfying(line -> assertThat(line.strip()).startsWith(best + " "));
        assertThat(typed("sweep", "importance", id)).contains("too few runs to say");

        typed("sweep", "extend", id, "--points", "2");
        ended(id);
        points = client.get("/api/v1/sweeps/" + id + "/points");
        assertThat(points.get("points")).hasSize(5).allSatisfy(point -> assertThat(
                        point.at("/params/method.prompts").asInt())
                .isLessThanOrEqualTo(3));

        String run = typed("sweep", "run", id);
        client.await("/api/v1/runs/" + run, Duration.ofMinutes(2), r -> r.get("state")
                .asText()
                .equals("FINISHED"));
        JsonNode of = points.get("points").get(points.get("best").asInt());
        assertThat(client.get("/api/v1/runs/" + run).at("/document/optimizer/learningRate"))
                .isEqualTo(of.at("/params/optimizer.learningRate"));

        // Around the best by another sampler, changed by hand; it begins with what the first has found.
        ObjectNode around = (ObjectNode) JSON.readTree(typed("sweep", "around", id, "--print"));
        assertThat(around.get("from").asText()).isEqualTo(id);
        around.putObject("sampler").put("kind", "gp").put("runs", 200).put("startup", 2);
        Path narrowed = Files.writeString(folder.resolve("around.json"), around.toString());
        String second = typed("submit", narrowed.toString());
        long known = 0;
        for (JsonNode point : points.get("points")) {
            known += within(
                                    around.at("/axes/optimizer.learningRate/logUniform"),
                                    point.at("/params/optimizer.learningRate"))
                            && within(around.at("/axes/method.prompts/integers"), point.at("/params/method.prompts"))
                    ? 1
                    : 0;
        }
        assertThat(known)
                .as("points that lie around the best, which does itself")
                .isPositive();
        assertThat(client.get("/api/v1/sweeps/" + second + "/points")
                        .at("/points/0/history")
                        .asLong())
                .isEqualTo(known);
        typed("sweep", "stop", second);
        ended(second);
        JsonNode stopped = client.get("/api/v1/sweeps/" + second + "/points");
        assertThat(stopped.get("stopping").asText()).startsWith("stopped by");
        assertThat(stopped.get("points").size()).isLessThan(200);
    }

    @Test
    void a_program_of_ones_own_asks_and_tells_by_typing() throws Exception {
        Path file = Files.writeString(folder.resolve("wing.yaml"), """
                experiment: wing
                external: true
                base: {schedule: {epochs: 9}}
                axes: {angle: {uniform: [0, 15]}, profile: [a, b]}
                metric: drag
                goal: min
                sampler: {kind: tpe, runs: 3, startup: 1}
                pruner: {kind: asha}
                """);
        String id = typed("submit", file.toString());
        String first = typed("ask", id, "--key", "mine");
        assertThat(first).startsWith("0 angle=").contains("profile=");
        assertThat(typed("ask", id, "--key", "mine")).isEqualTo(first);
        assertThat(typed("tell", id, "0", "0.5", "--epoch", "1")).isEqualTo("KEEP");
        typed("tell", id, "0", "0.4");
        typed("ask", id, "--points", "2");
        assertThat(typed("tell", id, "1", "0.9", "--epoch", "1")).isEqualTo("STOP");
        typed("tell", id, "1", "--pruned");
        typed("tell", id, "2", "--failed", "no wind");
        assertThat(typed("ask", id)).isEmpty();
        assertThat(client.get("/api/v1/sweeps/" + id).get("state").asText()).isEqualTo("FINISHED");
        assertThat(typed("sweep", "best", id).lines())
                .hasSize(2)
                .last()
                .asString()
                .matches(" *0 .*");
        JsonNode points = client.get("/api/v1/sweeps/" + id + "/points").get("points");
        assertThat(points.findValuesAsText("state")).containsExactly("FINISHED", "PRUNED", "FAILED");
    }

    private static boolean within(JsonNode range, JsonNode value) {
        return value.doubleValue() >= range.get(0).doubleValue()
                && value.doubleValue() <= range.get(1).doubleValue();
    }

    /** What a command prints; it must end well. */
    private String typed(String... command) throws Exception {
        LabProcess.Result result = LabProcess.run(lab.command(command), Duration.ofMinutes(3));
        assertThat(result.exit()).as(result.err()).isZero();
        return result.out().strip();
    }

    private void ended(String sweep) throws InterruptedException {
        client.await("/api/v1/sweeps/" + sweep, Duration.ofMinutes(5), s -> s.get("state")
                .asText()
                .equals("FINISHED"));
    }

    @Test
    void bad_input_is_refused_by_name_and_nothing_is_kept() throws Exception {
        Map<String, Object> wrong =
                Map.of("experiment", "refused", "base", base(2), "axes", Map.of("method.prompt", List.of(1, 2)));
        HttpResponse<String> answer = client.postRaw("/api/v1/sweeps", wrong);
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.headers().firstValue("content-type"))
                .hasValueSatisfying(t -> assertThat(t).startsWith("application/problem+json"));
        assertThat(JSON.readTree(answer.body()).get("detail").asText())
                .contains("method.prompt")
                .contains("method.prompts");
        Set<String> experiments = client.get("/api/v1/experiments").findValuesAsText("name").stream()
                .collect(Collectors.toSet());
        assertThat(experiments).doesNotContain("refused");

        Path file = Files.writeString(
                folder.resolve("wrong.yaml"), "base: {dataset: {id: shapes}, batchsize: 3}\nseeds: [0, 1]\n");
        LabProcess.Result submit = LabProcess.run(lab.command("submit", file.toString()), Duration.ofMinutes(3));
        assertThat(submit.exit()).isEqualTo(2);
        assertThat(submit.err().strip().lines())
                .hasSize(1)
                .allSatisfy(l -> assertThat(l).contains("batchsize").contains("batchSize"));
    }

    private static long bits(JsonNode point) {
        return Double.doubleToRawLongBits(point.get("value").asDouble());
    }

    private static org.assertj.core.data.Offset<Double> within(double tolerance) {
        return org.assertj.core.data.Offset.offset(tolerance);
    }
}
