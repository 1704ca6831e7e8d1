package dev.runyard.service.fleet;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import dev.runyard.service.run.attempt.Heartbeats;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs as runs: where they may go, what of their points counts, how they end. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
@Timeout(180)
final class ProgramsTest {
    @Inject
    Leases lab;

    @Inject
    Lab metrics;

    @Inject
    Fleet fleet;

    @Inject
    Heartbeats heartbeats;

    private final List<UUID> workers = new ArrayList<>();

    @BeforeEach
    void calm() {
        lab.calm();
    }

    @AfterEach
    void clear() {
        workers.forEach(fleet::leave);
        lab.clear();
    }

    @Test
    void itWaitsForAWorkerThatRunsProgramsAndLetsThemHaveItsSecrets() throws Exception {
        device("plain", Map.of());
        UUID run = queue("""
                {"spec": {"task": "command", "command": ["python", "src/train.py", "{params.lr}"], "params": {"lr": 0.1},
                          "secrets": ["HF_TOKEN"], "seed": 4}}""");
        given().get("/api/v1/runs/" + run)
                .then()
                .body("name", equalTo("train.py seed 4"))
                .body("waiting", containsString("RUNYARD_COMMANDS=true"))
                .body("config.'params.lr'", equalTo(0.1f))
                .body("spec", not(hasKey("dataset")))
                .body("epochs", equalTo(0));
        device("programs", Map.of("command:any", "allowed"));
        // What is waited for is looked at anew when it is some times as old as looking took.
        long end = System.nanoTime() + 20_000_000_000L;
        while (!given().get("/api/v1/runs/" + run).path("waiting").toString().contains("secret HF_TOKEN")
                && System.nanoTime() < end) {
            Thread.sleep(50);
        }
        given().get("/api/v1/runs/" + run).then().body("waiting", containsString("secret HF_TOKEN"));
        UUID able = device("able", Map.of("command:any", "allowed", "secret:HF_TOKEN", "allowed"));
        assertThat(lab.started(run).device()).isEqualTo(able);
    }

    @Test
    void anAxisFillsItsValuesAndTheSweepsTableHasThem() {
        String sweep = given().contentType(ContentType.JSON)
                .body("""
                        {"experiment": "programs", "base": {"task": "command", "command": ["train", "{params.lr}"]},
                         "axes": {"params.lr": [0.1, 0.01]}, "seeds": [0, 1], "metric": "val/acc", "goal": "max"}""")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .body("total", equalTo(4))
                .extract()
                .path("id");
        given().get("/api/v1/sweeps/" + sweep + "/points").then().statusCode(200);
        // As MLflow's clients and reports name it, without the word that the spec puts before it.
        given().queryParam("sweep", sweep)
                .queryParam("filter", "params.lr < 0.05")
                .queryParam("param", "lr")
                .queryParam("sort", "params.lr")
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .body("items", hasSize(2))
                .body("items[0].config.lr", equalTo(0.01f));
        given().queryParam("sweep", sweep)
                .get("/api/v1/keys")
                .then()
                .statusCode(200)
                .body("params.key", hasItem("lr"))
                .body("params.find{it.key=='lr'}.distinct", equalTo(2));
        given().contentType(ContentType.JSON)
                .body("{\"experiment_ids\": [\"" + experiment(sweep) + "\"], \"filter\": \"params.lr = '0.01'\"}")
                .post("/api/2.0/mlflow/runs/search")
                .then()
                .statusCode(200)
                .body("runs", hasSize(2))
                .body("runs[0].data.params.find{it.key=='lr'}.value", equalTo("0.01"));
        given().contentType(ContentType.JSON)
                .body("{\"task\": \"command\", \"command\": [\"train\", \"{params.rate}\"], \"params\": {\"lr\": 1}}")
                .post("/api/v1/specs/check")
                .then()
                .statusCode(422)
                .body("detail", containsString("did you mean {params.lr}?"));
        given().contentType(ContentType.JSON)
                .body("{\"task\": \"command\", \"command\": [\"train\"]}")
                .post("/api/v1/specs/check")
                .then()
                .statusCode(200);
    }

    @Test
    void itsStepIsWhatItsPointsTellAndOlderOnesAreGhostsUnlessItGoesOn() throws Exception {
        device("host", Map.of("command:any", "allowed"));
        UUID run = queue("{\"spec\": {\"task\": \"command\", \"command\": [\"train\"]}}");
        Leases.Held first = lab.started(run);
        resume(first, -1);
        send(first, 1, 50);
        assertThat(heartbeats.heard(run, 1, going()).step()).isEqualTo(50);
        assertThat(lab.state(run)).isEqualTo("RUNNING");
        given().get("/api/v1/runs/" + run).then().body("step", equalTo(50));
        lab.end(first, new Outcome.Failed(0, FailureReason.WORKER_LOST, "gone"));
        assertThat(lab.text("select end_step from attempt where run_id = ?", run))
                .isEqualTo("50");
        assertThat(lab.text("select lost from run where id = ?", run))
                .as("it had got on")
                .isEqualTo("0");

        Leases.Held second = lab.started(run);
        resume(second, -1);
        assertThat(counted(run)).isEmpty();
        // It says what it knows better, twice, and then that it was wrong.
        resume(second, 30);
        resume(second, 30);
        assertThat(counted(run)).hasSize(30).startsWith("1").endsWith("30");
        tag(second, "runyard.resumeStep", "20");
        assertThat(counted(run)).hasSize(20);
        send(second, 21, 25);
        assertThat(heartbeats.heard(run, 2, going())).isEqualTo(new Heartbeats.Told(Order.CONTINUE, 25L));
        given().get("/api/v1/runs/" + run + "/metrics/history?key=train/loss&ghosts=true")
                .then()
                .body("points.step", contains(steps(1, 25)))
                .body("ghosts.attempt", contains(1));
        given().get("/api/v1/runs/" + run + "/metrics")
                .then()
                .body("keys[0].count", equalTo(25))
                .body("keys[0].last", equalTo(25f));
        lab.end(second, new Outcome.Failed(25, FailureReason.PROGRAM, "the program ended with exit code 3"));
        given().get("/api/v1/runs/" + run)
                .then()
                .body("state", equalTo("FAILED"))
                .body("reason", equalTo("PROGRAM"))
                .body("step", equalTo(25));
    }

    /** What it kept is no state of the curve that was left. */
    @Test
    void whatAProgramKeptStaysWhenItsPointsGo() throws Exception {
        device("host", Map.of("command:any", "allowed"));
        UUID run = queue("{\"spec\": {\"task\": \"command\", \"command\": [\"train\"]}}");
        Leases.Held first = lab.started(run);
        resume(first, -1);
        metrics.sql(
                "insert into checkpoint (run_id, attempt, step, epoch, best, manifest) values (?, 1, 50, 0, false, '{}')",
                run);
        lab.end(first, new Outcome.GivenBack(50, Outcome.Cause.PREEMPTED));
        Leases.Held second = lab.started(run);
        resume(second, -1);
        assertThat(metrics.number("select count(*) from checkpoint where run_id = ?", run))
                .isOne();
    }

    @Test
    void whatItNeedsSetsNoDeviceAside() throws Exception {
        UUID device = device("bare", Map.of("command:any", "allowed"));
        for (int i = 0; i < 4; i++) {
            UUID run = program(i);
            lab.end(lab.started(run), new Outcome.Failed(0, FailureReason.SETUP, "it ended with exit code 1"));
            assertThat(lab.state(run)).isIn("FAILED", "QUEUED");
            lab.calm();
        }
        assertThat(aside(device)).isEqualTo("null");
    }

    @Test
    void aDiskThatProgramsOfDifferentPeopleFindFullSetsItsDeviceAside() throws Exception {
        UUID device = device("full", Map.of("command:any", "allowed"));
        for (int i = 0; i < 3; i++) {
            assertThat(aside(device)).isEqualTo("null");
            UUID run = program(i);
            metrics.sql("update run set created_by = ? where id = ?", "person-" + i, run);
            lab.end(lab.started(run), full());
            assertThat(lab.text("select reason from run where id = ?", run)).isEqualTo("DISK_FULL");
        }
        assertThat(aside(device)).contains("last 3 different runs", "DISK_FULL");
    }

    /** What a program writes is gone with it: those of one person say no more of the device the fourth time. */
    @Test
    void whoeverFillsTheDiskAgainAndAgainSetsNoDeviceAside() throws Exception {
        UUID device = device("filled", Map.of("command:any", "allowed"));
        UUID sweep = UUID.fromString(given().contentType(ContentType.JSON)
                .body("""
                        {"experiment": "programs", "base": {"task": "command", "command": ["train", "{seed}"]},
                         "seeds": [0, 1, 2, 3], "metric": "val/acc", "goal": "max"}""")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id"));
        for (int i = 0; i < 4; i++) {
            lab.end(lab.started(starting(sweep)), full());
        }
        assertThat(metrics.number("select count(*) from run where sweep_id = ? and reason = 'DISK_FULL'", sweep))
                .isEqualTo(4);
        for (int i = 0; i < 3; i++) {
            lab.end(lab.started(program(i)), full());
        }
        assertThat(aside(device)).isEqualTo("null");
        assertThat(metrics.number("select cardinality(failing) from device where id = ?", device))
                .isOne();
    }

    private UUID starting(UUID sweep) throws InterruptedException {
        long end = System.nanoTime() + 30_000_000_000L;
        while (System.nanoTime() < end) {
            List<String> ids = metrics.column("select id from run where sweep_id = ? and state = 'STARTING'", sweep);
            if (!ids.isEmpty()) {
                return UUID.fromString(ids.get(0));
            }
            Thread.sleep(20);
        }
        throw new AssertionError("no run of the sweep was granted");
    }

    /** Its wheel is missing on one host alone. */
    @Test
    void aSetupThatFailsOnOneHostIsTriedOnTheOtherAndBlamesNoDevice() throws Exception {
        UUID bare = device("without", Map.of("command:any", "allowed"));
        UUID run = program(0);
        Leases.Held first = lab.started(run);
        assertThat(first.device()).isEqualTo(bare);
        UUID other = device("with", Map.of("command:any", "allowed"));
        String why = "setup ended with exit code 9 on this machine";
        lab.end(first, new Outcome.Failed(0, FailureReason.SETUP, why));
        given().get("/api/v1/runs/" + run)
                .then()
                .body("state", equalTo("QUEUED"))
                .body("reason", equalTo(null))
                .body("message", containsString(why));
        assertThat(metrics.column("select device_id from refusal where run_id = ? and reason = 'SETUP'", run))
                .containsExactly(bare.toString());
        lab.now(run);
        Leases.Held second = lab.started(run);
        assertThat(second.device()).isEqualTo(other);
        lab.end(second, new Outcome.Finished(3));
        given().get("/api/v1/runs/" + run)
                .then()
                .body("state", equalTo("FINISHED"))
                .body("reason", equalTo(null))
                .body("message", equalTo(null));
        assertThat(aside(bare)).isEqualTo("null");

        // A second host that says the same: it is the setup, and the run says what each of them did.
        UUID wrong = program(1);
        lab.end(lab.started(wrong), new Outcome.Failed(0, FailureReason.SETUP, why));
        lab.now(wrong);
        lab.end(lab.started(wrong), new Outcome.Failed(0, FailureReason.SETUP, why));
        given().get("/api/v1/runs/" + wrong)
                .then()
                .body("state", equalTo("FAILED"))
                .body("reason", equalTo("SETUP"))
                .body("message", containsString("on without"))
                .body("message", containsString("on with:"));
    }

    private static Outcome full() {
        return new Outcome.Failed(0, FailureReason.DISK_FULL, "it ended for want of disk space");
    }

    private static UUID program(int seed) {
        return queue("{\"spec\": {\"task\": \"command\", \"command\": [\"train\"], \"seed\": " + seed + "}}");
    }

    private String aside(UUID device) {
        return lab.text("select quarantined from device where id = ?", device);
    }

    private String experiment(String sweep) {
        return metrics.column("select experiment_id from sweep where id = ?", UUID.fromString(sweep))
                .get(0);
    }

    private static Object[] steps(int from, int to) {
        return java.util.stream.IntStream.rangeClosed(from, to).boxed().toArray();
    }

    private static Heartbeats.Beat going() {
        return new Heartbeats.Beat(0, 0, null, null, null, true);
    }

    private List<String> counted(UUID run) {
        return metrics.column(
                "select step from metric_point where run_id = ? and superseded_by is null order by step", run);
    }

    private void resume(Leases.Held held, long step) {
        given().header("Authorization", metrics.bearer(held.run(), held.attempt()))
                .contentType(ContentType.JSON)
                .body(Map.of("step", step))
                .put("/api/v1/runs/" + held.run() + "/attempts/" + held.attempt() + "/resume")
                .then()
                .statusCode(200);
    }

    /** As MLflow's client does, with the token that the program has. */
    private void tag(Leases.Held held, String key, String value) {
        given().header("Authorization", metrics.bearer(held.run(), held.attempt()))
                .contentType(ContentType.JSON)
                .body(Map.of("run_id", held.run().toString().replace("-", ""), "key", key, "value", value))
                .post("/api/2.0/mlflow/runs/set-tag")
                .then()
                .statusCode(200);
    }

    private void send(Leases.Held held, int from, int to) {
        StringBuilder points = new StringBuilder();
        for (int step = from; step <= to; step++) {
            points.append(step == from ? "" : ",").append(Lab.point("train/loss", step, step));
        }
        metrics.send(held.run(), held.attempt(), points.toString()).statusCode(200);
    }

    private UUID device(String host, Map<String, String> places) {
        Fleet.Registered registered = fleet.register(
                Leases.candidate(host), List.of(new Fleet.Offer("cpu", "cpu", "c", 1, 1, Map.of(), places)));
        workers.add(registered.worker());
        return registered.devices().get(0).id();
    }

    private static UUID queue(String body) {
        return UUID.fromString(given().contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .extract()
                .path("id"));
    }
}
