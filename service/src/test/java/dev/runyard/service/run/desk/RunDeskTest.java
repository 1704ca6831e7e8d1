package dev.runyard.service.run.desk;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Names, tags, stars, notes; put away, thrown away, fetched back; one run or many. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class RunDeskTest {
    @Inject
    Statements statements;

    private static UUID queue(String experiment, String name) {
        return UUID.fromString(given().contentType(ContentType.JSON)
                .body("{\"experiment\": \"%s\", \"name\": \"%s\", \"spec\": {\"dataset\": {\"id\": \"shapes\"}}}"
                        .formatted(experiment, name))
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .extract()
                .path("id"));
    }

    private void end(UUID run, String state) {
        statements.change(
                "update run set state = ?, ended_at = now(), reason = case when ? = 'FAILED' then 'INTERNAL' end where id = ?",
                state,
                state,
                run);
    }

    private static ValidatableResponse send(String method, String path, String body) {
        return given().contentType(ContentType.JSON)
                .header("X-Runyard-User", "ada")
                .body(body)
                .request(method, "/api/v1" + path)
                .then();
    }

    private static List<String> names(String experiment, String... query) {
        var request = given().queryParam("experiment", experiment).queryParam("sort", "name");
        for (int i = 0; i < query.length; i += 2) {
            request = request.queryParam(query[i], query[i + 1]);
        }
        return request.get("/api/v1/runs").then().statusCode(200).extract().path("items.name");
    }

    @Test
    void everyChangeIsShownAndTold() {
        String e = "desk-change";
        UUID id = queue(e, "a");
        send(
                        "PATCH",
                        "/runs/" + id,
                        "{\"name\": \"renamed\", \"tags\": {\"paper\": \"fig 1\", \"n\": 3}, \"starred\": true, \"priority\": 7}")
                .statusCode(200)
                .body("name", equalTo("renamed"))
                .body("tags", equalTo(Map.of("paper", "fig 1", "n", "3")))
                .body("starred", equalTo(true))
                .body("priority", equalTo(7))
                .body("hasNote", equalTo(false));
        send("PATCH", "/runs/" + id, "{\"tags\": {\"n\": null, \"why\": \"x\"}, \"starred\": true}")
                .body("tags", equalTo(Map.of("paper", "fig 1", "why", "x")));
        JsonPath events =
                given().get("/api/v1/runs/" + id + "/events").then().extract().jsonPath();
        assertThat(events.getList("kind", String.class))
                .containsExactly("queue", "rename", "tag", "star", "prioritise", "tag");
        assertThat(events.getString("[1].from")).isEqualTo("a");
        assertThat(events.getString("[1].to")).isEqualTo("renamed");
        assertThat(events.getString("[1].who")).isEqualTo("ada");
        queue(e, "b");
        assertThat(names(e, "filter", "tags.paper = 'fig 1'")).containsExactly("renamed");
        assertThat(names(e, "filter", "tags.paper is null")).containsExactly("b");
        assertThat(names(e, "filter", "tags.paper ~ FIG and starred = true")).containsExactly("renamed");
        assertThat(names(e, "filter", "starred = false")).containsExactly("b");
        assertThat(names(e, "filter", "id in ('" + id + "', '" + UUID.randomUUID() + "')"))
                .containsExactly("renamed");
        given().queryParam("experiment", e)
                .queryParam("by", "tags.paper", "starred")
                .queryParam("sort", "-tags.paper")
                .get("/api/v1/runs/groups")
                .then()
                .statusCode(200)
                .body("items[0].by.'tags.paper'", equalTo("fig 1"))
                .body("items[0].by.starred", equalTo(true))
                .body("items[1].by.'tags.paper'", nullValue());
        given().queryParam("experiment", e)
                .get("/api/v1/keys")
                .then()
                .body("tags.key", equalTo(List.of("paper", "why")));
        send("PATCH", "/runs/" + id, "{\"experiment\": \"desk-moved\"}")
                .statusCode(200)
                .body("experiment", equalTo("desk-moved"));
        assertThat(names(e)).containsExactly("b");
    }

    @Test
    void notesKeepTheirHistory() {
        UUID id = queue("desk-note", "a");
        send("PUT", "/runs/" + id + "/note", "{\"text\": \"# one\"}").statusCode(200);
        send("PUT", "/runs/" + id + "/note", "{\"text\": \"# one\"}").body("history", hasSize(1));
        send("PUT", "/runs/" + id + "/note", "{\"text\": \"# two\"}")
                .body("text", equalTo("# two"))
                .body("history.text", equalTo(List.of("# two", "# one")))
                .body("history[0].who", equalTo("ada"))
                .body("history[0].when", notNullValue());
        given().get("/api/v1/runs/" + id).then().body("hasNote", equalTo(true));
        send("PUT", "/runs/" + id + "/note", "{\"text\": \"\"}").statusCode(200);
        given().get("/api/v1/runs/" + id).then().body("hasNote", equalTo(false));
        send("PUT", "/runs/" + id + "/note", "{\"text\": \"" + "x".repeat(65_537) + "\"}")
                .statusCode(413);
        send("PUT", "/runs/" + UUID.randomUUID() + "/note", "{\"text\": \"x\"}").statusCode(404);
    }

    @Test
    void whatIsPutAwayOrThrownAwayIsSeenOnlyWhenAskedFor() {
        String e = "desk-away";
        UUID kept = queue(e, "kept");
        UUID archived = queue(e, "archived");
        UUID deleted = queue(e, "deleted");
        send("PATCH", "/runs/" + archived, "{\"archived\": true}").statusCode(200);
        send("DELETE", "/runs/" + deleted, "").statusCode(409).body("detail", containsString("cancel it first"));
        end(deleted, "FAILED");
        send("DELETE", "/runs/" + deleted, "").statusCode(200).body("deletedAt", notNullValue());
        assertThat(names(e)).containsExactly("kept");
        assertThat(names(e, "archived", "true")).containsExactly("archived", "kept");
        assertThat(names(e, "archived", "only")).containsExactly("archived");
        assertThat(names(e, "deleted", "only")).containsExactly("deleted");
        given().queryParam("archived", "maybe")
                .get("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("field", equalTo("archived"));
        given().get("/api/v1/experiments/" + e).then().body("runs", equalTo(1)).body("failed", equalTo(0));
        send("POST", "/runs/" + deleted + "/restore", "").statusCode(200).body("deletedAt", nullValue());
        assertThat(names(e)).containsExactly("deleted", "kept");
        send("PATCH", "/runs/" + kept, "{}").statusCode(422);
        send("PATCH", "/runs/" + kept, "{\"colour\": 1}").statusCode(422);
        send("PATCH", "/runs/" + kept, "{\"tags\": {\"a\": {}}}")
                .statusCode(422)
                .body("field", equalTo("tags.a"));
    }

    @Test
    void manyAreDoneWhereItAppliesAndTheOthersAreNamed() {
        String e = "desk-bulk";
        UUID queued = queue(e, "queued");
        UUID finished = queue(e, "finished");
        UUID failed = queue(e, "failed");
        end(finished, "FINISHED");
        end(failed, "FAILED");
        String select = "\"select\": {\"experiment\": \"" + e + "\"}";
        send("POST", "/runs/bulk/check", "{" + select + ", \"do\": {\"action\": \"cancel\"}}")
                .statusCode(200)
                .body("applies", equalTo(1))
                .body("skips", equalTo(2))
                .body("byState", equalTo(Map.of("QUEUED", 1, "FINISHED", 1, "FAILED", 1)))
                .body("actions.pause", equalTo(1))
                .body("actions.cancel", equalTo(1))
                .body("actions.retry", equalTo(1))
                .body("actions.resume", equalTo(0))
                .body("actions.delete", equalTo(2));
        send("POST", "/runs/bulk", "{" + select + ", \"expect\": 2, \"do\": {\"delete\": true}}")
                .statusCode(409)
                .body("code", equalTo("COUNT_CHANGED"));
        assertThat(names(e)).hasSize(3);
        JsonPath deleted = send("POST", "/runs/bulk", "{" + select + ", \"expect\": 3, \"do\": {\"delete\": true}}")
                .statusCode(200)
                .body("done", equalTo(2))
                .body("skippedTotal", equalTo(1))
                .body("skipped[0].name", equalTo("queued"))
                .body("skipped[0].why", containsString("cancel it first"))
                .extract()
                .jsonPath();
        assertThat(names(e)).containsExactly("queued");
        send("POST", "/runs/bulk", json(deleted.getMap("undo[0]")))
                .statusCode(200)
                .body("done", equalTo(2));
        assertThat(names(e)).hasSize(3);
        JsonPath starred = send(
                        "POST",
                        "/runs/bulk",
                        "{\"select\": {\"ids\": [\"" + queued + "\", \"" + failed
                                + "\"]}, \"do\": {\"patch\": {\"starred\": true}}}")
                .body("done", equalTo(2))
                .extract()
                .jsonPath();
        assertThat(names(e, "filter", "starred = true")).containsExactly("failed", "queued");
        send("POST", "/runs/bulk", json(starred.getMap("undo[0]"))).statusCode(200);
        assertThat(names(e, "filter", "starred = true")).isEmpty();
        send("PATCH", "/runs/" + queued, "{\"tags\": {\"why\": \"first\"}, \"priority\": 7}")
                .statusCode(200);
        JsonPath tagged = send(
                        "POST",
                        "/runs/bulk",
                        "{" + select + ", \"do\": {\"patch\": {\"tags\": {\"why\": \"second\"}, \"priority\": 3}}}")
                .body("done", equalTo(3))
                .extract()
                .jsonPath();
        assertThat(tagged.getList("undo"))
                .as("one for each value that runs had")
                .hasSize(2);
        for (int i = 0; i < 2; i++) {
            send("POST", "/runs/bulk", json(tagged.getMap("undo[" + i + "]"))).statusCode(200);
        }
        given().get("/api/v1/runs/" + queued)
                .then()
                .body("tags", equalTo(Map.of("why", "first")))
                .body("priority", equalTo(7));
        given().get("/api/v1/runs/" + failed).then().body("tags", equalTo(Map.of()));
        JsonPath moved = send(
                        "POST",
                        "/runs/bulk",
                        "{" + select + ", \"do\": {\"patch\": {\"experiment\": \"" + e + "-other\"}}}")
                .body("done", equalTo(3))
                .extract()
                .jsonPath();
        assertThat(names(e)).isEmpty();
        send("POST", "/runs/bulk", json(moved.getMap("undo[0]")))
                .statusCode(200)
                .body("done", equalTo(3));
        assertThat(names(e)).hasSize(3);
        JsonPath paused = send("POST", "/runs/bulk", "{" + select + ", \"do\": {\"action\": \"pause\"}}")
                .statusCode(200)
                .body("done", equalTo(1))
                .extract()
                .jsonPath();
        given().get("/api/v1/runs/" + queued).then().body("state", equalTo("PAUSED"));
        JsonPath again = send("POST", "/runs/bulk", "{" + select + ", \"do\": {\"action\": \"pause\"}}")
                .body("done", equalTo(1))
                .extract()
                .jsonPath();
        assertThat(again.getList("undo")).as("what was paused already stays so").isNull();
        send("POST", "/runs/bulk", json(paused.getMap("undo[0]")))
                .statusCode(200)
                .body("done", equalTo(1));
        given().get("/api/v1/runs/" + queued).then().body("state", equalTo("QUEUED"));
        send("POST", "/runs/bulk", "{" + select + ", \"do\": {\"action\": \"cancel\"}}")
                .statusCode(200)
                .body("done", equalTo(1))
                .body("skippedTotal", equalTo(2));
        given().get("/api/v1/runs/" + queued).then().body("state", equalTo("CANCELLED"));
        for (String bad : List.of(
                "{}",
                "{\"action\": \"pause\", \"delete\": true}",
                "{\"action\": \"explode\"}",
                "{\"delete\": false}",
                "{\"patch\": {}}",
                "{\"patch\": {\"name\": \"x\"}}")) {
            send("POST", "/runs/bulk", "{" + select + ", \"do\": " + bad + "}").statusCode(422);
        }
    }

    @Test
    void whatIsPinnedIsNotDeletedHoweverItIsAskedFor() {
        String e = "desk-pinned";
        UUID kept = queue(e, "kept");
        UUID gone = queue(e, "gone");
        send("PATCH", "/runs/" + kept, "{\"pinned\": true}").statusCode(200).body("pinned", equalTo(true));
        assertThat(names(e, "filter", "pinned = true")).containsExactly("kept");
        end(kept, "FINISHED");
        end(gone, "FINISHED");
        send("DELETE", "/runs/" + kept, "")
                .statusCode(409)
                .body("code", equalTo("PINNED"))
                .body("value", equalTo("\"kept\""))
                .body("rule", equalTo("is pinned, so that all its files are kept"))
                .body(
                        "remedy",
                        equalTo("take the pin away first: PATCH /api/v1/runs/" + kept + " {\"pinned\": false}"));
        String both = "\"select\": {\"ids\": [\"" + kept + "\", \"" + gone + "\"]}";
        send("POST", "/runs/bulk/check", "{" + both + "}").body("actions.delete", equalTo(1));
        send("POST", "/runs/bulk", "{" + both + ", \"do\": {\"delete\": true}}")
                .statusCode(200)
                .body("done", equalTo(1))
                .body("skippedTotal", equalTo(1))
                .body("skipped[0].name", equalTo("kept"))
                .body("skipped[0].why", containsString("take the pin away first"));
        assertThat(names(e)).containsExactly("kept");
        send("POST", "/runs/" + gone + "/restore", "").statusCode(200);
        // Nor with the experiment that it is in, of which nothing is deleted then.
        send("DELETE", "/experiments/" + e, "").statusCode(409).body("code", equalTo("PINNED"));
        assertThat(names(e)).containsExactly("gone", "kept");
        given().contentType(ContentType.JSON)
                .body("{\"run_id\": \"" + kept.toString().replace("-", "") + "\"}")
                .post("/api/2.0/mlflow/runs/delete")
                .then()
                .statusCode(409)
                .body("code", equalTo("PINNED"));
        assertThat(names(e)).containsExactly("gone", "kept");
        // Of many at once, with a way back for those alone that it changed.
        JsonPath taken = send("POST", "/runs/bulk", "{" + both + ", \"do\": {\"patch\": {\"pinned\": false}}}")
                .statusCode(200)
                .body("done", equalTo(1))
                .extract()
                .jsonPath();
        assertThat(names(e, "filter", "pinned = true")).isEmpty();
        send("POST", "/runs/bulk", json(taken.getMap("undo[0]"))).statusCode(200);
        assertThat(names(e, "filter", "pinned = true")).containsExactly("kept");
        send("PATCH", "/experiments/" + e, "{\"pinned\": true}")
                .statusCode(422)
                .body("field", equalTo("pinned"))
                .body("rule", equalTo("is of runs"));
        send("PATCH", "/runs/" + kept, "{\"pinned\": false}").body("pinned", equalTo(false));
        send("DELETE", "/runs/" + kept, "").statusCode(200).body("deletedAt", notNullValue());
        assertThat(given().get("/api/v1/runs/" + kept + "/events")
                        .then()
                        .extract()
                        .jsonPath()
                        .getList("kind", String.class))
                .containsExactly("queue", "pin", "unpin", "pin", "unpin", "delete");
    }

    private static String json(Map<String, ?> body) {
        return new ObjectMapper().valueToTree(body).toString();
    }

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
        end(UUID.fromString(runs.getString("items[0].id")), "FAILED");
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
        end(run, "FINISHED");
        send("DELETE", "/experiments/desk-exp-new", "").statusCode(200);
        assertThat(names("desk-exp-new")).isEmpty();
        given().get("/api/v1/experiments").then().body("find { it.name == 'desk-exp-new' }", nullValue());
        send("POST", "/experiments/desk-exp-new/restore", "").statusCode(200);
        assertThat(names("desk-exp-new")).containsExactly("a");
        send("PUT", "/experiments/desk-exp-new/note", "{\"text\": \"n\"}").statusCode(200);
    }

    @Test
    void whatIsDeletedTakesNoActionUntilItIsRestored() {
        UUID run = queue("desk-deleted", "a");
        end(run, "FAILED");
        send("DELETE", "/runs/" + run, "").statusCode(200);
        for (String action : List.of("pause", "resume", "cancel", "retry")) {
            send("POST", "/runs/" + run + "/" + action, "")
                    .statusCode(409)
                    .body("code", equalTo("ILLEGAL_TRANSITION"))
                    .body("detail", containsString("it is deleted; restore it first"));
        }
        send("POST", "/runs/bulk", "{\"select\": {\"ids\": [\"" + run + "\"]}, \"do\": {\"action\": \"retry\"}}")
                .statusCode(200)
                .body("done", equalTo(0))
                .body("skipped[0].why", equalTo("it is deleted; restore it first"));
        send("POST", "/runs/" + run + "/restore", "").statusCode(200).body("state", equalTo("FAILED"));
        send("POST", "/runs/" + run + "/retry", "").statusCode(200).body("state", equalTo("QUEUED"));
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
        end(run, "FINISHED");
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

    @Test
    void aSpecIsEstimatedByWhatFinishedRunsOfItsKindTook() {
        String spec = "{\"dataset\": {\"id\": \"shapes\"}}";
        UUID run = queue("desk-estimate", "a");
        UUID device = statements
                .row(
                        "insert into device (host, key, kind, name, memory_bytes, slots, drained) values ('desk', ?, 'cpu', 'x', 1, 1, true)"
                                + " returning id",
                        r -> r.getObject(1, UUID.class),
                        run.toString())
                .orElseThrow();
        UUID worker = statements
                .row(
                        "insert into worker (host, pid, version) values ('desk', 1, 't') returning id",
                        r -> r.getObject(1, UUID.class))
                .orElseThrow();
        statements.change(
                "insert into attempt (run_id, attempt, device_id, worker_id, state, started_at, ended_at)"
                        + " values (?, 1, ?, ?, 'FINISHED', now() - interval '360 seconds', now())",
                run,
                device,
                worker);
        statements.change("update run set epoch = 10, attempt = 1 where id = ?", run);
        end(run, "FINISHED");
        given().get("/api/v1/runs/" + run)
                .then()
                .body("environment.host", equalTo("desk"))
                .body("environment.version", equalTo("t"))
                .body("deviceSeconds", equalTo(360.0f));
        JsonPath estimate =
                send("POST", "/specs/check", spec).statusCode(200).extract().jsonPath();
        assertThat(estimate.getInt("estimate.from")).isGreaterThanOrEqualTo(1);
        assertThat(estimate.getString("estimate.kind")).startsWith("same");
        assertThat(estimate.getDouble("estimate.deviceHours")).isPositive();
    }
}
