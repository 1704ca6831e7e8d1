package dev.runyard.service.mlflow;

import static dev.runyard.service.mlflow.MlflowCalls.API;
import static dev.runyard.service.mlflow.MlflowCalls.experiment;
import static dev.runyard.service.mlflow.MlflowCalls.get;
import static dev.runyard.service.mlflow.MlflowCalls.pair;
import static dev.runyard.service.mlflow.MlflowCalls.post;
import static dev.runyard.service.mlflow.MlflowCalls.run;
import static dev.runyard.service.mlflow.MlflowCalls.sent;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;

import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Models as clients of MLflow 3 and 2 log them. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MlflowModelsTest {
    @Inject
    Lab lab;

    @Test
    void aModelIsLoggedCompletedFoundAndIsItsRunsFiles() {
        String experiment = experiment();
        String run = run(experiment);
        String id = post(
                        "logged-models",
                        "{\"experiment_id\": \"" + experiment
                                + "\", \"name\": \"net\", \"model_type\": \"torch\", \"source_run_id\": \""
                                + run + "\", \"params\": [" + pair("depth", "18") + "], \"tags\": ["
                                + pair("team", "vision")
                                + "]}")
                .statusCode(200)
                .body("model.info.model_id", startsWith("m-"))
                .body("model.info.status", equalTo("LOGGED_MODEL_PENDING"))
                .body("model.info.source_run_id", equalTo(run))
                .extract()
                .path("model.info.model_id");
        String uri = get("logged-models/" + id).extract().path("model.info.artifact_uri");
        String place = uri.replace("mlflow-artifacts:/", "/api/2.0/mlflow-artifacts/artifacts/") + "/MLmodel";
        given().contentType("application/octet-stream")
                .body("flavors: {}".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .put(place)
                .then()
                .statusCode(200);
        given().contentType("application/json")
                .body("{\"model_id\": \"" + id + "\", \"status\": \"LOGGED_MODEL_READY\"}")
                .patch(API + "logged-models/" + id)
                .then()
                .statusCode(200)
                .body("model.info.status", equalTo("LOGGED_MODEL_READY"));
        given().contentType("application/json")
                .body("{\"tags\": [" + pair("stage", "good") + "]}")
                .patch(API + "logged-models/" + id + "/tags")
                .then()
                .statusCode(200);
        post(
                        "logged-models/" + id + "/params",
                        "{\"params\": [" + pair("width", "64") + "," + pair("depth", "0") + "]}")
                .statusCode(200);
        post("runs/outputs", "{\"run_id\": \"" + run + "\", \"models\": [{\"model_id\": \"" + id + "\", \"step\": 7}]}")
                .statusCode(200);
        get("logged-models/" + id)
                .body("model.info.tags.key", contains("stage", "team"))
                .body("model.data.params.value", contains("18", "64"));
        get("runs/get", "run_id", run)
                .body("run.outputs.model_outputs.model_id", contains(id))
                .body("run.outputs.model_outputs.step", contains(7));
        get("logged-models/" + id + "/artifacts/directories")
                .body("root_uri", equalTo(uri))
                .body("files.path", contains("MLmodel"))
                .body("files[0].file_size", equalTo(11));
        get("logged-models/" + id + "/artifacts/directories", "artifact_directory_path", "../..")
                .statusCode(400)
                .body("message", equalTo("Invalid path"));
        get("logged-models/" + id + "/artifacts/directories", "artifact_directory_path", "none")
                .statusCode(200)
                .body("files", hasSize(0));
        get("artifacts/list", "run_id", run, "path", "models/" + id)
                .body("files.path", contains("models/" + id + "/MLmodel"));
        post("logged-models/search", "{\"experiment_ids\": [\"" + experiment + "\"]}")
                .body("models.info.model_id", contains(id));
        post(
                        "logged-models/search",
                        "{\"experiment_ids\": [\"" + experiment
                                + "\"], \"filter\": \"name = 'net' AND source_run_id = '" + run + "'\"}")
                .body("models", hasSize(1));
        post("logged-models/search", "{\"experiment_ids\": [\"" + experiment + "\"], \"filter\": \"name = 'other'\"}")
                .body("models", empty());
        post("logged-models/search", "{\"experiment_ids\": [\"" + experiment + "\"], \"filter\": \"metrics.a > 1\"}")
                .statusCode(400)
                .body("message", containsString("source_run_id"));
        given().delete(API + "logged-models/" + id + "/tags/stage").then().statusCode(200);
        given().delete(API + "logged-models/" + id + "/tags/stage").then().statusCode(404);
        given().delete(API + "logged-models/" + id).then().statusCode(200);
        get("logged-models/" + id).statusCode(404).body("error_code", equalTo("RESOURCE_DOES_NOT_EXIST"));
        get("runs/get", "run_id", run).body("run.outputs.model_outputs", empty());
    }

    @Test
    void whatIsNoModelOrNobodysIsRefused() {
        post("logged-models", "{\"name\": \"net\"}").statusCode(400).body("message", containsString("source_run_id"));
        post("logged-models", "{\"source_run_id\": \"" + UUID.randomUUID() + "\"}")
                .statusCode(404);
        String run = run(experiment());
        String id = post("logged-models", "{\"source_run_id\": \"" + run + "\"}")
                .statusCode(200)
                .extract()
                .path("model.info.model_id");
        given().contentType("application/json")
                .body("{\"status\": \"BEST\"}")
                .patch(API + "logged-models/" + id)
                .then()
                .statusCode(400);
        // The program of a queued run logs models of its own run, and of nobody else's.
        UUID managed = lab.run("RUNNING");
        String bearer = lab.bearer(managed, 1);
        sent(bearer, "logged-models", "{\"source_run_id\": \"" + managed + "\"}")
                .statusCode(200);
        sent(bearer, "logged-models", "{\"source_run_id\": \"" + run + "\"}").statusCode(403);
        given().header("Authorization", bearer)
                .get(API + "logged-models/" + id)
                .then()
                .statusCode(403);
        given().header("Authorization", bearer)
                .delete(API + "logged-models/" + id)
                .then()
                .statusCode(403);
    }

    @Test
    void clientsOfMlflow2SayItInATag() {
        String run = run(experiment());
        for (String path : new String[] {"one", "two"}) {
            post(
                            "runs/log-model",
                            "{\"run_id\": \"" + run + "\", \"model_json\": \"{\\\"artifact_path\\\": \\\"" + path
                                    + "\\\"}\"}")
                    .statusCode(200);
        }
        get("runs/get", "run_id", run)
                .body(
                        "run.data.tags.find { it.key == 'mlflow.log-model.history' }.value",
                        equalTo("[{\"artifact_path\":\"one\"},{\"artifact_path\":\"two\"}]"));
        post("runs/log-model", "{\"run_id\": \"" + run + "\", \"model_json\": \"{}\"}")
                .statusCode(400);
    }
}
