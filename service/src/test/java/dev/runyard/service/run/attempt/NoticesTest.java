package dev.runyard.service.run.attempt;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class NoticesTest {
    @Inject
    Lab lab;

    private ValidatableResponse tell(UUID run, long attempt, String kind, String why) {
        return given().header("Authorization", lab.bearer(run, attempt))
                .contentType(ContentType.JSON)
                .body("{\"kind\": \"" + kind + "\", \"why\": \"" + why + "\"}")
                .post("/api/v1/runs/" + run + "/attempts/" + attempt + "/notices")
                .then();
    }

    private long events(UUID run, String kind) {
        return lab.number("select count(*) from event where run_id = ? and kind = ?", run, kind);
    }

    private String message(UUID run) {
        return lab.column("select coalesce(message, '') from run where id = ?", run)
                .get(0);
    }

    @Test
    void whatIsToldTwiceIsWrittenOnce() {
        UUID run = lab.run("RUNNING");
        tell(run, 1, "CHECKPOINT_CORRUPT", "step 3: state has another SHA-256").statusCode(200);
        tell(run, 1, "CHECKPOINT_CORRUPT", "step 3: state has another SHA-256").statusCode(200);
        given().get("/api/v1/runs/" + run + "/events")
                .then()
                .statusCode(200)
                .body(
                        "findAll { it.kind == 'CHECKPOINT_CORRUPT' }.why",
                        equalTo(java.util.List.of("attempt 1: step 3: state has another SHA-256")));
        assertThat(message(run)).isEmpty();
    }

    @Test
    void aFullDiskIsTheRunsMessageUntilThereIsSpace() {
        UUID run = lab.run("RUNNING");
        tell(run, 1, "DISK_FULL", "step 5 finds no space").statusCode(200);
        assertThat(message(run)).isEqualTo("step 5 finds no space");
        tell(run, 1, "DISK_FREED", "step 5 is written").statusCode(200);
        assertThat(message(run)).isEmpty();
        assertThat(events(run, "DISK_FULL")).isEqualTo(1);
        assertThat(events(run, "DISK_FREED")).isEqualTo(1);
    }

    @Test
    void onlyTheAttemptThatHoldsTheRunIsHeard() {
        UUID run = lab.run("RUNNING");
        lab.attempt(run, 2, "RUNNING");
        tell(run, 1, "DISK_FULL", "late").statusCode(409).body("code", equalTo("STALE_ATTEMPT"));
        tell(run, 2, "NONSENSE", "x").statusCode(422);
        given().contentType(ContentType.JSON)
                .body("{\"kind\": \"DISK_FULL\", \"why\": \"x\"}")
                .post("/api/v1/runs/" + run + "/attempts/2/notices")
                .then()
                .statusCode(403);
        assertThat(events(run, "DISK_FULL")).isZero();
    }
}
