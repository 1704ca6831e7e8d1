package dev.runyard.service.fleet;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.PriorityClass;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whom a failure is laid to, and what the scheduler makes of it. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
@Timeout(240)
final class BlameTest {
    @Inject
    Leases lab;

    @Inject
    Statements statements;

    @Inject
    Fleet fleet;

    @BeforeEach
    void calm() {
        lab.calm();
    }

    @AfterEach
    void clear() {
        lab.clear();
    }

    private static Outcome failed(FailureReason reason) {
        return new Outcome.Failed(0, reason, "no such folder");
    }

    private String waiting(UUID run) {
        return given().get("/api/v1/runs/" + run).jsonPath().getString("waiting");
    }

    private void assertDevice(UUID device, String state) {
        given().get("/api/v1/devices").then().body("find { it.id == '" + device + "' }.state", equalTo(state));
    }

    @Test
    void oneDeviceThatRefusesIsEverybodyAndTheRunFailsAtOnce() throws Exception {
        lab.device("alone");
        Leases.Held held = lab.started(lab.queue());
        lab.end(held, failed(FailureReason.DATA));
        given().get("/api/v1/runs/" + held.run())
                .then()
                .body("state", equalTo("FAILED"))
                .body("reason", equalTo("DATA"))
                .body("message", equalTo("no such folder"));
    }

    @Test
    void aPlaceThatFailsIsNotTriedAgainAndAnotherIsAfterAPause() throws Exception {
        lab.device("place-a");
        lab.device("place-b");
        UUID run = lab.queue();
        Leases.Held first = lab.started(run);
        lab.end(first, failed(FailureReason.DATA));
        assertThat(lab.state(run)).isEqualTo("QUEUED");
        assertThat(waiting(run))
                .startsWith("tried again at 2")
                .contains("refused by cpu on place-")
                .contains("DATA");
        assertThat(lab.text(
                        "select not_before between now() + interval '5 s' and now() + interval '10 s' from run where id = ?",
                        run))
                .isEqualTo("t");
        lab.now(run);
        Leases.Held second = lab.started(run);
        assertThat(second.device()).isNotEqualTo(first.device());
        lab.end(second, failed(FailureReason.OUT_OF_MEMORY));
        given().get("/api/v1/runs/" + run)
                .then()
                .body("state", equalTo("FAILED"))
                .body("reason", equalTo("OUT_OF_MEMORY"))
                .body("message", containsString("every device that fits refused it"))
                .body("message", containsString("place-a: "))
                .body("message", containsString("place-b: "))
                .body("message", containsString("DATA no such folder"));
        given().post("/api/v1/runs/" + run + "/retry").then().statusCode(200);
        assertThat(statements.number("select count(*) from refusal where run_id = ?", run))
                .isZero();
    }

    /** Any device may have such a run, and what it then cannot fetch, or has no room for, says nothing of it. */
    @Test
    void whatWasPushedAndCannotBeHadSetsNoDeviceAside() throws Exception {
        String name = "birds-" + UUID.randomUUID();
        String spec = "{\"dataset\": {\"name\": \"" + name + "\"}}";
        UUID device = lab.device("without-" + name);
        UUID first = lab.queue(PriorityClass.NORMAL, null, spec);
        Leases.await(() -> String.valueOf(waiting(first)).contains("no host has data set \"" + name + "\" ("));
        String sha256 = Sha256.of(name);
        statements.change("insert into blob (sha256, size) values (?, 1)", sha256);
        statements.change(
                "insert into stored_place (id, sha256, read_as, fingerprint, pushed_by) values (?, ?, 'folder', ?, 'ann')",
                "dataset:" + name,
                sha256,
                sha256);
        for (int i = 0; i < 4; i++) {
            Leases.Held held = lab.started(i == 0 ? first : lab.queue(PriorityClass.NORMAL, null, spec));
            assertThat(held.device()).isEqualTo(device);
            lab.end(held, failed(FailureReason.DATA));
            lab.calm();
        }
        assertThat(lab.text("select quarantined from device where id = ?", device))
                .isEqualTo("null");
        statements.change("delete from stored_place where id = ?", "dataset:" + name);
    }

    /** That its weights came from the lab says nothing of the images, which the host has itself. */
    @Test
    void whatWasPushedExcusesNothingThatIsTheHostsOwn() throws Exception {
        String name = "own-" + UUID.randomUUID();
        UUID device = lab.device("with-" + name);
        statements.change(
                "update device set places = jsonb_build_object(cast(? as text), cast(? as text)) where id = ?",
                "dataset:" + name,
                "f".repeat(64),
                device);
        String sha256 = Sha256.of(name);
        statements.change("insert into blob (sha256, size) values (?, 1)", sha256);
        statements.change(
                "insert into stored_place (id, sha256, fingerprint, pushed_by) values (?, ?, ?, 'ann')",
                "weights:" + name,
                sha256,
                sha256);
        for (int i = 0; i < 3; i++) {
            UUID run = lab.queue(PriorityClass.NORMAL, null, "{\"dataset\": {\"name\": \"" + name + "\"}}");
            Leases.Held held = lab.started(run);
            assertThat(held.device()).isEqualTo(device);
            statements.change("update run set needs = needs || cast(? as text) where id = ?", "weights:" + name, run);
            lab.end(held, failed(FailureReason.DATA));
            lab.calm();
        }
        assertDevice(device, "QUARANTINED");
        statements.change("delete from stored_place where id = ?", "weights:" + name);
    }

    @Test
    void aDeviceOnWhichThreeRunsFailIsSetAsideUntilAPersonLetsItBack() throws Exception {
        UUID bad = lab.device("black-hole");
        for (int i = 0; i < 3; i++) {
            UUID run = lab.queue();
            Leases.Held held = lab.started(run);
            if (i == 0) {
                lab.device("good"); // from now on there is another
            }
            assertThat(held.device()).isEqualTo(bad);
            statements.change("update device set drained = true where host = 'good'");
            lab.end(held, failed(FailureReason.DATA));
            lab.calm();
        }
        assertDevice(bad, "QUARANTINED");
        given().get("/api/v1/devices")
                .then()
                .body("find { it.id == '" + bad + "' }.why", endsWith("the last with DATA"))
                .body("find { it.id == '" + bad + "' }.lastFailure.message", containsString("no such folder"))
                .body("find { it.host == 'good' }.lastFailure", nullValue());
        statements.change("update device set drained = false where host = 'good'");
        for (int i = 0; i < 2; i++) {
            Leases.Held held = lab.started(lab.queue());
            assertThat(held.device()).isNotEqualTo(bad);
            lab.end(held, new Outcome.Finished(1));
        }
        given().post("/api/v1/devices/" + bad + "/let-back")
                .then()
                .statusCode(200)
                .body("state", equalTo("FREE"));
        assertThat(lab.text("select who from event where device_id = ? and kind = 'let-back'", bad))
                .isNotEqualTo("none");
    }

    @Test
    void whereAllAreSetAsideARunThatGetsOnIsTheTest() throws Exception {
        UUID only = lab.device("only");
        for (int i = 0; i < 3; i++) {
            lab.end(lab.started(lab.queue()), failed(FailureReason.WEIGHTS));
        }
        assertDevice(only, "QUARANTINED");
        Leases.Held held = lab.started(lab.queue());
        lab.beat(held, 5);
        lab.end(held, new Outcome.Finished(5));
        assertDevice(only, "FREE");
    }

    @Test
    void aDeviceThatIsLostIsSetAsideAndItsRunGoesElsewhere() throws Exception {
        Fleet.Registered broken = lab.device(Leases.candidate("fell-off-the-bus"), 1);
        UUID device = broken.devices().get(0).id();
        Leases.Held held = lab.started(lab.queue());
        assertThat(held.device()).isEqualTo(device);
        lab.beat(held, 7);
        lab.device("sound");
        fleet.lost(broken.worker(), device, "the GPU stopped working (CUDA error: unknown error)");
        assertDevice(device, "QUARANTINED");
        lab.end(held, new Outcome.GivenBack(7, Outcome.Cause.PREEMPTED));
        Leases.Held again = lab.started(held.run());
        assertThat(again.device()).isNotEqualTo(device);
        given().get("/api/v1/devices")
                .then()
                .body("find { it.id == '" + device + "' }.why", containsString("stopped working"));
        assertThatThrownBy(() -> fleet.lost(UUID.randomUUID(), device, "not mine"))
                .isInstanceOf(Problem.class);
    }

    @Test
    void aDeviceThatDoesNotWorkIsListedWithItsReasonUntilItsWorkerComes() {
        Fleet.Offer offer = new Fleet.Offer("cpu", "cpu", "a GPU", 1, 1);
        Fleet.Candidate candidate = Leases.candidate("no-natives");
        fleet.refused("no-natives", "m", java.util.List.of(offer), "cuda:0 does not work: libtorch is not installed");
        given().get("/api/v1/devices")
                .then()
                .body("find { it.host == 'no-natives' }.state", equalTo("REFUSED"))
                .body("find { it.host == 'no-natives' }.why", containsString("libtorch is not installed"));
        UUID device = lab.device(candidate, 1).devices().get(0).id();
        assertDevice(device, "FREE");
    }

    @Test
    void aDrainedDeviceGetsNothingUntilItIsLetBack() throws Exception {
        UUID device = lab.device("drained");
        given().post("/api/v1/devices/" + device + "/drain")
                .then()
                .statusCode(200)
                .body("state", equalTo("DRAINED"));
        UUID run = lab.queue();
        Thread.sleep(2_500);
        assertThat(lab.state(run)).isEqualTo("QUEUED");
        given().post("/api/v1/devices/" + device + "/let-back").then().statusCode(200);
        lab.started(run);
        given().post("/api/v1/devices/" + UUID.randomUUID() + "/drain").then().statusCode(404);
    }

    @Test
    void aStartThatCouldNotBeReadWaitsForAnotherWorker() throws Exception {
        UUID device = lab.device("old");
        Leases.Held held = lab.started(lab.queue());
        lab.end(held, new Outcome.GivenBack(0, Outcome.Cause.UNREADABLE));
        assertThat(lab.state(held.run())).isEqualTo("QUEUED");
        assertDevice(device, "QUARANTINED");
        assertThat(waiting(held.run())).startsWith("no device: every one that is there refused it");
        lab.device("new");
        assertThat(lab.started(held.run()).device()).isNotEqualTo(device);
    }
}
