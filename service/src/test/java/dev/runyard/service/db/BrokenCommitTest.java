package dev.runyard.service.db;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The database goes away in the very moment of a commit: whoever asked is told to ask again, and nothing is half done. */
@QuarkusTest
final class BrokenCommitTest {
    private static final String NAME = "ends at its commit";

    @Inject
    Statements statements;

    /** Deferred, so that it runs in the commit; the connection's process ends itself there. */
    @BeforeEach
    void endConnectionsAtTheirCommit() {
        statements.change("""
                create or replace function end_at_commit() returns trigger language plpgsql as $$
                begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$""");
        statements.change("create constraint trigger end_at_commit after insert on run deferrable initially deferred"
                + " for each row when (new.name = '" + NAME + "') execute function end_at_commit()");
    }

    @AfterEach
    void letConnectionsLive() {
        statements.change("drop trigger end_at_commit on run");
        statements.change("drop function end_at_commit()");
    }

    @Test
    void aConnectionThatBreaksAtTheCommitIsNoFaultOfTheService() {
        Response answer = given().contentType("application/json")
                .body(Map.of(
                        "name",
                        NAME,
                        "experiment",
                        "broken-commit",
                        "spec",
                        Map.of("dataset", Map.of("id", "shapes"), "method", Map.of("kind", "pgn"))))
                .post("/api/v1/runs");
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(503);
        assertThat(answer.<String>path("code")).isEqualTo("UNAVAILABLE");
        assertThat(answer.header("Retry-After")).isNotNull();
        assertThat(statements.number("select count(*) from run where name = ?", NAME))
                .isZero();
    }
}
