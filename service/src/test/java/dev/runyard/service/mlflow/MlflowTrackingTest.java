package dev.runyard.service.mlflow;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.auth.Tokens;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import dev.runyard.service.run.client.SilentRuns;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What MLflow's clients send, word for word, and what they have to be answered. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MlflowTrackingTest {
    private static final String API = "/api/2.0/mlflow/";

    @Inject
    Lab lab;

    @Inject
    Tokens tokens;

    @Inject
    SilentRuns silent;

    private static ValidatableResponse post(String path, String body) {
        return given().header("User-Agent", "mlflow-python-client/3.17.2")
                .contentType("application/json")
                .body(body)
                .post(API + path)
                .then();
    }

    private static ValidatableResponse get(String path, Object... query) {
        var request = given();
        for (int i = 0; i < query.length; i += 2) {
            request.queryParam(query[i].toString(), query[i + 1]);
        }
        return request.get(API + path).then();
    }

    private static String experiment() {
        return post("experiments/create", "{\"name\": \"mlflow-" + UUID.randomUUID() + "\"}")
                .statusCode(200)
                .extract()
                .path("experiment_id");
    }

    private static String run(String experiment) {
        return run(experiment, "");
    }

    private static String run(String experiment, String more) {
        return post(
                        "runs/create",
                        "{\"experiment_id\": \"" + experiment + "\", \"start_time\": 1764190000123, \"tags\": [" + more
                                + "]}")
                .statusCode(200)
                .extract()
                .path("run.info.run_id");
    }

    private static void batch(String run, String metrics, String params, String tags) {
        post(
                        "runs/log-batch",
                        "{\"run_id\": \"" + run + "\", \"metrics\": [" + metrics + "], \"params\": [" + params
                                + "], \"tags\": [" + tags + "]}")
                .statusCode(200);
    }

    private static String metric(String key, Object value, long millis, long step) {
        return "{\"key\": \"" + key + "\", \"value\": " + value + ", \"timestamp\": " + millis + ", \"step\": " + step
                + "}";
    }

    private static String pair(String key, String value) {
        return "{\"key\": \"" + key + "\", \"value\": \"" + value + "\"}";
    }

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
    void experimentsAreFoundRenamedTaggedAndDeleted() {
        String name = "exp-" + UUID.randomUUID();
        String id = post("experiments/create", "{\"name\": \"" + name + "\", \"tags\": [" + pair("k", "v") + "]}")
                .extract()
                .path("experiment_id");
        post("experiments/create", "{\"name\": \"" + name + "\"}")
                .statusCode(400)
                .body("error_code", equalTo("RESOURCE_ALREADY_EXISTS"));
        post("experiments/set-experiment-tag", "{\"experiment_id\": \"" + id + "\", \"key\": \"a\", \"value\": \"b\"}")
                .statusCode(200);
        post(
                        "experiments/search",
                        "{\"filter\": \"name LIKE '" + name.substring(0, 20)
                                + "%' AND tags.a = 'b'\", \"max_results\": 5}")
                .statusCode(200)
                .body("experiments.experiment_id", contains(id))
                .body("experiments[0].tags", hasSize(2));
        post("experiments/delete-experiment-tag", "{\"experiment_id\": \"" + id + "\", \"key\": \"a\"}")
                .statusCode(200);
        post("experiments/delete-experiment-tag", "{\"experiment_id\": \"" + id + "\", \"key\": \"a\"}")
                .statusCode(404);
        post("experiments/update", "{\"experiment_id\": \"" + id + "\", \"new_name\": \"" + name + "-2\"}")
                .statusCode(200);
        get("experiments/get-by-name", "experiment_name", name + "-2").body("experiment.experiment_id", equalTo(id));
        post("experiments/delete", "{\"experiment_id\": \"" + id + "\"}").statusCode(200);
        get("experiments/get", "experiment_id", id).body("experiment.lifecycle_stage", equalTo("deleted"));
        post("runs/create", "{\"experiment_id\": \"" + id + "\"}")
                .statusCode(400)
                .body("message", containsString("'active' state"));
        post("experiments/restore", "{\"experiment_id\": \"" + id + "\"}").statusCode(200);
        run(id);
        // Pages.
        String token = post("experiments/search", "{\"max_results\": 1, \"order_by\": [\"name ASC\"]}")
                .body("experiments", hasSize(1))
                .extract()
                .path("next_page_token");
        post(
                        "experiments/search",
                        "{\"max_results\": 1, \"order_by\": [\"name ASC\"], \"page_token\": \"" + token + "\"}")
                .body("experiments", hasSize(1));
        // The address that clients print leads to the runs of the experiment.
        given().queryParam("experiment", id).get("/api/v1/runs").then().body("total", equalTo(1));
    }

    @Test
    void runsAreSearchedInMlflowsLanguageAndInOurs() {
        String experiment = experiment();
        List<String> runs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String run = run(experiment, pair("mlflow.runName", "run-" + i) + ", " + pair("fold name", "f" + i % 2));
            batch(
                    run,
                    metric("val/acc", i / 4.0, 1, 0) + ", " + metric("loss.min", i, 1, 0),
                    pair("lr", i == 3 ? "1e-1" : "0." + i) + "," + pair("net", "res" + i),
                    "");
            runs.add(run);
        }
        Map<String, List<Integer>> found = Map.ofEntries(
                Map.entry("metrics.`val/acc` > 0.3", List.of(2, 3)),
                Map.entry("metric.\\\"val/acc\\\" <= 0.25 AND params.net LIKE 'res%'", List.of(0, 1)),
                Map.entry("metrics.`loss.min` >= 3", List.of(3)),
                Map.entry("params.lr = '0.1'", List.of(1, 3)),
                Map.entry("params.lr in ('0.1')", List.of()),
                Map.entry("params.lr in (0.1, 0.2)", List.of(1, 2, 3)),
                Map.entry("param.net ILIKE 'RES1' or parameters.net in ('res3')", List.of(1, 3)),
                Map.entry(
                        "tags.`fold name` = 'f1' and not (tag.\\\"fold name\\\" = 'f1' and run_name = 'run-1')",
                        List.of(3)),
                Map.entry("attributes.run_id IN ('" + runs.get(0) + "', '" + runs.get(2) + "')", List.of(0, 2)),
                Map.entry("attribute.status = 'RUNNING' and start_time = 1764190000123", List.of(0, 1, 2, 3)),
                Map.entry("params.absent IS NULL and tags.`fold name` is not null", List.of(0, 1, 2, 3)),
                Map.entry("attributes.`Run name` != 'run-0'", List.of(1, 2, 3)),
                Map.entry("dataset.name = 'none'", List.of()));
        found.forEach((filter, which) -> post(
                        "runs/search",
                        "{\"experiment_ids\": [\"" + experiment + "\"], \"filter\": \"" + filter
                                + "\", \"order_by\": [\"metrics.`val/acc` ASC\"]}")
                .statusCode(200)
                .body("runs.info.run_id", equalTo(which.stream().map(runs::get).toList())));
        String body = "{\"experiment_ids\": [\"" + experiment
                + "\"], \"max_results\": 3, \"order_by\": [\"params.lr DESC\", \"attributes.run_name DESC\"]";
        String token = post("runs/search", body + "}")
                .body("runs.info.run_name", contains("run-2", "run-3", "run-1"))
                .extract()
                .path("next_page_token");
        post("runs/search", body + ", \"page_token\": \"" + token + "\"}")
                .body("runs.info.run_name", contains("run-0"))
                .body("next_page_token", nullValue());
        // The list of the page takes the same language.
        given().queryParam("filter", "metrics.`val/acc` > 0.3 and run_name = 'run-2' and attributes.status = 'RUNNING'")
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .body("items.id", hasItem(runs.get(2)));
    }

    @Test
    void historyComesInPages() {
        String run = run(experiment());
        batch(
                run,
                IntStream.range(0, 25)
                        .mapToObj(i -> metric("m", i, 1_000 + i, i))
                        .collect(Collectors.joining(",")),
                "",
                "");
        String token = get("metrics/get-history", "run_id", run, "metric_key", "m", "max_results", 10)
                .body("metrics.step", equalTo(IntStream.range(0, 10).boxed().toList()))
                .extract()
                .path("next_page_token");
        get("metrics/get-history", "run_id", run, "metric_key", "m", "max_results", 100, "page_token", token)
                .body("metrics.step", equalTo(IntStream.range(10, 25).boxed().toList()))
                .body("next_page_token", nullValue());
        given().queryParam("run_id", run, run(experiment()))
                .queryParam("metric_key", "m")
                .queryParam("max_results", 7)
                .get("/ajax-api/2.0/mlflow/metrics/get-history-bulk")
                .then()
                .statusCode(200)
                .body("metrics", hasSize(7))
                .body("metrics[0].run_id", equalTo(run));
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
    void dataSetsAreKeptAndSearched() {
        String experiment = experiment();
        String run = run(experiment);
        String input =
                "{\"run_id\": \"" + run + "\", \"datasets\": [{\"tags\": [" + pair("mlflow.data.context", "training")
                        + "], \"dataset\": {\"name\": \"birds\", \"digest\": \"abc123\", \"source_type\": \"local\", \"source\": \"{\\\"uri\\\": \\\"/d\\\"}\"}}]}";
        post("runs/log-inputs", input).statusCode(200);
        post("runs/log-inputs", input).statusCode(200);
        get("runs/get", "run_id", run)
                .body("run.inputs.dataset_inputs", hasSize(1))
                .body("run.inputs.dataset_inputs[0].dataset.digest", equalTo("abc123"))
                .body("run.inputs.dataset_inputs[0].tags[0].value", equalTo("training"));
        post(
                        "runs/search",
                        "{\"experiment_ids\": [\"" + experiment
                                + "\"], \"filter\": \"datasets.name = 'birds' AND dataset.context = 'training'\"}")
                .body("runs.info.run_id", contains(run));
    }

    @Test
    void aTokenServesAsAPasswordToo() {
        String basic = Base64.getEncoder()
                .encodeToString(("anybody:" + tokens.person()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        given().header("Authorization", "Basic " + basic)
                .get(API + "experiments/search")
                .then()
                .statusCode(200);
        String wrong =
                Base64.getEncoder().encodeToString("anybody:guess".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        given().header("Authorization", "Basic " + wrong)
                .get(API + "experiments/search")
                .then()
                .statusCode(401);
    }

    @Test
    void anExternalRunIsItsClientsAndOnlyCancelledByPeople() {
        String run = run(experiment());
        for (String command : List.of("pause", "resume", "retry")) {
            given().post("/api/v1/runs/" + run + "/" + command)
                    .then()
                    .statusCode(409)
                    .body("detail", containsString("external"));
        }
        given().post("/api/v1/runs/" + run + "/cancel").then().statusCode(200).body("state", equalTo("CANCELLED"));
        get("runs/get", "run_id", run).body("run.info.status", equalTo("KILLED"));
        post("runs/update", "{\"run_id\": \"" + run + "\", \"status\": \"RUNNING\"}")
                .body("run_info.status", equalTo("RUNNING"));
        post("runs/update", "{\"run_id\": \"" + run + "\", \"status\": \"FAILED\"}")
                .body("run_info.status", equalTo("FAILED"));
        given().get("/api/v1/runs/" + run).then().body("reason", equalTo("PROGRAM"));
    }

    @Test
    void aSilentRunIsLostOnlyIfItsOwnerWantsThatAndComesBackWhenItSpeaks() {
        String experiment = experiment();
        String kept = run(experiment);
        String lost = run(experiment, pair("runyard.lostAfter", "30m"));
        lab.sql(
                "update client_run set heard_at = now() - interval '1 day' where run_id in (?, ?)",
                UUID.fromString(kept),
                UUID.fromString(lost));
        silent.sweep();
        given().get("/api/v1/runs/" + kept)
                .then()
                .body("state", equalTo("RUNNING"))
                .body("heardAt", notNullValue());
        given().get("/api/v1/runs/" + lost)
                .then()
                .body("state", equalTo("FAILED"))
                .body("reason", equalTo("WORKER_LOST"))
                .body("message", containsString("1800 s"));
        batch(lost, metric("m", 1, 1, 0), "", "");
        given().get("/api/v1/runs/" + lost)
                .then()
                .body("state", equalTo("RUNNING"))
                .body("reason", nullValue());
        post("runs/set-tag", "{\"run_id\": \"" + lost + "\", \"key\": \"runyard.lostAfter\", \"value\": \"soon\"}")
                .statusCode(400)
                .body("message", containsString("30m"));
    }

    @Test
    void aProgramThatGoesOnFromAStepMeasuresEachStepOnce() {
        String run = run(experiment());
        batch(
                run,
                IntStream.range(0, 10)
                        .mapToObj(i -> metric("loss", i, 1_000 + i, i))
                        .collect(Collectors.joining(",")),
                "",
                "");
        post("runs/update", "{\"run_id\": \"" + run + "\", \"status\": \"FAILED\"}");
        post("runs/set-tag", "{\"run_id\": \"" + run + "\", \"key\": \"runyard.resumeStep\", \"value\": \"5\"}")
                .statusCode(200);
        batch(
                run,
                IntStream.range(6, 12)
                        .mapToObj(i -> metric("loss", 100 + i, 2_000 + i, i))
                        .collect(Collectors.joining(",")),
                "",
                "");
        get("metrics/get-history", "run_id", run, "metric_key", "loss", "max_results", 100)
                .body("metrics.step", equalTo(IntStream.range(0, 12).boxed().toList()))
                .body("metrics.value", equalTo(List.of(0f, 1f, 2f, 3f, 4f, 5f, 106f, 107f, 108f, 109f, 110f, 111f)));
        given().queryParam("key", "loss")
                .queryParam("ghosts", true)
                .get("/api/v1/runs/" + run + "/metrics/history")
                .then()
                .body("total", equalTo(12))
                .body("ghosts", hasSize(1))
                .body("ghosts[0].attempt", equalTo(1))
                .body("ghosts[0].total", equalTo(4));
        given().get("/api/v1/runs/" + run)
                .then()
                .body("state", equalTo("RUNNING"))
                .body("attempt", equalTo(2))
                .body("summary.loss.count", equalTo(12));
    }

    @Test
    void theProgramOfAQueuedRunIsInItsRunAndNowhereElse() {
        UUID managed = lab.run("RUNNING");
        String other = run(experiment());
        String bearer = lab.bearer(managed, 1);
        var as = given().header("Authorization", bearer).contentType("application/json");
        String experiment = as.queryParam("experiment_name", "whatever the script says")
                .get(API + "experiments/get-by-name")
                .then()
                .statusCode(200)
                .extract()
                .path("experiment.experiment_id");
        sent(bearer, "runs/create", "{\"experiment_id\": \"" + experiment + "\"}")
                .statusCode(200)
                .body("run.info.run_id", equalTo(managed.toString()));
        sent(
                        bearer,
                        "runs/log-batch",
                        "{\"run_id\": \"" + managed + "\", \"metrics\": [" + metric("m", 0.5, 1, 4) + "], \"params\": ["
                                + pair("lr", "3") + "]}")
                .statusCode(200);
        sent(bearer, "runs/update", "{\"run_id\": \"" + managed + "\", \"status\": \"FINISHED\"}")
                .statusCode(200)
                .body("run_info.status", equalTo("RUNNING"));
        sent(
                        bearer,
                        "runs/log-metric",
                        "{\"run_id\": \"" + other + "\", \"key\": \"m\", \"value\": 1, \"timestamp\": 1}")
                .statusCode(403)
                .body("error_code", equalTo("PERMISSION_DENIED"));
        given().header("Authorization", bearer)
                .queryParam("run_id", other)
                .get(API + "runs/get")
                .then()
                .statusCode(403);
        String child = sent(
                        bearer,
                        "runs/create",
                        "{\"experiment_id\": \"" + experiment + "\", \"tags\": ["
                                + pair("mlflow.parentRunId", managed.toString()) + "]}")
                .statusCode(200)
                .extract()
                .path("run.info.run_id");
        sent(
                        bearer,
                        "runs/log-metric",
                        "{\"run_id\": \"" + child + "\", \"key\": \"m\", \"value\": 1, \"timestamp\": 1}")
                .statusCode(200);
        // Whatever it looks for, it finds its run and those below it, though the experiment has others.
        UUID beside = lab.run("RUNNING");
        sent(bearer, "runs/search", "{\"experiment_ids\": [\"0\", \"" + experiment + "\"]}")
                .statusCode(200)
                .body("runs.info.run_id", containsInAnyOrder(managed.toString(), child));
        sent(bearer, "runs/search", "{\"filter\": \"attributes.run_id = '" + beside + "'\"}")
                .statusCode(200)
                .body("runs", empty());
        lab.attempt(managed, 2, "RUNNING");
        sent(
                        bearer,
                        "runs/log-metric",
                        "{\"run_id\": \"" + managed + "\", \"key\": \"m\", \"value\": 1, \"timestamp\": 1}")
                .statusCode(409);
        // A person does not write into it.
        post("runs/log-metric", "{\"run_id\": \"" + managed + "\", \"key\": \"m\", \"value\": 1, \"timestamp\": 1}")
                .statusCode(400)
                .body("error_code", equalTo("INVALID_STATE"));
        given().queryParam("key", "m")
                .get("/api/v1/runs/" + managed + "/metrics/history")
                .then()
                .body("points.attempt", contains(1))
                .body("points[0].value", equalTo(0.5f));
    }

    /** The token is with users' code, which may keep it. */
    @Test
    void aTokenServesNothingOnceItsAttemptIsOver() {
        UUID managed = lab.run("RUNNING");
        String bearer = lab.bearer(managed, 1);
        String made = "{\"tags\": [" + pair("mlflow.parentRunId", managed.toString()) + "]}";
        String child =
                sent(bearer, "runs/create", made).statusCode(200).extract().path("run.info.run_id");
        String point = "{\"run_id\": \"" + child + "\", \"key\": \"m\", \"value\": 1, \"timestamp\": 1}";
        String named = "{\"run_id\": \"" + child + "\", \"run_name\": \"n\"}";
        given().header("Authorization", bearer)
                .header("X-Runyard-User", "alice")
                .contentType("application/json")
                .body("{\"run_id\": \"" + child + "\", \"status\": \"FINISHED\"}")
                .post(API + "runs/update")
                .then()
                .statusCode(200);
        assertThat(lab.column("select who from event where run_id = ?", UUID.fromString(child)))
                .as("nobody else's name")
                .doesNotContain("alice");
        lab.sql("update run set state = 'FINISHED', ended_at = now() where id = ?", managed);
        sent(bearer, "runs/log-metric", point).statusCode(409);
        sent(bearer, "runs/update", named).statusCode(409);
        sent(bearer, "runs/create", made).statusCode(409);
        sent(bearer, "runs/search", "{}").statusCode(409);
        given().header("Authorization", bearer)
                .queryParam("run_id", child)
                .get(API + "runs/get")
                .then()
                .statusCode(409);
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

    private static ValidatableResponse sent(String bearer, String path, String body) {
        return given().header("Authorization", bearer)
                .contentType("application/json")
                .body(body)
                .post(API + path)
                .then();
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
