package dev.runyard.service.db;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two transactions that wait for each other: whoever is sent away is told that asking again helps, and nothing was done. */
@QuarkusTest
final class ContentionTest {
    private static final int TRIES = 10;
    private static final String DEADLOCK = "40P01";

    @Inject
    AgroalDataSource source;

    @Test
    void aDeadlockIsNoFault() throws Exception {
        for (int tries = 1; !cancelGivesWay(); tries++) {
            assertThat(tries).as("the request never was the one that gave way").isLessThan(TRIES);
        }
    }

    /** A request locks the sweep, then its runs; here it is the other way round. */
    private boolean cancelGivesWay() throws Exception {
        String sweep = given().contentType("application/json")
                .body(Map.of(
                        "experiment",
                        "contention",
                        "base",
                        Map.of("dataset", Map.of("id", "shapes"), "method", Map.of("kind", "pgn")),
                        "seeds",
                        new int[] {0}))
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        try (Connection other = source.getConnection()) {
            other.setAutoCommit(false);
            lock(other, "select 1 from run where sweep_id = ? for update", sweep);
            CompletableFuture<Response> cancelled =
                    CompletableFuture.supplyAsync(() -> given().post("/api/v1/sweeps/" + sweep + "/cancel"));
            while (waiting() == 0) {
                Thread.sleep(5);
            }
            if (!locks(other, "select 1 from sweep where id = ? for update", sweep)) {
                assertThat(cancelled.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
                return false;
            }
            Response answer = cancelled.get(30, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(503);
            assertThat(answer.<String>path("code")).isEqualTo("BUSY");
            assertThat(answer.header("Retry-After")).isNotNull();
            other.rollback();
        }
        assertThat(given().get("/api/v1/sweeps/" + sweep).<String>path("state")).isEqualTo("RUNNING");
        given().post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(200);
        return true;
    }

    /** Nobody sends a resumption again whose program went on. */
    @Test
    void aResumptionThatMeetsADeadlockIsTriedAgain() throws Exception {
        for (int tries = 1; !resumptionGivesWay(); tries++) {
            assertThat(tries).as("the request never was the one that gave way").isLessThan(TRIES);
        }
    }

    /** The request locks what clients keep of the run, then the run; here it is the other way round. */
    private boolean resumptionGivesWay() throws Exception {
        String run = given().contentType("application/json")
                .body(Map.of("experiment_id", "0"))
                .post("/api/2.0/mlflow/runs/create")
                .then()
                .statusCode(200)
                .extract()
                .path("run.info.run_id");
        boolean gaveWay;
        try (Connection other = source.getConnection()) {
            other.setAutoCommit(false);
            lock(other, "select 1 from run where id = ? for share", run);
            CompletableFuture<Response> resumed =
                    CompletableFuture.supplyAsync(() -> given().contentType("application/json")
                            .body(Map.of("run_id", run, "key", "runyard.resumeStep", "value", "5"))
                            .post("/api/2.0/mlflow/runs/set-tag"));
            while (waiting() == 0) {
                Thread.sleep(5);
            }
            gaveWay = locks(other, "select 1 from client_run where run_id = ? for update", run);
            other.commit();
            Response answer = resumed.get(30, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        }
        given().get("/api/v1/runs/" + run).then().body("attempt", equalTo(2));
        return gaveWay;
    }

    /** Whether it got the lock; else it was the one that gave way: the database takes the one whose patience (a second) ends first. */
    private static boolean locks(Connection connection, String sql, String id) throws Exception {
        try {
            lock(connection, sql, id);
            return true;
        } catch (SQLException e) {
            assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(DEADLOCK);
            connection.rollback();
            return false;
        }
    }

    private static void lock(Connection connection, String sql, String id) throws Exception {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, UUID.fromString(id));
            statement.executeQuery().close();
        }
    }

    private int waiting() throws Exception {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "select count(*) from pg_stat_activity where datname = current_database()"
                                + " and wait_event_type = 'Lock'");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }
}
