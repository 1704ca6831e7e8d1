package dev.runyard.service.scheduling;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.runyard.service.auth.People;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.fleet.Fleet;
import dev.runyard.service.fleet.Leases;
import dev.runyard.service.run.attempt.Heartbeats;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Placement and preemption as rows, orders and answers. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class PreemptionTest {
    @Inject
    Statements statements;

    @Inject
    Fleet fleet;

    @Inject
    Heartbeats heartbeats;

    @Inject
    Leases lab;

    @Inject
    People people;

    @AfterEach
    void clear() {
        lab.clear();
    }

    private Order beat(Leases.Held held, long step) {
        return heartbeats.beat(held.run(), held.attempt(), new Heartbeats.Beat(step, 0, 100L, 1));
    }

    @Test
    void anUrgentRunGetsTheDeviceAndTheOtherGoesOnLaterWithItsBudget() throws Exception {
        lab.calm();
        lab.device(Leases.candidate("preempt"), 1);
        UUID normal = lab.queue();
        Leases.Held held = lab.started(normal);
        assertThat(beat(held, 3)).isEqualTo(Order.CONTINUE);
        UUID urgent = lab.queue(PriorityClass.URGENT, null);
        statements.change("update run set queued_at = now() - interval '29 seconds' where id = ?", urgent);
        Leases.await(() -> beat(held, 3) == Order.PAUSE);
        given().get("/api/v1/runs/" + urgent)
                .then()
                .body("priorityClass", equalTo("urgent"))
                .body("waiting", startsWith("a run of a lower class is giving its device back for it"));
        assertThat(lab.state(normal)).isEqualTo("RUNNING");
        lab.end(held, new Outcome.GivenBack(3, Outcome.Cause.PAUSE));
        Leases.Held next = lab.started(urgent);
        assertThat(next.device()).isEqualTo(held.device());
        assertThat(lab.text(
                        "select state || ' ' || lost || ' ' || faults || ' ' || coalesce(not_before::text, 'now')"
                                + " from run where id = ?",
                        normal))
                .isEqualTo("QUEUED 0 0 now");
        assertThat(lab.text("select why from event where run_id = ? and kind = 'preempt'", normal))
                .contains("for the urgent run " + urgent);
        given().get("/api/v1/runs/" + normal + "/attempts")
                .then()
                .body("[0].state", equalTo("GIVEN_BACK"))
                .body("[0].message", equalTo("gave its device to a run that goes before it"));
        lab.end(next, new Outcome.Finished(100));
        // A second time in a row without a step between: still nobody's fault.
        Leases.Held again = lab.started(normal);
        statements.change("update lease set yields_to = ? where run_id = ? and released_at is null", urgent, normal);
        assertThat(beat(again, 0)).isEqualTo(Order.PAUSE);
        lab.end(again, new Outcome.GivenBack(0, Outcome.Cause.PAUSE));
        assertThat(lab.text("select lost || ' ' || (not_before is null) from run where id = ?", normal))
                .isEqualTo("0 true");
    }

    @Test
    void aRunOfAnotherProjectIsNotNamed() throws Exception {
        lab.calm();
        lab.device(Leases.candidate("private"), 1);
        UUID normal = lab.queue();
        Leases.Held held = lab.started(normal);
        UUID project = people.project("private-" + UUID.randomUUID());
        UUID urgent = lab.queue(project, PriorityClass.URGENT);
        statements.change("update run set queued_at = now() - interval '31 seconds' where id = ?", urgent);
        Leases.await(() -> beat(held, 3) == Order.PAUSE);
        assertThat(lab.text("select why from event where run_id = ? and kind = 'preempt'", normal))
                .contains("a run of another project (urgent)")
                .doesNotContain(urgent.toString());
    }

    @Test
    void whatARunTookIsBookedOnce() throws Exception {
        lab.calm();
        statements.change("delete from usage");
        lab.device(Leases.candidate("booked"), 1);
        Leases.Held held = lab.started(lab.queue());
        statements.change("update lease set granted_at = granted_at - interval '1 hour' where run_id = ?", held.run());
        lab.end(held, new Outcome.Finished(100));
        Leases.await(() -> statements.number("select count(*) from usage where account = 'ann'") == 1);
        Thread.sleep(1_200);
        assertThat(statements.number("select round(seconds) from usage where account = 'ann'"))
                .isBetween(3_580L, 3_660L);
    }

    @Test
    void placementIsHeldToAndWhatNoDeviceCouldDoIsRefused() throws Exception {
        lab.calm();
        fleet.register(
                Leases.candidate("gpuhost"),
                List.of(new Fleet.Offer(
                        "GPU-place", "cuda", "g", 24L << 30, 1, Map.of("gpu", "a100"), Map.of("dataset:birds", "f1"))));
        lab.device(Leases.candidate("cpuhost"), 1);
        String body = """
                {"experiment": "place", "placement": %s, "spec": {"dataset": {"id": "shapes"}}}""";
        String run = given().contentType("application/json")
                .body(body.formatted("{\"labels\": {\"gpu\": \"a100\"}, \"memory\": \"20GiB\"}"))
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .body("placement.memory", equalTo("20GiB"))
                .extract()
                .path("id");
        Leases.Held held = lab.started(UUID.fromString(run));
        assertThat(lab.text("select key from device where id = ?", held.device()))
                .isEqualTo("GPU-place");
        lab.end(held, new Outcome.Finished(1));
        given().contentType("application/json")
                .body(body.formatted("{\"labels\": {\"gpu\": \"h100\"}}"))
                .post("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("code", equalTo("UNSATISFIABLE"))
                .body("field", equalTo("placement"))
                .body("detail", containsString("none has label gpu=h100"));
        given().contentType("application/json")
                .body(body.formatted("{\"memory\": \"lots\"}"))
                .post("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("field", equalTo("placement.memory"));
        String named = given().contentType("application/json")
                .body("{\"experiment\": \"place\", \"spec\": {\"dataset\": {\"name\": \"birds\"}}}")
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        Leases.Held there = lab.started(UUID.fromString(named));
        assertThat(there.device()).as("the host that has the data").isEqualTo(held.device());
        lab.end(there, new Outcome.Finished(1));
        String none = given().contentType("application/json")
                .body("{\"experiment\": \"place\", \"spec\": {\"dataset\": {\"id\": \"eurosat\"}}}")
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        given().get("/api/v1/runs/" + none).then().body("waiting", startsWith("no host has data set \"eurosat\" ("));
        statements.change("update worker set left_at = now() where host = 'gpuhost'");
        statements.change("delete from refusal");
    }

    @Test
    void twoSpecsThatDifferInPlacementAreTheSame() {
        String body = """
                {"experiment": "place", "priorityClass": "idle", "placement": {"device": "%s"},
                 "spec": {"dataset": {"id": "shapes"}}}""";
        List<String> hashes = List.of("cpu", "any").stream()
                .map(kind -> given().contentType("application/json")
                        .body(body.formatted(kind))
                        .post("/api/v1/runs")
                        .then()
                        .statusCode(201)
                        .body("priorityClass", equalTo("idle"))
                        .extract()
                        .<String>path("specHash"))
                .toList();
        assertThat(hashes.get(0)).isEqualTo(hashes.get(1));
        assertThat(new Placement(Placement.Device.CPU, null, Map.of(), List.of(), null).preemptible())
                .isTrue();
    }
}
