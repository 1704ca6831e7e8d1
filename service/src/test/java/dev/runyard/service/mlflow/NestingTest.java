package dev.runyard.service.mlflow;

import static dev.runyard.service.mlflow.MlflowCalls.experiment;
import static dev.runyard.service.mlflow.MlflowCalls.pair;
import static dev.runyard.service.mlflow.MlflowCalls.post;
import static dev.runyard.service.mlflow.MlflowCalls.run;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs below others, as MLflow's clients nest them. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
class NestingTest {
    @Test
    void aRunKnowsTheOneThatItIsBelowAndHowManyAreBelowIt() {
        String experiment = experiment();
        String parent = run(experiment);
        String child = run(experiment, pair("mlflow.parentRunId", parent));
        String other = run(experiment, pair("mlflow.parentRunId", parent));
        String stray = run(experiment, pair("mlflow.parentRunId", "what I was told"));
        shown(parent).body("children", equalTo(2)).body("parent", nullValue());
        shown(child).body("children", equalTo(0)).body("parent", equalTo(parent));
        shown(stray).body("parent", nullValue());
        listed("parent = '" + parent + "'").body("items.id", containsInAnyOrder(child, other));
        listed("parent is null and id in ('" + String.join("', '", List.of(parent, child, other)) + "')")
                .body("items.id", contains(parent))
                .body("items.children", contains(2));
        // Put below another by its client; and the other is deleted.
        post(
                        "runs/set-tag",
                        "{\"run_id\": \"" + other + "\", \"key\": \"mlflow.parentRunId\", \"value\": \"" + child
                                + "\"}")
                .statusCode(200);
        shown(parent).body("children", equalTo(1));
        post("runs/delete", "{\"run_id\": \"" + child + "\"}").statusCode(200);
        shown(parent).body("children", equalTo(0));
        listed("parent = '" + child + "'").body("items.id", contains(other));
    }

    private static ValidatableResponse shown(String run) {
        return given().get("/api/v1/runs/" + run).then().statusCode(200);
    }

    private static ValidatableResponse listed(String filter) {
        return given().queryParam("filter", filter).get("/api/v1/runs").then().statusCode(200);
    }
}
