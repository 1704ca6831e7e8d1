package dev.runyard.service.run.desk;

import static dev.runyard.service.run.desk.DeskCalls.end;
import static dev.runyard.service.run.desk.DeskCalls.names;
import static dev.runyard.service.run.desk.DeskCalls.queue;
import static dev.runyard.service.run.desk.DeskCalls.send;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Sweeps and experiments put away, thrown away, fetched back with what is in them, and what came of them. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class SweepDeskTest {
    @Inject
    Statements statements;

    @Test
    void aSweepIsMovedAndThrownAwayWithItsRunsAndSaysWhatBecameOfIt() {
        String sweep = send(
                        "POST",
                        "/sweeps",
                        "{\"experiment\": \"desk-sweep\", \"base\": {\"dataset\": {\"id\": \"shapes\"}}, \"seeds\": [0, 1]}")
                .statusCode(201)
                .body("outcome", equalTo("running"))
                .extract()
                .path("id");
        send("PATCH", "/sweeps/" + sweep, "{\"name\": \"mine\", \"experiment\": \"desk-sweep-2\", \"priority\": 3}")
                .statusCode(200)
                .body("name", equalTo("mine"))
                .body("experiment", equalTo("desk-sweep-2"));
        JsonPath runs = given().queryParam("sweep", sweep)
                .get("/api/v1/runs")
                .then()
                .extract()
                .jsonPath();
        assertThat(runs.getList("items.experiment", String.class)).containsOnly("desk-sweep-2");
        assertThat(runs.getList("items.priority", Integer.class)).containsOnly(3);
        send("PATCH", "/runs/" + runs.getString("items[0].id"), "{\"experiment\": \"elsewhere\"}")
                .statusCode(409)
                .body("detail", containsString("move the sweep"));
        send("DELETE", "/sweeps/" + sweep, "").statusCode(409).body("code", equalTo("IN_USE"));
        send("POST", "/sweeps/" + sweep + "/cancel", "").statusCode(200);
        end(statements, UUID.fromString(runs.getString("items[0].id")), "FAILED");
        given().get("/api/v1/sweeps/" + sweep)
                .then()
                .body("outcome", equalTo("cancelled"))
                .body("failures", equalTo(Map.of("INTERNAL", 1)));
        String first = "/runs/" + runs.getString("items[0].id");
        send("PATCH", first, "{\"pinned\": true}").statusCode(200);
        send("DELETE", "/sweeps/" + sweep, "").statusCode(409).body("code", equalTo("PINNED"));
        given().queryParam("sweep", sweep).get("/api/v1/runs").then().body("items", hasSize(2));
        send("PATCH", "/sweeps/" + sweep, "{\"pinned\": true}").statusCode(422).body("field", equalTo("pinned"));
        send("PATCH", first, "{\"pinned\": false}").statusCode(200);
        send("DELETE", "/sweeps/" + sweep, "").statusCode(200).body("deletedAt", notNullValue());
        given().queryParam("sweep", sweep).get("/api/v1/runs").then().body("items", hasSize(0));
        given().queryParam("experiment", "desk-sweep-2")
                .get("/api/v1/sweeps")
                .then()
                .body("items", hasSize(0));
        send("POST", "/sweeps/" + sweep + "/restore", "").statusCode(200);
        given().queryParam("sweep", sweep).get("/api/v1/runs").then().body("items", hasSize(2));
        send("PUT", "/sweeps/" + sweep + "/note", "{\"text\": \"n\"}").statusCode(200);
        given().get("/api/v1/sweeps/" + sweep).then().body("hasNote", equalTo(true));
    }

    @Test
    void anExperimentIsRenamedAndThrownAwayWithWhatIsInIt() {
        UUID run = queue("desk-exp", "a");
        queue("desk-exp-taken", "b");
        send("PATCH", "/experiments/desk-exp", "{\"name\": \"desk-exp-taken\"}")
                .statusCode(409)
                .body("code", equalTo("NAME_TAKEN"));
        send(
                        "PATCH",
                        "/experiments/desk-exp",
                        "{\"name\": \"desk-exp-new\", \"starred\": true, \"tags\": {\"k\": \"v\"}}")
                .statusCode(200)
                .body("starred", equalTo(true))
                .body("tags.k", equalTo("v"));
        given().get("/api/v1/experiments/desk-exp").then().statusCode(404);
        assertThat(names("desk-exp-new")).containsExactly("a");
        send("DELETE", "/experiments/desk-exp-new", "").statusCode(409);
        end(statements, run, "FINISHED");
        send("DELETE", "/experiments/desk-exp-new", "").statusCode(200);
        assertThat(names("desk-exp-new")).isEmpty();
        given().get("/api/v1/experiments").then().body("find { it.name == 'desk-exp-new' }", nullValue());
        send("POST", "/experiments/desk-exp-new/restore", "").statusCode(200);
        assertThat(names("desk-exp-new")).containsExactly("a");
        send("PUT", "/experiments/desk-exp-new/note", "{\"text\": \"n\"}").statusCode(200);
    }

    @Test
    void aSweepLeavesItsDeletedRunsAloneAndTakesNoActionWhileItIsDeleted() {
        String sweep = send(
                        "POST",
                        "/sweeps",
                        "{\"experiment\": \"desk-deleted-sweep\", \"base\": {\"dataset\": {\"id\": \"shapes\"}}, \"seeds\": [0, 1]}")
                .statusCode(201)
                .extract()
                .path("id");
        send("POST", "/sweeps/" + sweep + "/cancel", "").statusCode(200);
        List<String> runs = given().queryParam("sweep", sweep)
                .queryParam("sort", "index")
                .get("/api/v1/runs")
                .then()
                .extract()
                .path("items.id");
        send("DELETE", "/runs/" + runs.get(0), "").statusCode(200);
        send("POST", "/sweeps/" + sweep + "/retry", "").statusCode(200);
        given().get("/api/v1/runs/" + runs.get(0)).then().body("state", equalTo("CANCELLED"));
        given().get("/api/v1/runs/" + runs.get(1)).then().body("state", equalTo("QUEUED"));
        send("POST", "/sweeps/" + sweep + "/cancel", "").statusCode(200);
        send("DELETE", "/sweeps/" + sweep, "").statusCode(200);
        for (String action : List.of("pause", "resume", "cancel", "retry", "stop")) {
            send("POST", "/sweeps/" + sweep + "/" + action, "")
                    .statusCode(409)
                    .body("code", equalTo("ILLEGAL_TRANSITION"))
                    .body("detail", containsString("it is deleted; restore it first"));
        }
        given().get("/api/v1/runs/" + runs.get(1)).then().body("state", equalTo("CANCELLED"));
    }

    @Test
    void nothingGoesIntoAnExperimentThatIsDeleted() {
        UUID run = queue("desk-gone", "a");
        end(statements, run, "FINISHED");
        UUID other = queue("desk-there", "b");
        send("DELETE", "/experiments/desk-gone", "").statusCode(200);
        String there = "{\"experiment\": \"desk-gone\", %s: {\"dataset\": {\"id\": \"shapes\"}}}";
        for (ValidatableResponse refused : List.of(
                send("POST", "/runs", there.formatted("\"spec\"")),
                send("POST", "/sweeps", there.formatted("\"seeds\": [0], \"base\"")),
                send("PATCH", "/runs/" + other, "{\"experiment\": \"desk-gone\"}"))) {
            refused.statusCode(409)
                    .body("code", equalTo("DELETED"))
                    .body("field", equalTo("experiment"))
                    .body("remedy", containsString("restore it"));
        }
        assertThat(names("desk-gone", "deleted", "only")).containsExactly("a");
        assertThat(names("desk-there")).containsExactly("b");
        send("POST", "/experiments/desk-gone/restore", "").statusCode(200);
        queue("desk-gone", "c");
        assertThat(names("desk-gone")).containsExactly("a", "c");
    }

    @Test
    void theOutcomeOfASweepIsThatOfItsRuns() {
        queue("desk-outcome", "x");
        for (Object[] known :
                new Object[][] {{"FINISHED", "complete"}, {"FAILED", "failed"}, {"CANCELLED", "cancelled"}}) {
            UUID sweep = UUID.randomUUID();
            statements.change(
                    "insert into sweep (id, project_id, experiment_id, name, state, spec, total, created, parallel, priority, created_by)"
                            + " select ?, project_id, id, 's', 'FINISHED', '{}', 1, 1, 1, 0, 't' from experiment where name = 'desk-outcome'",
                    sweep);
            statements.change(
                    "insert into run (id, project_id, experiment_id, sweep_id, sweep_index, name, state, reason, ended_at, spec, spec_hash,"
                            + " created_by, epochs) select gen_random_uuid(), project_id, experiment_id, id, 0, 'r', ?,"
                            + " case when ? = 'FAILED' then 'DATA' end, now(), '{}', '', 't', 1 from sweep where id = ?",
                    known[0],
                    known[0],
                    sweep);
            given().get("/api/v1/sweeps/" + sweep).then().body("outcome", equalTo(known[1]));
        }
    }
}
