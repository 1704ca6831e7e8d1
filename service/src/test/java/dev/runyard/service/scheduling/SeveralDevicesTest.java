package dev.runyard.service.scheduling;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.startsWith;

import dev.runyard.service.auth.Tokens;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.fleet.Fleet;
import dev.runyard.service.fleet.Leases;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.PriorityClass;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run that asks for two devices: it waits for both, has both, and gives both back. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
@Timeout(120)
final class SeveralDevicesTest {
    private static final String SPEC = """
            {"dataset": {"id": "shapes"}, "devices": 2}""";

    @Inject
    Leases lab;

    @Inject
    Fleet fleet;

    @Inject
    Statements statements;

    @Inject
    Tokens tokens;

    private Fleet.Registered first;
    private Fleet.Registered second;

    @BeforeEach
    void one() {
        lab.calm();
        first = lab.device(Leases.candidate("pair"), 1);
    }

    private void another() {
        second = fleet.register(Leases.candidate("pair"), List.of(new Fleet.Offer("cpu/2", "cpu", "c", 1, 1)));
    }

    @AfterEach
    void clear() {
        lab.clear();
        if (second != null) {
            fleet.leave(second.worker());
        }
    }

    private long leases(UUID run, String which) {
        return statements.number("select count(*) from lease where run_id = ? and " + which, run);
    }

    @Test
    void bothAreItsOwnUntilItEnds() throws Exception {
        UUID run = lab.queue(PriorityClass.NORMAL, null, SPEC);
        given().get("/api/v1/runs/" + run)
                .then()
                .body(
                        "waiting",
                        startsWith("no host has 2 devices of one kind that fit; the most are 1 on pair (cpu)"));
        another();
        Leases.Held held = lab.started(run);
        UUID other = second.devices().get(0).id();
        UUID mine = first.devices().get(0).id();
        assertThat(held.device()).isIn(mine, other);
        UUID leading = held.device().equals(mine) ? first.worker() : second.worker();
        given().contentType(ContentType.JSON)
                .header("Authorization", "Bearer " + tokens.worker(leading))
                .body(Map.of("device", held.device()))
                .post("/api/v1/runs/" + run + "/attempts/1/start")
                .then()
                .statusCode(200)
                .body("beside", contains(held.device().equals(mine) ? "cpu/2" : "cpu"));
        lab.beat(held, 1);
        assertThat(leases(run, "released_at is null")).isEqualTo(2);
        given().get("/api/v1/runs/" + run)
                .then()
                .body("device", org.hamcrest.Matchers.equalTo(held.device().toString()));

        // Nobody else gets either of them.
        UUID lone = lab.queue();
        given().get("/api/v1/runs/" + lone).then().body("waiting", startsWith("all devices busy"));

        // A heartbeat renews both; that the other device's own worker is started again is nothing to the run.
        lab.overdue(held);
        lab.beat(held, 2);
        assertThat(leases(run, "released_at is null and expires_at > now()")).isEqualTo(2);
        fleet.leave(held.device().equals(mine) ? second.worker() : first.worker());
        assertThat(lab.state(run)).isEqualTo("RUNNING");

        lab.end(held, new Outcome.Finished(100));
        assertThat(lab.state(run)).isEqualTo("FINISHED");
        assertThat(leases(run, "released_at is null")).isZero();
        lab.end(lab.started(lone), new Outcome.Finished(100));
    }

    /** Its worker falls silent: both leases end, and the run waits for two again. */
    @Test
    void bothAreFreeWhenItsWorkerIsLost() throws Exception {
        another();
        UUID run = lab.queue(PriorityClass.NORMAL, null, SPEC);
        Leases.Held held = lab.started(run);
        lab.beat(held, 1);
        lab.overdue(held);
        fleet.expire();
        assertThat(lab.attempt(held)).isEqualTo("LOST");
        assertThat(leases(run, "attempt = 1 and released_at is null")).isZero();
    }
}
