package dev.runyard.service.mlflow;

import static dev.runyard.service.mlflow.MlflowCalls.API;
import static dev.runyard.service.mlflow.MlflowCalls.batch;
import static dev.runyard.service.mlflow.MlflowCalls.experiment;
import static dev.runyard.service.mlflow.MlflowCalls.get;
import static dev.runyard.service.mlflow.MlflowCalls.metric;
import static dev.runyard.service.mlflow.MlflowCalls.pair;
import static dev.runyard.service.mlflow.MlflowCalls.post;
import static dev.runyard.service.mlflow.MlflowCalls.run;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What MLflow's clients send, word for word, and what they have to be answered. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MlflowTrackingTest {
    @Inject
    Lab lab;

    @Test
    void aScriptOfThePythonClientIsTrackedFromItsFirstCallToItsLast() {
        String name = "first-" + UUID.randomUUID();
        // mlflow.set_experiment
        get("experiments/get-by-name", "experiment_name", name)
                .statusCode(404)
                .body("error_code", equalTo("RESOURCE_DOES_NOT_EXIST"));
        String experiment = post("experiments/create", "{\"name\": \"" + name + "\", \"tags\": []}")
                .statusCode(200)
                .extract()
                .path("experiment_id");
        get("experiments/get", "experiment_id", experiment)
                .statusCode(200)
                .body("experiment.name", equalTo(name))
                .body("experiment.lifecycle_stage", equalTo("active"))
                .body("experiment.artifact_location", equalTo("mlflow-artifacts:/" + experiment));
        // mlflow.start_run
        String run = post(
                        "runs/create",
                        "{\"experiment_id\": \"" + experiment
                                + "\", \"user_id\": \"ada\", \"start_time\": 1764190000123, \"tags\": ["
                                + pair("mlflow.user", "ada") + ", " + pair("mlflow.source.name", "train.py") + ", "
                                + pair("mlflow.source.type", "LOCAL") + "], \"run_name\": \"\"}")
                .statusCode(200)
                .body("run.info.status", equalTo("RUNNING"))
                .body("run.info.start_time", equalTo(1764190000123L))
                .body("run.info.user_id", equalTo("ada"))
                .body("run.info.run_name", notNullValue())
                .body("run.info.experiment_id", equalTo(experiment))
                .body("run.data.tags.find { it.key == 'mlflow.user' }.value", equalTo("ada"))
                .extract()
                .path("run.info.run_id");
        // log_param, log_metric, set_tag; both ids travel
        String both = "{\"run_id\": \"" + run + "\", \"run_uuid\": \"" + run + "\", ";
        post("runs/log-parameter", both + "\"key\": \"lr\", \"value\": \"0.1\"}")
                .statusCode(200);
        post("runs/log-metric", both + "\"key\": \"loss\", \"value\": 0.5, \"timestamp\": 1764190001000, \"step\": 3}")
                .statusCode(200);
        post("runs/set-tag", both + "\"key\": \"team\", \"value\": \"vision\"}").statusCode(200);
        batch(
                run,
                metric("acc", 0.25, 1764190001000L, 0) + ", " + metric("acc", 0.75, 1764190002000L, 1),
                pair("net", "resnet"),
                "");
        // end_run
        post("runs/update", both + "\"status\": \"FINISHED\", \"end_time\": 1764190009000, \"run_name\": \"baseline\"}")
                .statusCode(200)
                .body("run_info.status", equalTo("FINISHED"))
                .body("run_info.end_time", equalTo(1764190009000L));
        get("runs/get", "run_id", run, "run_uuid", run)
                .statusCode(200)
                .body("run.info.run_name", equalTo("baseline"))
                .body("run.info.artifact_uri", equalTo("mlflow-artifacts:/" + experiment + "/" + run + "/artifacts"))
                .body("run.data.params.find { it.key == 'lr' }.value", equalTo("0.1"))
                .body("run.data.metrics.find { it.key == 'loss' }.step", equalTo(3))
                .body("run.data.metrics.find { it.key == 'acc' }.value", equalTo(0.75f))
                .body("run.data.tags.find { it.key == 'team' }.value", equalTo("vision"))
                .body("run.data.tags.find { it.key == 'mlflow.runName' }.value", equalTo("baseline"));
        // The same row as any other run: in the table, with its curve, its parameters as numbers.
        given().queryParam("experiment", name)
                .queryParam("filter", "params.lr < 0.2 and metrics.loss = 0.5 and tags.team = vision")
                .queryParam("param", "lr")
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .body("items", hasSize(1))
                .body("items[0].id", equalTo(run))
                .body("items[0].external", equalTo(true))
                .body("items[0].state", equalTo("FINISHED"))
                .body("items[0].name", equalTo("baseline"))
                .body("items[0].config.lr", equalTo(0.1f))
                .body("items[0].specFault", nullValue());
        given().queryParam("key", "acc")
                .get("/api/v1/runs/" + run + "/metrics/history")
                .then()
                .statusCode(200)
                .body("total", equalTo(2))
                .body("points.value", contains(0.25f, 0.75f));
        given().get("/api/v1/runs/" + run)
                .then()
                .statusCode(200)
                .body("config.net", equalTo("resnet"))
                .body("origin.net", equalTo("base"))
                .body("endedAt", equalTo("2025-11-26T20:46:49Z"));
    }

    @Test
    void theDefaultExperimentIsThereUnderItsOldNameAndNumber() {
        get("experiments/get", "experiment_id", "0")
                .statusCode(200)
                .body("experiment.name", equalTo("Default"))
                .body("experiment.experiment_id", equalTo("0"));
        get("experiments/get-by-name", "experiment_name", "Default").body("experiment.experiment_id", equalTo("0"));
        post("experiments/create", "{\"name\": \"Default\"}")
                .statusCode(400)
                .body("error_code", equalTo("RESOURCE_ALREADY_EXISTS"));
        post("runs/create", "{\"start_time\": 1}").statusCode(200).body("run.info.experiment_id", equalTo("0"));
        post("runs/search", "{\"experiment_ids\": [\"0\"], \"max_results\": 1}")
                .statusCode(200)
                .body("runs", hasSize(1));
    }

    @Test
    void theSameCallTwiceIsOne() {
        String run = run(experiment());
        String points = metric("m", 1.5, 1764190000000L, 0) + ", " + metric("m", 2.5, 1764190000000L, 0) + ", "
                + metric("m", 1.5, 1764190000000L, 0) + ", " + metric("m", 1.5, 1764190000001L, 0);
        for (int i = 0; i < 3; i++) {
            batch(run, points, pair("p", "x"), pair("t", "y"));
        }
        get("metrics/get-history", "run_id", run, "metric_key", "m")
                .statusCode(200)
                .body("metrics.value", contains(1.5f, 2.5f, 1.5f))
                .body("metrics.timestamp", contains(1764190000000L, 1764190000000L, 1764190000001L));
        assertThat(lab.number("select count from metric_summary where run_id = ?", UUID.fromString(run)))
                .isEqualTo(3);
    }

    /** Scripts that log faster than the clock ticks: the later word of a millisecond is the last, in lists as in the history. */
    @Test
    void theLaterOfTwoValuesOfOneMillisecondIsTheLast() {
        String run = run(experiment());
        for (int value : List.of(1, 2)) {
            post(
                    "runs/log-metric",
                    "{\"run_id\": \"" + run + "\", \"key\": \"m\", \"value\": " + value
                            + ", \"timestamp\": 1700000000000, \"step\": 0}");
        }
        get("runs/get", "run_id", run).body("run.data.metrics.value", contains(2f));
        given().get("/api/v1/runs/" + run).then().body("summary.m.last", equalTo(2f));
    }

    @Test
    void twoClientsOfOneRunLoseNothingOfEachOther() {
        String run = run(experiment());
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (int client = 0; client < 4; client++) {
            int mine = client;
            clients.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 10; i++) {
                    // One step, one millisecond, values that differ: nothing but the value tells them apart.
                    batch(
                            run,
                            metric("shared", mine * 100 + i, 1764190000000L, 0),
                            pair("p" + mine + "-" + i, "1"),
                            pair("t" + mine, "" + i));
                }
            }));
        }
        clients.forEach(CompletableFuture::join);
        get("metrics/get-history", "run_id", run, "metric_key", "shared", "max_results", 1000)
                .body("metrics", hasSize(40))
                .body("metrics.value.unique()", hasSize(40));
        get("runs/get", "run_id", run).body("run.data.params", hasSize(40));
    }

    @Test
    void valuesThatAreNoNumbersAndNamesOfAnyScriptComeBackAsTheyWere() {
        String run = run(experiment());
        batch(
                run,
                metric("nan", "\"NaN\"", 1, 0) + ", " + metric("inf", "\"Infinity\"", 1, 0) + ", "
                        + metric("low", "\"-Infinity\"", 1, 0) + ", " + metric("точность/訓練 αβ", 0.125, 1, 0) + ", "
                        + metric("tiny", "1e-300", 1, 0),
                pair("模型", "größer — 🙂") + ", " + pair("empty", ""),
                pair("note", "zwei\\nZeilen"));
        get("runs/get", "run_id", run)
                .body("run.data.metrics.find { it.key == 'nan' }.value", equalTo("NaN"))
                .body("run.data.metrics.find { it.key == 'inf' }.value", equalTo("Infinity"))
                .body("run.data.metrics.find { it.key == 'low' }.value", equalTo("-Infinity"))
                .body("run.data.metrics.find { it.key == 'точность/訓練 αβ' }.value", equalTo(0.125f))
                .body("run.data.params.find { it.key == '模型' }.value", equalTo("größer — 🙂"))
                .body("run.data.params.find { it.key == 'empty' }.value", equalTo(""))
                .body("run.data.tags.find { it.key == 'note' }.value", equalTo("zwei\nZeilen"));
        // The Java client writes whole numbers as texts.
        post(
                        "runs/log-metric",
                        "{\"run_id\": \"" + run
                                + "\", \"key\": \"java\", \"value\": 2.0, \"timestamp\": \"1764190000000\", \"step\": \"7\"}")
                .statusCode(200);
        get("metrics/get-history", "run_id", run, "metric_key", "java").body("metrics[0].step", equalTo(7));
        get("metrics/get-history", "run_id", run, "metric_key", "nan", "max_results", 10)
                .body("metrics[0].value", equalTo("NaN"));
    }

    @Test
    void aParameterIsSaidOnceAndAConflictLeavesNothingOfItsBatch() {
        String run = run(experiment());
        batch(run, "", pair("lr", "0.1"), "");
        post(
                        "runs/log-batch",
                        "{\"run_id\": \"" + run + "\", \"params\": [" + pair("lr", "0.2") + "], \"metrics\": ["
                                + metric("never", 1, 1, 0) + "]}")
                .statusCode(400)
                .body("error_code", equalTo("INVALID_PARAMETER_VALUE"))
                .body("message", containsString("Changing param values is not allowed"));
        get("metrics/get-history", "run_id", run, "metric_key", "never").body("metrics", empty());
        batch(run, "", pair("lr", "0.1"), "");
    }

    @Test
    void whatIsWrongIsSaidInTheWordsThatClientsLookFor() {
        String run = run(experiment());
        post("experiments/create", "{}")
                .statusCode(400)
                .body("message", containsString("Missing value for required parameter 'name'."));
        post("experiments/create", "{\"name\": 123}")
                .statusCode(400)
                .body("message", containsString("Invalid value 123 for parameter 'name' supplied"));
        post("runs/log-batch", "{\"run_id\": \"" + run + "\", \"metrics\": [{\"key\": \"k\", \"value\": 1}]}")
                .statusCode(400)
                .body("message", containsString("Missing value for required parameter 'metrics[0].timestamp'"));
        post(
                        "runs/log-metric",
                        "{\"run_id\": \"" + run
                                + "\", \"key\": \"k\", \"value\": 1, \"timestamp\": 1, \"step\": \"foo\"}")
                .statusCode(400)
                .body("message", containsString("Invalid value \"foo\" for parameter 'step' supplied"));
        get("runs/get", "run_id", "0".repeat(32))
                .statusCode(404)
                .body("error_code", equalTo("RESOURCE_DOES_NOT_EXIST"))
                .body("message", containsString("Run with id="));
        post("runs/delete-tag", "{\"run_id\": \"" + run + "\", \"key\": \"none\"}")
                .statusCode(404)
                .body("message", containsString("No tag with name: none"));
        post(
                        "runs/log-batch",
                        "{\"run_id\": \"" + run + "\", \"metrics\": ["
                                + IntStream.range(0, 1_001)
                                        .mapToObj(i -> metric("k", i, 1, i))
                                        .collect(Collectors.joining(","))
                                + "]}")
                .statusCode(400)
                .body("message", containsString("at most 1000 metrics"));
        post("runs/log-metric", "{\"run_id\": \"" + run + "\", \"key\": \"../up\", \"value\": 1, \"timestamp\": 1}")
                .statusCode(400)
                .body("error_code", equalTo("INVALID_PARAMETER_VALUE"));
        post("runs/search", "{\"experiment_ids\": [\"0\"], \"filter\": \"metrics.a >> 3\"}")
                .statusCode(400)
                .body("error_code", equalTo("INVALID_PARAMETER_VALUE"))
                .body("position", equalTo(11));
        post("runs/search", "{\"experiment_ids\": [\"0\"], \"page_token\": \"nonsense\"}")
                .statusCode(400);
        get("nothing/at-all").statusCode(404).body("error_code", equalTo("ENDPOINT_NOT_FOUND"));
        given().header("Authorization", "Bearer runyard_wrong")
                .get(API + "experiments/search")
                .then()
                .statusCode(401)
                .body("error_code", equalTo("UNAUTHENTICATED"));
    }

    @Test
    void aDeletedRunTakesNothingAndComesBack() {
        String experiment = experiment();
        String run = run(experiment);
        post("runs/delete", "{\"run_id\": \"" + run + "\"}").statusCode(200);
        post("runs/log-metric", "{\"run_id\": \"" + run + "\", \"key\": \"k\", \"value\": 1, \"timestamp\": 1}")
                .statusCode(400)
                .body("message", containsString("must be in the 'active' state"));
        post("runs/search", "{\"experiment_ids\": [\"" + experiment + "\"]}").body("runs", empty());
        post("runs/search", "{\"experiment_ids\": [\"" + experiment + "\"], \"run_view_type\": \"DELETED_ONLY\"}")
                .body("runs.info.run_id", contains(run))
                .body("runs.info.lifecycle_stage", contains("deleted"));
        post("runs/restore", "{\"run_id\": \"" + run + "\"}").statusCode(200);
        batch(run, metric("k", 1, 1, 0), "", "");
    }

    @Test
    void filesAreKeptUnderTheirPaths() {
        String experiment = experiment();
        String run = run(experiment);
        String files = "/api/2.0/mlflow-artifacts/artifacts/";
        String root = files + experiment + "/" + run + "/artifacts/";
        for (String path : List.of("model/weights.bin", "model/größe 1.txt", "a.txt")) {
            given().contentType("application/octet-stream")
                    .body(path.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .put(root + path)
                    .then()
                    .statusCode(200);
        }
        given().contentType("application/octet-stream")
                .body(new byte[] {1})
                .put(root + "a.txt")
                .then()
                .statusCode(200);
        get("artifacts/list", "run_id", run)
                .body("root_uri", equalTo("mlflow-artifacts:/" + experiment + "/" + run + "/artifacts"))
                .body("files.path", contains("a.txt", "model"))
                .body("files.is_dir", contains(false, true))
                .body("files[0].file_size", equalTo(1));
        get("artifacts/list", "run_id", run, "path", "model")
                .body("files.path", contains("model/größe 1.txt", "model/weights.bin"));
        given().queryParam("path", experiment + "/" + run + "/artifacts/model")
                .get(files.substring(0, files.length() - 1))
                .then()
                .body("files.path", contains("größe 1.txt", "weights.bin"));
        assertThat(given().get(root + "model/weights.bin")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString())
                .isEqualTo("model/weights.bin");
        // As log_image names them, at step 25.
        given().urlEncodingEnabled(false)
                .body(new byte[] {1})
                .contentType("application/octet-stream")
                .put(root + "images/a%25step%2525%25.png")
                .then()
                .statusCode(200);
        get("artifacts/list", "run_id", run, "path", "images").body("files.path", contains("images/a%step%25%.png"));
        given().urlEncodingEnabled(false)
                .get(root + "images/a%25step%2525%25.png")
                .then()
                .statusCode(200);
        given().urlEncodingEnabled(false).put(root + "%252e%252e/x").then().statusCode(400);
        given().delete(root + "images").then().statusCode(200);
        given().urlEncodingEnabled(false)
                .put(root + "%2e%2e/x")
                .then()
                .statusCode(400)
                .body(equalTo("{\"error_code\":\"INVALID_PARAMETER_VALUE\",\"message\":\"Invalid path\"}"));
        given().urlEncodingEnabled(false).put(files + "../secret").then().statusCode(400);
        given().delete(root + "model").then().statusCode(200);
        get("artifacts/list", "run_id", run).body("files.path", contains("a.txt"));
        given().get(root + "none").then().statusCode(404).body("error_code", equalTo("RESOURCE_DOES_NOT_EXIST"));
        // The page offers them like any other file.
        given().get("/api/v1/runs/" + run + "/artifacts").then().statusCode(200).body(containsString("a.txt"));
    }

    @Test
    void whatARunSaysOfItselfHasAnEnd() {
        String run = run(experiment());
        String text = "x".repeat(6_000);
        for (int batch = 0; batch < 7; batch++) {
            List<String> params = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                params.add(pair("p" + batch + "-" + i, text));
            }
            String body = "{\"run_id\": \"" + run + "\", \"params\": [" + String.join(",", params) + "]}";
            post("runs/log-batch", body).statusCode(batch < 6 ? 200 : 400);
        }
        String wide = "y".repeat(900_000);
        for (int i = 0; i < 5; i++) {
            String input = "{\"run_id\": \"" + run + "\", \"datasets\": [{\"dataset\": {\"name\": \"d" + i
                    + "\", \"digest\": \"1\", \"source_type\": \"local\", \"source\": \"s\", \"schema\": \"" + wide
                    + "\"}}]}";
            post("runs/log-inputs", input).statusCode(i < 4 ? 200 : 400);
        }
    }

    @Test
    void aRunHasAsManyMetricsAsOneMayHaveAndNoMore() {
        String run = run(experiment());
        for (int k = 0; k < 10; k++) {
            int from = k * 1_000;
            batch(
                    run,
                    IntStream.range(from, from + 1_000)
                            .mapToObj(i -> metric("k" + i, i, 1, 0))
                            .collect(Collectors.joining(",")),
                    "",
                    "");
        }
        post("runs/log-metric", "{\"run_id\": \"" + run + "\", \"key\": \"one-more\", \"value\": 1, \"timestamp\": 1}")
                .statusCode(400)
                .body("message", containsString("10000"));
        post(
                        "runs/search",
                        "{\"experiment_ids\": [\""
                                + get("runs/get", "run_id", run).extract().path("run.info.experiment_id") + "\"]}")
                .body("runs[0].data.metrics", hasSize(10_000));
    }

    @Test
    void whatIsAskedBeforeAnythingElseIsAnswered() {
        given().auth().none().get("/version").then().statusCode(200).body(equalTo("2.22.2"));
        given().auth().none().get("/health").then().statusCode(200).body(equalTo("OK"));
        given().get("/api/3.0/mlflow/server-info")
                .then()
                .statusCode(200)
                .body("multipart_uploads_enabled", equalTo(false));
    }
}
