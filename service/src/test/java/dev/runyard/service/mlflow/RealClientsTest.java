package dev.runyard.service.mlflow;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runyard.client.LoggedRun;
import dev.runyard.client.RunyardClient;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/** Clients as their makers ship them, and ours, against the service over HTTP. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class RealClientsTest {
    @TestHTTPResource
    URI base;

    @Inject
    Tokens tokens;

    @TempDir
    Path folder;

    private String url() {
        return base.toString().replaceFirst("/$", "");
    }

    @Test
    void mlflowsJavaClientWorks() throws Exception {
        MlflowClient client = new MlflowClient(new BasicMlflowHostCreds(url(), tokens.person()));
        String experiment = client.createExperiment("java-" + UUID.randomUUID());
        String run = client.createRun(experiment).getRunId();
        client.logParam(run, "lr", "0.1");
        client.logMetric(run, "loss", 0.5, 1_764_190_000_000L, 3);
        client.logMetric(run, "loss", Double.NaN, 1_764_190_001_000L, 4);
        client.setTag(run, "team", "vision");
        client.setTerminated(run, RunStatus.FINISHED, 1_764_190_002_000L);
        Run seen = client.getRun(run);
        assertThat(seen.getInfo().getStatus()).isEqualTo(RunStatus.FINISHED);
        assertThat(seen.getData().getParams(0).getValue()).isEqualTo("0.1");
        assertThat(client.getMetricHistory(run, "loss"))
                .extracting(metric -> metric.getStep())
                .containsExactly(3L, 4L);
        assertThat(client.searchRuns(List.of(experiment), "params.lr = '0.1'")).hasSize(1);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> client.logParam(run, "lr", "0.2"))
                .isInstanceOf(MlflowHttpException.class)
                .hasMessageContaining("400");
    }

    @Test
    void mlflowsPythonClientWorks() throws Exception {
        // Several with colons between: one a version of MLflow.
        List<String> pythons = List.of(
                System.getenv().getOrDefault("RUNYARD_MLFLOW_PYTHON", "python3").split(":", -1));
        for (String python : pythons) {
            assumeTrue(run(python, "-c", "import mlflow.tracking").code() == 0, "no mlflow-skinny for " + python);
            tracked(python);
        }
    }

    private void tracked(String python) throws Exception {
        String experiment = "python-" + UUID.randomUUID();
        Ended ended = run(python, "src/test/python/train.py", experiment);
        assertThat(ended.code()).as(ended.output()).isZero();
        String run = ended.output().strip().lines().reduce((a, b) -> b).orElseThrow();
        given().queryParam("experiment", experiment)
                .queryParam("filter", "params.lr = 0.1 and name = parent")
                .get("/api/v1/runs")
                .then()
                .body("items", hasSize(1))
                .body("items[0].id", equalTo(run))
                .body("items[0].state", equalTo("FINISHED"));
        given().queryParam("key", "train/loss")
                .get("/api/v1/runs/" + run + "/metrics/history")
                .then()
                .body("total", equalTo(20));
    }

    @Test
    void oursForJavaNeverWaitsAndLosesNothing() throws Exception {
        String experiment = "ours-" + UUID.randomUUID();
        Path file = Files.writeString(folder.resolve("weights.txt"), "w");
        String id;
        long best = Long.MAX_VALUE;
        try (LoggedRun run = RunyardClient.at(base, tokens.person()).start(experiment, "baseline")) {
            id = run.id();
            run.param("lr", 0.1);
            for (int round = 0; round < 40; round++) {
                long[] nanos = new long[500];
                for (int i = 0; i < nanos.length; i++) {
                    int step = round * nanos.length + i;
                    long before = System.nanoTime();
                    run.metric("loss", step == 5 ? Double.NaN : 1.0 / (step + 1), step);
                    nanos[i] = System.nanoTime() - before;
                }
                java.util.Arrays.sort(nanos);
                best = Math.min(best, nanos[494]);
            }
            run.file("out/weights.txt", file);
            Files.delete(file);
        }
        // p99 in the best of many rounds: the others share their time with whatever else the machine does.
        assertThat(best).isLessThan(20_000);
        given().get("/api/v1/runs/" + id)
                .then()
                .body("state", equalTo("FINISHED"))
                .body("config.lr", equalTo(0.1f))
                .body("summary.loss.count", equalTo(20_000))
                .body("summary.loss.lastStep", equalTo(19_999));
        given().get("/api/v1/runs/" + id + "/artifacts").then().body("name", contains("out/weights.txt"));
    }

    @Test
    void oursForPythonLosesNothing() throws Exception {
        assumeTrue(run("python3", "-c", "import urllib.request").code() == 0, "no python3");
        String experiment = "ours-" + UUID.randomUUID();
        Path script = Files.writeString(folder.resolve("train.py"), """
                import runyard
                with runyard.start("%s", name="p", params={"lr": 0.1}) as run:
                    for step in range(3000):
                        run.log({"loss": 1 / (step + 1), "nan": float("nan")}, step=step)
                    run.file(__file__, "src/größe 1.py")
                assert run.dropped == 0 and run.trouble is None, run.trouble
                print(run.id)
                """.formatted(experiment));
        Ended ended = run("python3", script.toString());
        assertThat(ended.code()).as(ended.output()).isZero();
        given().get("/api/v1/runs/" + ended.output().strip())
                .then()
                .body("state", equalTo("FINISHED"))
                .body("summary.loss.count", equalTo(3_000))
                .body("summary.nan.nonFinite", equalTo(3_000));
        given().get("/api/v1/runs/" + ended.output().strip() + "/artifacts")
                .then()
                .body("name", contains("src/größe 1.py"));
    }

    private record Ended(int code, String output) {}

    private Ended run(String... command) throws IOException, InterruptedException {
        Path out = folder.resolve("out-" + UUID.randomUUID());
        ProcessBuilder process =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        process.environment().put("MLFLOW_TRACKING_URI", url());
        process.environment().put("MLFLOW_TRACKING_TOKEN", tokens.person());
        process.environment().put("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true");
        process.environment()
                .put(
                        "PYTHONPATH",
                        Path.of("../workers/client/python")
                                .toAbsolutePath()
                                .normalize()
                                .toString());
        process.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        process.environment().put("PYTHONIOENCODING", "utf-8");
        process.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
        Process started = process.start();
        if (!started.waitFor(120, TimeUnit.SECONDS)) {
            started.destroyForcibly();
        }
        return new Ended(started.waitFor(), Files.readString(out, StandardCharsets.UTF_8));
    }
}
