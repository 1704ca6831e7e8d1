package dev.runyard.service.mlflow;

import static dev.runyard.service.mlflow.MlflowCalls.batch;
import static dev.runyard.service.mlflow.MlflowCalls.experiment;
import static dev.runyard.service.mlflow.MlflowCalls.get;
import static dev.runyard.service.mlflow.MlflowCalls.metric;
import static dev.runyard.service.mlflow.MlflowCalls.pair;
import static dev.runyard.service.mlflow.MlflowCalls.post;
import static dev.runyard.service.mlflow.MlflowCalls.run;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
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
}
