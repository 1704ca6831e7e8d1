package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.lab.LabClient;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.spec.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole lab with programs that know nothing of it: queued in a sweep, killed with their worker, tracked from outside, taken over. */
class ProgramsTest {
    /** Of 0.4 s each, with a checkpoint after the first half: twelve seconds in which the worker is killed beyond it. */
    private static final int STEPS = 60;

    /** A loop as people write it: MLflow, a folder for checkpoints, and where it was when it finds one. */
    private static final Path TRAIN = LabProcess.repositoryRoot().resolve("deploy/e2e/programs/loop.py");

    @TempDir
    Path folder;

    private LabProcess lab;
    private LabClient client;

    @Test
    void anyScriptIsQueuedKilledResumedTabledTrackedAndTakenOver() throws Exception {
        String python = Programs.require(
                "pip install mlflow-skinny, and name its python in RUNYARD_MLFLOW_PYTHON", "MLflow's client", mlflow());
        Path code = Files.createDirectories(folder.resolve("code"));
        Files.copy(TRAIN, code.resolve("train.py"));
        Files.writeString(code.resolve("sweep.yaml"), """
                experiment: programs
                base:
                  task: command
                  command: [sh, -c, 'exec "$0" train.py --lr "$1" --steps %d --every 30 --pause 0.4 --out "$RUNYARD_CHECKPOINT_DIR"', "%s", "{params.lr}"]
                  env: {MLFLOW_DISABLE_TELEMETRY: "true"}
                  code: .
                axes:
                  params.lr: [0.5, 0.25]
                metric: val/acc
                goal: max
                """.formatted(STEPS, python));
        try (LabProcess started = LabProcess.start(folder.resolve("home"), Map.of("RUNYARD_THREADS", "1"))) {
            lab = started;
            client = lab.client();
            String sweep = typed(code, "submit", "sweep.yaml").strip();
            String first = client.runsOf(sweep).get(0).get("id").asText();
            long kept = client.await(
                            "/api/v1/runs/" + first + "/checkpoints", Duration.ofMinutes(3), all -> !all.isEmpty())
                    .get(0)
                    .get("step")
                    .asLong();
            client.await(
                    "/api/v1/runs/" + first + "/metrics/history?key=train/loss",
                    Duration.ofMinutes(1),
                    h -> h.path("total").asLong() > kept + 3);
            lab.worker().orElseThrow().destroyForcibly();

            tracked(python, code);
            new TakenOver(lab, Files.createDirectories(folder.resolve("old"))).all(python);

            client.await("/api/v1/sweeps/" + sweep, Duration.ofMinutes(5), s -> s.path("state")
                    .asText()
                    .equals("FINISHED"));
            resumed(first);
            tabled(sweep);
            outAndIn(sweep, first);
        }
    }

    private static Optional<String> mlflow() throws Exception {
        String named =
                System.getenv().getOrDefault("RUNYARD_MLFLOW_PYTHON", "python3").split(":", -1)[0];
        return LabProcess.run(new ProcessBuilder(named, "-c", "import mlflow.tracking"), Duration.ofMinutes(2))
                                .exit()
                        == 0
                ? Optional.of(named)
                : Optional.empty();
    }

    /** Each step once, measured by the attempt that counts; what the dead one measured beyond its checkpoint is a ghost. */
    private void resumed(String run) {
        JsonNode seen = client.get("/api/v1/runs/" + run);
        assertThat(seen.get("state").asText()).as(seen.path("message").asText()).isEqualTo("FINISHED");
        assertThat(client.get("/api/v1/runs/" + run + "/attempts").findValuesAsText("state"))
                .containsExactly("LOST", "FINISHED");
        List<JsonNode> points = client.history(run, "train/loss");
        assertThat(points)
                .extracting(p -> p.get("step").asLong())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, STEPS).boxed().toList());
        assertThat(points).allSatisfy(p -> assertThat(p.get("value").asDouble())
                .isEqualTo(0.5 / p.get("step").asLong()));
        JsonNode ghosts = client.get("/api/v1/runs/" + run + "/metrics/history?key=train/loss&ghosts=true")
                .get("ghosts");
        assertThat(ghosts).hasSize(1);
        assertThat(ghosts.get(0).get("total").asInt()).isPositive();
        String log = client.get("/api/v1/runs/" + run + "/logs").toString();
        assertThat(log).contains("goes on behind 0").containsPattern("goes on behind [1-9]");
        assertThat(client.get("/api/v1/runs/" + run + "/artifacts").findValuesAsText("name"))
                .contains("out/done.txt");
    }

    private void tabled(String sweep) {
        JsonNode rows =
                client.get("/api/v1/sweeps/" + sweep + "/table?metric=val/acc").get("rows");
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).get("mean").asDouble()).isEqualTo(0.5);
        assertThat(rows.get(1).get("mean").asDouble()).isEqualTo(0.75);
        JsonNode report = client.post("/api/v1/reports/preview", Map.of("text", definition(sweep)));
        assertThat(report.get("runs").asInt()).isEqualTo(2);
        assertThat(report.toString()).contains("0.75").doesNotContain("params.params");
        JsonNode found = client.get("/api/v1/runs?sweep=" + sweep + "&filter=" + LabClient.encode("params.lr < 0.3"));
        assertThat(found.get("items")).hasSize(1);
    }

    private static String definition(String sweep) {
        return """
                title: Programs
                runs: {sweep: %s}
                rows: [params.lr]
                cell: {metric: val/acc}
                """.formatted(sweep);
    }

    /** The same script by itself, on a laptop, with nothing but MLflow's own variables. */
    private void tracked(String python, Path code) throws Exception {
        Path out = Files.createDirectories(folder.resolve("laptop"));
        ProcessBuilder script =
                new ProcessBuilder(python, "train.py", "--lr", "0.125", "--steps", "10", "--out", out.toString());
        script.directory(code.toFile());
        script.environment().keySet().removeIf(name -> name.startsWith("RUNYARD_"));
        script.environment().put("MLFLOW_TRACKING_URI", client.base().toString());
        script.environment().put("MLFLOW_TRACKING_TOKEN", client.token());
        script.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
        LabProcess.Result ended = LabProcess.run(script, Duration.ofMinutes(2));
        assertThat(ended.exit()).as(ended.out() + ended.err()).isZero();
        JsonNode run = client.get("/api/v1/runs?experiment=" + LabClient.encode("whatever the script says"))
                .at("/items/0");
        assertThat(run.get("state").asText()).isEqualTo("FINISHED");
        assertThat(run.get("name").asText()).isEqualTo("baseline");
        assertThat(client.history(run.get("id").asText(), "train/loss")).hasSize(10);
        // The address that MLflow prints.
        assertThat(ended.out() + ended.err()).contains("/#/experiments/");
    }

    /** The whole lab opens in an empty one, file for file and row for row; where it was, nothing is left of it. */
    private void outAndIn(String sweep, String run) throws Exception {
        String report = client.post("/api/v1/reports", Map.of("text", definition(sweep)))
                .get("id")
                .asText();
        String frozen = client.post("/api/v1/reports/" + report + "/freeze", null)
                .at("/frozen/content")
                .asText();
        List<String> looked = List.of(
                "/api/v1/sweeps/" + sweep + "/table?metric=val/acc",
                "/api/v1/reports/" + report + "/frozen/" + frozen,
                "/api/v1/reports/" + report + "/table",
                "/api/v1/runs/" + run + "/attempts",
                "/api/v1/runs/" + run + "/checkpoints",
                "/api/v1/runs/" + run + "/artifacts",
                "/api/v1/runs/" + run + "/logs",
                "/api/v1/runs/" + run + "/metrics/history?key=train/loss&ghosts=true");
        List<JsonNode> before = looked.stream().map(client::get).toList();
        long runs = client.get("/api/v1/runs").get("total").asLong();
        assertThat(typed(lab, folder, "export", "--out", "out")).contains("Wrote " + runs + " runs");
        assertThat(typed(lab, folder, "remove", "default")).contains("Would remove", runs + " runs");
        assertThat(client.get("/api/v1/runs").get("total").asLong()).isEqualTo(runs);
        assertThat(typed(lab, folder, "remove", "default", "--yes")).contains("Removed project default");
        assertThat(client.get("/api/v1/runs").get("total").asLong()).isZero();
        lab.close();
        try (LabProcess other = LabProcess.start(folder.resolve("other"), Map.of("RUNYARD_WORKERS", "0"))) {
            assertThat(typed(other, folder, "import", "project", "out")).contains("Read " + runs + " runs");
            for (int i = 0; i < looked.size(); i++) {
                assertThat(other.client().get(looked.get(i))).as(looked.get(i)).isEqualTo(before.get(i));
            }
            typed(other, folder, "export", "--out", "again");
        }
        assertThat(files(folder.resolve("again"))).hasSizeGreaterThan(3).isEqualTo(files(folder.resolve("out")));
    }

    /** The SHA-256 of each file below a folder, by its path. */
    private static Map<String, String> files(Path folder) throws Exception {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString(), Sha256.of(file));
            }
        }
        return files;
    }

    private String typed(Path at, String... arguments) throws Exception {
        return typed(lab, at, arguments);
    }

    private static String typed(LabProcess lab, Path at, String... arguments) throws Exception {
        ProcessBuilder builder = lab.command(arguments);
        builder.directory(at.toFile());
        LabProcess.Result done = LabProcess.run(builder, Duration.ofMinutes(3));
        assertThat(done.exit()).as(done.out() + done.err()).isZero();
        return done.out();
    }
}
