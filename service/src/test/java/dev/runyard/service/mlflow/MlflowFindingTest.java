package dev.runyard.service.mlflow;

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
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Experiments, runs, data sets and histories as MLflow's clients look for them. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MlflowFindingTest {
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
        // Pages, of at least two.
        experiment();
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

    /** As MLflow's own tests have it: what was made last is first, and the default one has the name that clients know. */
    @Test
    void experimentsComeByTheirMakingAndByTheirNames() {
        post("experiments/search", "{}").statusCode(200);
        List<String> made = new ArrayList<>();
        String tag = UUID.randomUUID().toString();
        for (String name : List.of("Abc", "Zed", "abc")) {
            made.add(post(
                            "experiments/create",
                            "{\"name\": \"" + name + tag + "\", \"tags\": [" + pair("of", tag) + "]}")
                    .statusCode(200)
                    .extract()
                    .path("experiment_id"));
        }
        post(
                        "experiments/set-experiment-tag",
                        "{\"experiment_id\": \"" + made.get(0) + "\", \"key\": \"later\", \"value\": \"\"}")
                .statusCode(200);
        String mine = "\"filter\": \"tags.of = '" + tag + "' OR name = 'Default'\"";
        post("experiments/search", "{" + mine + "}")
                .body("experiments.name", contains("abc" + tag, "Zed" + tag, "Abc" + tag, "Default"))
                .body("experiments[3].experiment_id", equalTo("0"));
        post("experiments/search", "{" + mine + ", \"order_by\": [\"name DESC\"]}")
                .body("experiments.name", contains("abc" + tag, "Zed" + tag, "Default", "Abc" + tag));
        post("experiments/search", "{\"filter\": \"experiment_id = '0'\"}")
                .body("experiments.name", contains("Default"));
        post("experiments/search", "{\"filter\": \"name = 'default'\"}")
                .body("experiments.experiment_id", not(hasItem("0")));
    }

    @Test
    void whatIsMissingOrNoTextIsToldInMlflowsWords() throws Exception {
        refused(
                post("experiments/create", "{\"name\": \"n\", \"artifact_location\": 9.0}"),
                "Invalid value 9.0 for parameter 'artifact_location'");
        refused(get("runs/get"), "Missing value for required parameter 'run_id'");
        refused(post("runs/log-metric", "{\"run_id\": null}"), "Missing value for required parameter 'run_id'");
        refused(
                get("metrics/get-history-bulk", "metric_key", "k"),
                "GetMetricHistoryBulk request must specify at least one run_id");
        refused(
                get("metrics/get-history-bulk", "run_id", Collections.nCopies(101, "123"), "metric_key", "k"),
                "GetMetricHistoryBulk request cannot specify more than");
        refused(
                get("metrics/get-history-bulk", "run_id", "123"),
                "GetMetricHistoryBulk request must specify a metric_key");
        // As MLflow's test asks for it, with a slash too many; there is no registry.
        HttpResponse<String> doubled = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + RestAssured.port
                                        + "//model-versions/get-artifact?name=model&version=1&path=../path"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(doubled.statusCode()).isEqualTo(400);
        assertThat(doubled.body())
                .isEqualTo("{\"error_code\":\"INVALID_PARAMETER_VALUE\",\"message\":\"Invalid path\"}");
        given().queryParam("path", "x")
                .get("/model-versions/get-artifact")
                .then()
                .statusCode(404)
                .body("error_code", equalTo("ENDPOINT_NOT_FOUND"));
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
    void dataSetsOfExperimentsAreListed() {
        String experiment = experiment();
        for (String context : new String[] {"train", "eval", "train"}) {
            post(
                            "runs/log-inputs",
                            "{\"run_id\": \"" + run(experiment) + "\", \"datasets\": [{\"tags\": ["
                                    + pair("mlflow.data.context", context)
                                    + "], \"dataset\": {\"name\": \"birds\", \"digest\": \"abc\", \"source_type\": \"local\", \"source\": \"{}\"}}]}")
                    .statusCode(200);
        }
        post("experiments/search-datasets", "{\"experiment_ids\": [\"" + experiment + "\", \"" + experiment() + "\"]}")
                .statusCode(200)
                .body("dataset_summaries.context", contains("eval", "train"))
                .body("dataset_summaries.experiment_id", contains(experiment, experiment))
                .body("dataset_summaries[0].digest", equalTo("abc"));
        refused(post("experiments/search-datasets", "{}"), "must specify at least one experiment_id.");
        refused(post("experiments/search-datasets", "{\"experiment_ids\": []}"), "must specify at least one");
        String many = IntStream.range(0, 21).mapToObj(i -> "\"id_" + i + "\"").collect(Collectors.joining(","));
        refused(
                post("experiments/search-datasets", "{\"experiment_ids\": [" + many + "]}"),
                "SearchDatasets request cannot specify more than");
    }

    /** As MLflow's own tests have it. */
    @Test
    void curvesOfSeveralRunsAreThinnedByTheirSteps() {
        String experiment = experiment();
        String one = curve(experiment, 0);
        String other = curve(experiment, 10);
        thinned(one)
                .body("metrics.step", equalTo(List.of(0, 2, 4, 6, 8, 9)))
                .body(
                        "metrics[1]",
                        equalTo(Map.of("key", "loss", "run_id", one, "value", 2.0f, "timestamp", 1_002, "step", 2)));
        thinned(one, "start_step", 0, "end_step", 4).body("metrics.step", equalTo(List.of(0, 1, 2, 3, 4)));
        thinned(other, "start_step", 0, "end_step", 4).body("metrics", hasSize(0));
        thinned(List.of(one, other))
                .body("metrics.findAll { it.run_id == '" + one + "' }.step", equalTo(List.of(0, 4, 8, 9)))
                .body("metrics.findAll { it.run_id == '" + other + "' }.step", equalTo(List.of(10, 12, 16, 19)));
        String without = run(experiment);
        batch(
                without,
                IntStream.range(0, 30)
                        .mapToObj(i -> metric("loss", i, 1_000 + i, 0))
                        .collect(Collectors.joining(",")),
                "",
                "");
        thinned(without).body("metrics", hasSize(7));
        String thrice = run(experiment);
        batch(
                thrice,
                IntStream.range(0, 30)
                        .mapToObj(i -> metric("loss", i, 1_000 + i, i / 3))
                        .collect(Collectors.joining(",")),
                "",
                "");
        thinned(thrice).body("metrics", hasSize(7)).body("metrics.step.unique()", equalTo(List.of(0, 2, 4, 6, 8, 9)));
        thinned(List.of(one, one)).body("metrics", hasSize(6));
        String at = "metrics/get-history-bulk-interval";
        refused(get(at, "metric_key", "key"), "Missing value for required parameter 'run_ids'.");
        refused(get(at, "run_ids", "123", "metric_key", ""), "Missing value for required parameter 'metric_key'");
        refused(get(at, "run_ids", "123"), "Missing value for required parameter 'metric_key'");
        refused(get(at, "run_ids", "123", "metric_key", "key", "max_results", 0), "must be between 1 and 2500");
        refused(get(at, "run_ids", "123", "metric_key", "key", "max_results", 2_501), "must be between 1 and 2500");
        refused(
                get(at, "run_ids", "123", "metric_key", "key", "start_step", 1, "end_step", 0),
                "end_step must be greater than start_step. ");
        refused(
                get(at, "run_ids", "123", "metric_key", "key", "start_step", 1),
                "If either start step or end step are specified, both must be specified.");
        refused(
                get(at, "run_ids", Collections.nCopies(101, "123"), "metric_key", "key"),
                "GetMetricHistoryBulkInterval request must specify at most 100 run_ids.");
        get(at, "run_ids", UUID.randomUUID(), "metric_key", "key").statusCode(404);
    }

    @Test
    void filesComeAndGoBesideTheFileProxy() {
        String run = run(experiment());
        byte[] file = "sent by the page".getBytes(StandardCharsets.UTF_8);
        given().queryParam("run_uuid", run)
                .queryParam("path", "plots/a b.txt")
                .contentType("text/plain")
                .body(file)
                .post("/ajax-api/2.0/mlflow/upload-artifact")
                .then()
                .statusCode(200);
        for (String name : new String[] {"run_id", "run_uuid"}) {
            assertThat(given().queryParam(name, run)
                            .queryParam("path", "plots/a b.txt")
                            .get("/get-artifact")
                            .then()
                            .statusCode(200)
                            .header("Content-Disposition", "attachment; filename*=UTF-8''a%20b.txt")
                            .header("Cache-Control", "no-store")
                            .extract()
                            .asByteArray())
                    .isEqualTo(file);
        }
        String at = "upload-artifact";
        refused(post(at, ""), "Request must specify run_uuid.");
        refused(post(at + "?run_uuid=" + run, ""), "Request must specify path.");
        refused(post(at + "?run_uuid=" + run + "&path=", ""), "Request must specify path.");
        refused(post(at + "?run_uuid=" + run + "&path=../test.txt", "x"), "Invalid path");
        refused(post(at + "?run_uuid=" + run + "&path=test.txt", ""), "Request must specify data.");
        refused(
                post(at + "?run_uuid=" + run + "&path=test.txt", "x".repeat((10 << 20) + 1)),
                "Artifact size is too large. Max size is 10MB.");
        post(at + "?run_uuid=" + UUID.randomUUID() + "&path=test.txt", "x").statusCode(404);
        given().queryParam("run_id", run)
                .queryParam("path", "plots/none.txt")
                .get("/get-artifact")
                .then()
                .statusCode(404)
                .body("error_code", equalTo("RESOURCE_DOES_NOT_EXIST"));
        given().queryParam("run_id", run)
                .queryParam("path", "../secret")
                .get("/get-artifact")
                .then()
                .statusCode(400)
                .body("message", equalTo("Invalid path"));
    }

    /** Of ten points. */
    private static String curve(String experiment, int from) {
        String run = run(experiment);
        batch(
                run,
                IntStream.range(from, from + 10)
                        .mapToObj(i -> metric("loss", i, 1_000 + i, i))
                        .collect(Collectors.joining(",")),
                "",
                "");
        return run;
    }

    private static ValidatableResponse thinned(Object runs, Object... more) {
        List<Object> query = new ArrayList<>(List.of("run_ids", runs, "metric_key", "loss", "max_results", 5));
        query.addAll(List.of(more));
        return get("metrics/get-history-bulk-interval", query.toArray()).statusCode(200);
    }

    private static void refused(ValidatableResponse answer, String words) {
        answer.statusCode(400)
                .body("error_code", equalTo("INVALID_PARAMETER_VALUE"))
                .body("message", containsString(words));
    }
}
