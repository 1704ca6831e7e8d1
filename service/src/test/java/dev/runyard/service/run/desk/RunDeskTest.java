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

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
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
        UUID other = queue("desk-note", "b");
        for (UUID run : List.of(id, other)) {
            send("PUT", "/runs/" + run + "/note", "{\"text\": \"" + "ü".repeat(9_000) + "\"}")
                    .statusCode(200);
        }
        JsonPath page = noted("");
        String next = page.getString("next");
        assertThat(next).as("goes into an address").hasSizeLessThan(2_000);
        assertThat(noted(next).getString("items[0].id"))
                .isIn(id.toString(), other.toString())
                .isNotEqualTo(page.getString("items[0].id"));
        send("PUT", "/runs/" + id + "/note", "{\"text\": \"# two\"}").statusCode(200);
        send("PUT", "/runs/" + other + "/note", "{\"text\": \"\"}").statusCode(200);
        assertThat(names("desk-note", "filter", "note ~ TWO")).containsExactly("a");
        assertThat(names("desk-note", "filter", "note ~ one"))
                .as("the newest alone")
                .isEmpty();
        assertThat(names("desk-note", "filter", "note is null")).containsExactly("b");
        send("PUT", "/runs/" + id + "/note", "{\"text\": \"\"}").statusCode(200);
        given().get("/api/v1/runs/" + id).then().body("hasNote", equalTo(false));
        assertThat(names("desk-note", "filter", "note is null")).containsExactlyInAnyOrder("a", "b");
        send("PUT", "/runs/" + id + "/note", "{\"text\": \"" + "x".repeat(65_537) + "\"}")
                .statusCode(413);
        send("PUT", "/runs/" + UUID.randomUUID() + "/note", "{\"text\": \"x\"}").statusCode(404);
    }

    private static JsonPath noted(String cursor) {
        var request = given().queryParam("experiment", "desk-note")
                .queryParam("sort", "-note")
                .queryParam("limit", 1);
        return (cursor.isEmpty() ? request : request.queryParam("cursor", cursor))
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @Test
    void whatIsPutAwayOrThrownAwayIsSeenOnlyWhenAskedFor() {
        String e = "desk-away";
        UUID kept = queue(e, "kept");
        UUID archived = queue(e, "archived");
        UUID deleted = queue(e, "deleted");
        send("PATCH", "/runs/" + archived, "{\"archived\": true}").statusCode(200);
        send("DELETE", "/runs/" + deleted, "").statusCode(409).body("detail", containsString("cancel it first"));
        end(statements, deleted, "FAILED");
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
        end(statements, finished, "FINISHED");
        end(statements, failed, "FAILED");
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
        end(statements, kept, "FINISHED");
        end(statements, gone, "FINISHED");
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
    void whatIsDeletedTakesNoActionUntilItIsRestored() {
        UUID run = queue("desk-deleted", "a");
        end(statements, run, "FAILED");
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
        end(statements, run, "FINISHED");
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
