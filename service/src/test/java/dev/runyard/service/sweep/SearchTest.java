package dev.runyard.service.sweep;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.run.Command;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.run.attempt.Heartbeats;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Sweeps that learn and prune: what is drawn and decided is drawn and decided once. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class SearchTest {
    @Inject
    Statements statements;

    @Inject
    SweepLedger ledger;

    @Inject
    SweepPruning pruning;

    @Inject
    RunLedger runs;

    @Inject
    Heartbeats heartbeats;

    @Inject
    Readings readings;

    private static JsonPath queue(String fields) {
        return given().contentType(ContentType.JSON)
                .body("{\"experiment\": \"search\", \"base\": {\"dataset\": {\"id\": \"shapes\"}, \"schedule\":"
                        + " {\"epochs\": 9}}, " + fields + "}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath();
    }

    private static UUID id(JsonPath sweep) {
        return UUID.fromString(sweep.getString("id"));
    }

    /** The open runs end as if they had been trained; the metric is best at a rate of 0.1. */
    private void finish(UUID sweep) {
        int key = readings.key("val/top1");
        statements.change("""
                insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, lower_is_better)
                select id, ?, 1, 0, 1, 1, -abs(log(cast(params ->> 'optimizer.learningRate' as numeric)) + 1), false
                from run where sweep_id = ? and ended_at is null on conflict do nothing""", key, sweep);
        statements.change(
                "update run set state = 'FINISHED', ended_at = now() where sweep_id = ? and ended_at is null", sweep);
    }

    private List<String> drawn(UUID sweep) {
        return statements.rows(
                "select params::text from sweep_draw where sweep_id = ? order by point", r -> r.getString(1), sweep);
    }

    @Test
    void pointsAreDrawnAsTheWindowMovesAndNeverTwice() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 4,"
                + " \"seeds\": [0, 1], \"enqueue\": [{\"optimizer.learningRate\": 0.5}],"
                + " \"sampler\": {\"kind\": \"tpe\", \"runs\": 20, \"startup\": 5}"));
        assertThat(drawn(sweep)).hasSize(2).first().asString().contains("0.5");
        ledger.next(sweep);
        assertThat(drawn(sweep)).as("the window is full").hasSize(2);
        while (statements.number("select count(*) from sweep where id = ? and state = 'RUNNING'", sweep) == 1) {
            List<String> before = drawn(sweep);
            finish(sweep);
            ledger.next(sweep);
            assertThat(drawn(sweep).subList(0, before.size())).isEqualTo(before);
        }
        assertThat(drawn(sweep)).hasSize(20).doesNotHaveDuplicates();
        assertThat(statements.number("select count(*) from run where sweep_id = ?", sweep))
                .isEqualTo(40);
        assertThat(statements.number(
                        "select count(*) from sweep_draw where sweep_id = ? and sampler = 'tpe' and version = 1 and history <= point",
                        sweep))
                .isEqualTo(19);
        // It learned: the later half is nearer to the best than chance is.
        double late = statements
                .row(
                        "select avg(abs(log(cast(params ->> 'optimizer.learningRate' as numeric)) + 1)) from sweep_draw"
                                + " where sweep_id = ? and point >= 10",
                        r -> r.getDouble(1),
                        sweep)
                .orElseThrow();
        assertThat(late).isLessThan(0.8);
    }

    @Test
    void aSweepGoesOnFromTheHistoryOfAnother() {
        UUID first = id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 30,"
                + " \"sampler\": {\"kind\": \"random\", \"runs\": 30}"));
        finish(first);
        UUID second = id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 3,"
                + " \"from\": \"" + first + "\", \"sampler\": {\"kind\": \"tpe\", \"runs\": 3}"));
        assertThat(statements.rows(
                        "select history from sweep_draw where sweep_id = ? order by point", r -> r.getInt(1), second))
                .containsExactly(30, 31, 32);
        given().get("/api/v1/sweeps/" + second).then().body("note", equalTo("learns from 30 points of sweep " + first));
        // Narrower than it was: what lies outside is not taken.
        given().contentType(ContentType.JSON)
                .body(followed(first, "{\"optimizer.learningRate\": {\"logUniform\": [0.1, 0.11]}}"))
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .body("note", matchesPattern("learns from [0-5] points of sweep " + first));
        given().contentType(ContentType.JSON)
                .body(followed(first, "{\"optimizer.momentum\": {\"uniform\": [0.1, 0.9]}}"))
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .body("code", equalTo("NOTHING_FITS"))
                .body("field", equalTo("from"))
                .body("rule", containsString("30 points"))
                .body("rule", containsString("optimizer.momentum"));
        // The one point that is over does not set the axis, which may be there at times only.
        UUID third = id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 2,"
                + " \"sampler\": {\"kind\": \"random\", \"runs\": 2}"));
        statements.change("update sweep_draw set params = '{}' where sweep_id = ? and point = 0", third);
        statements.change(
                "update run set state = 'FINISHED', ended_at = now() where id = ?", SweepLedger.runId(third, 0));
        given().contentType(ContentType.JSON)
                .body(followed(third, "{\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}"))
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201);
    }

    private static String followed(UUID first, String axes) {
        return "{\"experiment\": \"search\", \"base\": {\"dataset\": {\"id\": \"shapes\"}, \"schedule\": {\"epochs\": 9}},"
                + " \"axes\": " + axes + ", \"parallel\": 1, \"from\": \"" + first
                + "\", \"sampler\": {\"kind\": \"tpe\", \"runs\": 2}}";
    }

    @Test
    void aBudgetEndsTheSweepAndSaysWhy() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 2,"
                + " \"budget\": {\"noImprovement\": 3}, \"sampler\": {\"kind\": \"tpe\", \"runs\": 500}"));
        for (int i = 0;
                i < 200
                        && statements.number("select count(*) from sweep where id = ? and state = 'RUNNING'", sweep)
                                == 1;
                i++) {
            finish(sweep);
            ledger.next(sweep);
        }
        given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("FINISHED"));
        assertThat(statements
                        .row("select stopping from sweep where id = ?", r -> r.getString(1), sweep)
                        .orElseThrow())
                .contains("in a row did not beat val/top1");
    }

    /** A run on two devices uses up two device-hours in an hour. */
    @Test
    void aBudgetOfDeviceHoursCountsEachDeviceOfARun() {
        UUID sweep = hours("\"deviceHours\": 10");
        leased(sweep);
        statements.change("update run set devices = 2 where sweep_id = ?", sweep);
        statements.change(
                "update attempt set started_at = now() - interval '4.9 hours'"
                        + " where run_id in (select id from run where sweep_id = ?)",
                sweep);
        oneMore(sweep);
        assertThat(stopping(sweep)).isEmpty();
        statements.change(
                "update attempt set started_at = started_at - interval '0.2 hours'"
                        + " where run_id in (select id from run where sweep_id = ?)",
                sweep);
        oneMore(sweep);
        assertThat(stopping(sweep)).startsWith("10.20 device-hours used, of 10.0");
        assertThat(statements.number("select count(*) from run where sweep_id = ?", sweep))
                .isEqualTo(2);
    }

    @Test
    void aBudgetOfHoursCountsFromTheQueueing() {
        UUID sweep = hours("\"hours\": 24");
        statements.change("update sweep set created_at = now() - interval '23.9 hours' where id = ?", sweep);
        oneMore(sweep);
        assertThat(stopping(sweep)).isEmpty();
        statements.change("update sweep set created_at = now() - interval '24.1 hours' where id = ?", sweep);
        oneMore(sweep);
        assertThat(stopping(sweep)).startsWith("24.10 hours since it was queued, of 24.0");
    }

    private static UUID hours(String budget) {
        return id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 1,"
                + " \"budget\": {" + budget + "}, \"sampler\": {\"kind\": \"tpe\", \"runs\": 9}"));
    }

    /** There is room for a run; its attempt, where it has one, ends now. */
    private void oneMore(UUID sweep) {
        statements.change(
                "update attempt set ended_at = coalesce(ended_at, now()), state = 'FINISHED' where run_id in (select id from run where sweep_id = ?)",
                sweep);
        finish(sweep);
        ledger.next(sweep);
    }

    private String stopping(UUID sweep) {
        return statements
                .row("select coalesce(stopping, '') from sweep where id = ?", r -> r.getString(1), sweep)
                .orElseThrow();
    }

    /** The model of a Gaussian process costs the cube of its points, while the sweep's row is held. */
    @Test
    void aGaussianProcessIsNotMadeLongerThanItIsFor() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 1,"
                + " \"seeds\": [0, 1], \"sampler\": {\"kind\": \"gp\", \"runs\": 490}"));
        given().contentType(ContentType.JSON)
                .body("{\"points\": 11}")
                .post("/api/v1/sweeps/" + sweep + "/extend")
                .then()
                .statusCode(422)
                .body("code", equalTo("OUT_OF_RANGE"))
                .body("field", equalTo("points"))
                .body("detail", containsString("make 501 points, and sampler gp draws 500 at most; add 10 or fewer"));
        given().get("/api/v1/sweeps/" + sweep).then().body("total", equalTo(980));
        extend(sweep, 10);
        given().get("/api/v1/sweeps/" + sweep).then().body("total", equalTo(1000));
        given().post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(200);
    }

    /** Axes that are there for one method only, drawn by a sampler that learns. */
    @Test
    void anAxisOfOneMethodIsDrawnWithThatMethodAlone() {
        UUID sweep = id(queue("\"axes\": {\"method.kind\": [\"pgn\", \"iip\"], \"method.librarySize\":"
                + " {\"integers\": [8, 64], \"log\": true, \"when\": {\"method.kind\": \"pgn\"}},"
                + " \"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 4,"
                + " \"sampler\": {\"kind\": \"tpe\", \"runs\": 16, \"startup\": 6}"));
        for (int i = 0; i < 4; i++) {
            finish(sweep);
            ledger.next(sweep);
        }
        given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("FINISHED"));
        String runs =
                "select count(*) from run where sweep_id = ? and spec #>> '{method,kind}' = ? and spec #>> '{method,librarySize}' is ";
        long with = statements.number(runs + "not null", sweep, "pgn");
        long without = statements.number(runs + "null", sweep, "iip");
        assertThat(with).isPositive();
        assertThat(without).isPositive();
        assertThat(with + without).isEqualTo(16);
        assertThat(statements.number(
                        "select count(*) from sweep_draw where sweep_id = ? and refused is not null", sweep))
                .isZero();
    }

    /** A stopped sweep's list leaves out what it never ran; a point's number stays its number. */
    @Test
    void aPointIsFoundByItsNumberBehindThoseThatNeverRan() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 1,"
                + " \"sampler\": {\"kind\": \"random\", \"runs\": 4}"));
        given().post("/api/v1/sweeps/" + sweep + "/stop").then().statusCode(200);
        statements.change("update sweep_draw set refused = 'cannot be run' where sweep_id = ? and point = 3", sweep);
        String points = "/api/v1/sweeps/" + sweep + "/points";
        JsonPath listed = given().get(points)
                .then()
                .body("points.point", contains(0, 3))
                .extract()
                .jsonPath();
        given().get(points + "/3/run")
                .then()
                .statusCode(200)
                .body("name", equalTo("search point 3"))
                .body(
                        "spec.optimizer.learningRate",
                        equalTo(listed.getFloat("points[1].params.'optimizer.learningRate'")));
        given().get(points + "/1/run").then().statusCode(404);
    }

    /** Brackets follow from the longest run that the axes allow: none shifts when a longer one is made. */
    @Test
    void aRunStaysInItsBracketWhenALongerOneIsMade() {
        UUID sweep = id(queue("\"axes\": {\"schedule.epochs\": [2, 9]}, \"parallel\": 1,"
                + " \"enqueue\": [{\"schedule.epochs\": 2}], \"sampler\": {\"kind\": \"tpe\", \"runs\": 2},"
                + " \"pruner\": {\"kind\": \"hyperband\"}"));
        UUID run = SweepLedger.runId(sweep, 0);
        assertThat(statements.number("select epochs from run where id = ?", run))
                .isEqualTo(2);
        readings.report(run, 1, 50);
        // With 9 epochs there are three brackets, and it belongs to the second, which begins at epoch 3.
        assertThat(readings.decisions(sweep)).containsExactly("0@1 -");
    }

    /** A point of a run at an epoch; the first of an epoch counts. */
    @Test
    void aDecisionIsMadeOnceAndCarriedOutWhateverHappens() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 3,"
                + " \"pruner\": {\"kind\": \"asha\", \"reduction\": 3, \"minEpochs\": 1},"
                + " \"sampler\": {\"kind\": \"random\", \"runs\": 3}"));
        statements.change("update run set state = 'RUNNING', attempt = 1, epochs = 9 where sweep_id = ?", sweep);
        readings.report(SweepLedger.runId(sweep, 0), 1, 60);
        readings.report(SweepLedger.runId(sweep, 1), 1, 50);
        readings.report(SweepLedger.runId(sweep, 2), 1, 70);
        readings.report(SweepLedger.runId(sweep, 2), 2, 71);
        List<String> decided = readings.decisions(sweep);
        assertThat(decided).containsExactly("0@1 KEEP", "1@1 STOP", "2@1 KEEP", "2@2 -");
        // What comes late, or again, changes nothing; a look at everything finds nothing new.
        statements.change("update metric_point set value = 99 where run_id = ?", SweepLedger.runId(sweep, 1));
        ledger.next(sweep);
        assertThat(readings.decisions(sweep)).isEqualTo(decided);
        UUID stopped = SweepLedger.runId(sweep, 1);
        assertThat(statements
                        .row("select pruned from run where id = ?", r -> r.getString(1), stopped)
                        .orElseThrow())
                .contains("place 2 of 2");
        given().get("/api/v1/sweeps/" + sweep + "/rungs")
                .then()
                .statusCode(200)
                .body("readings[1].decision", equalTo("STOP"))
                .body("readings[1].why", containsString("place 2 of 2"));
        // A person takes it up again, and the pruner leaves it alone.
        statements.change("update run set state = 'PRUNED', ended_at = now() where id = ?", stopped);
        runs.obey(stopped, Command.RESUME, "ada");
        statements.change("update run set state = 'RUNNING' where id = ?", stopped);
        readings.report(stopped, 3, 1);
        assertThat(readings.decisions(sweep)).endsWith("1@3 KEEP");
    }

    /** The first run is a failure that took two hours, the third is pruned at the best value of all: neither is the best so far. */
    @Test
    void allRunsAreThereInColumnsAndTheBestSoFarInSteps() {
        UUID sweep =
                id(queue("\"axes\": {\"optimizer.learningRate\": [0.5, 0.4, 0.1, 0.3, 0.35, 0.2]}, \"parallel\": 6"));
        finish(sweep);
        ledger.next(sweep);
        statements.change(
                "update run set started_at = timestamptz '2026-01-01 00:00Z' + make_interval(hours => sweep_index),"
                        + " ended_at = timestamptz '2026-01-01 02:00Z' + make_interval(hours => sweep_index)"
                        + " where sweep_id = ?",
                sweep);
        statements.change(
                "update run set state = 'FAILED', reason = 'NOT_FINITE', message = 'NaN' where id = ?",
                SweepLedger.runId(sweep, 0));
        statements.change("delete from metric_summary where run_id = ?", SweepLedger.runId(sweep, 0));
        statements.change("update run set state = 'PRUNED' where id = ?", SweepLedger.runId(sweep, 2));
        String at = "/api/v1/sweeps/" + sweep;
        given().get(at + "/progress")
                .then()
                .statusCode(200)
                .body("metric", equalTo("val/top1"))
                .body("goal", equalTo("MAX"))
                .body("runs", equalTo(5))
                .body("deviceHours", equalTo(12f))
                .body("steps.n", contains(1, 3, 5))
                .body("steps.hours", contains(3f, 5f, 7f))
                .body("steps.deviceHours", contains(4f, 8f, 12f))
                .body("steps[0].run", equalTo(SweepLedger.runId(sweep, 1).toString()));
        // One that goes on began before all that are over.
        statements.change(
                "update run set state = 'RUNNING', started_at = timestamptz '2025-12-31 22:00Z', ended_at = null where id = ?",
                SweepLedger.runId(sweep, 4));
        given().get(at + "/progress").then().body("runs", equalTo(4)).body("steps.hours", contains(5f, 7f, 9f));
        statements.change(
                "update run set state = 'FINISHED', started_at = timestamptz '2026-01-01 04:00Z', ended_at = timestamptz '2026-01-01 06:00Z'"
                        + " where id = ?",
                SweepLedger.runId(sweep, 4));
        given().get(at + "/progress?value=min").then().statusCode(422).body("field", equalTo("value"));
        JsonPath columns = given().get(at + "/columns?metrics=val/top1&metrics=none/such")
                .then()
                .statusCode(200)
                .body("total", equalTo(6))
                .body("next", nullValue())
                .body("indexes", contains(0, 1, 2, 3, 4, 5))
                .body("names", hasItem("val/top1"))
                .body("states[2]", equalTo("PRUNED"))
                .body("failures", equalTo(List.of(Map.of("at", 0, "reason", "NOT_FINITE", "message", "NaN"))))
                .body("params.keySet()", contains("optimizer.learningRate"))
                .body("metrics[0].goal", equalTo("MAX"))
                .body("metrics[0].count", contains(null, 1, 1, 1, 1, 1))
                .body("metrics[1].last", contains(null, null, null, null, null, null))
                .extract()
                .jsonPath();
        assertThat(columns.getList("params.'optimizer.learningRate'", Float.class))
                .containsExactly(0.5f, 0.4f, 0.1f, 0.3f, 0.35f, 0.2f);
        assertThat(columns.getLong("endedAt[0]") - columns.getLong("startedAt[0]"))
                .isEqualTo(7_200_000);
        given().get(at + "/columns?after=3")
                .then()
                .body("indexes", contains(4, 5))
                .body("names", nullValue());
        given().get("/api/v1/sweeps/" + UUID.randomUUID() + "/columns").then().statusCode(404);
        given().get("/api/v1/sweeps/" + UUID.randomUUID() + "/progress").then().statusCode(404);
    }

    @Test
    void aPointThatCannotBeRunIsSaidAndPassedOver() {
        UUID sweep = id(queue("\"axes\": {\"schedule.warmupEpochs\": {\"integers\": [0, 40]},"
                + " \"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"require\": \"schedule.warmupEpochs < 9\","
                + " \"parallel\": 5, \"sampler\": {\"kind\": \"tpe\", \"runs\": 5}"));
        assertThat(statements.number("select count(*) from run where sweep_id = ?", sweep))
                .isEqualTo(5);
        given().get("/api/v1/sweeps/" + sweep + "/points")
                .then()
                .statusCode(200)
                .body("points.size()", equalTo(5))
                .body("points[0].sampler", equalTo("tpe"));
    }

    private UUID leased(UUID sweep) {
        UUID run = SweepLedger.runId(sweep, 0);
        UUID worker = UUID.randomUUID();
        UUID device = UUID.randomUUID();
        statements.change("insert into worker (id, host, pid, version) values (?, 'search', 1, 'test')", worker);
        statements.change(
                "insert into device (id, host, machine, key, kind, name, memory_bytes, slots, worker_id)"
                        + " values (?, 'search', cast(? as text), 'cpu', 'cpu', 'c', 1, 1, ?)",
                device,
                device.toString(),
                worker);
        assertThat(QuarkusTransaction.requiringNew().call(() -> runs.grant(run, device, 0, worker)))
                .hasValue(1);
        runs.started(run, 1);
        assertThat(heartbeats.beat(run, 1, new Heartbeats.Beat(10, 1, 90L, 9))).isEqualTo(Order.CONTINUE);
        return run;
    }

    private UUID below(double threshold) {
        // No device of other tests takes its run: nothing is granted but by this test.
        return id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 1,"
                + " \"pruner\": {\"kind\": \"threshold\", \"min\": " + threshold + "},"
                + " \"sampler\": {\"kind\": \"tpe\", \"runs\": 2}"));
    }

    @Test
    void whichDeviceEachRunOfASweepWasOnIsTold() {
        UUID sweep = below(1);
        UUID run = leased(sweep);
        leased(below(2));
        given().get("/api/v1/sweeps/" + sweep + "/attempts")
                .then()
                .statusCode(200)
                .body("size()", equalTo(1))
                .body("[0].run", equalTo(run.toString()))
                .body("[0].attempt", equalTo(1))
                .body("[0].host", equalTo("search"))
                .body("[0].state", equalTo("RUNNING"))
                .body("[0].grantedAt", notNullValue())
                .body("[0].endStep", equalTo(10));
        given().get("/api/v1/runs/" + run + "/attempts").then().body("[0].run", nullValue());
        given().get("/api/v1/sweeps/" + UUID.randomUUID() + "/attempts").then().statusCode(404);
    }

    @Test
    void aStopIsACheckpointAndAnEnd() {
        UUID run = leased(below(40));
        readings.report(run, 1, 30);
        assertThat(heartbeats.beat(run, 1, new Heartbeats.Beat(11, 1, 90L, 9))).isEqualTo(Order.PAUSE);
        runs.ended(run, 1, new Outcome.GivenBack(11, Outcome.Cause.PAUSE));
        given().get("/api/v1/runs/" + run).then().body("state", equalTo("PRUNED"));
    }

    /** The worker that was to stop is gone: decided is decided. */
    @Test
    void aStopOutlivesTheWorkerThatWasToObey() {
        UUID sweep = below(40);
        UUID run = leased(sweep);
        readings.report(run, 1, 30);
        runs.evict(run, 1, "its host is off");
        given().get("/api/v1/runs/" + run).then().body("state", equalTo("PRUNED"));
        // What was learned of it counts, and the sweep goes on.
        ledger.next(sweep);
        assertThat(statements.number("select count(*) from run where sweep_id = ?", sweep))
                .isEqualTo(2);
        given().contentType(ContentType.JSON)
                .body("{}")
                .post("/api/v1/runs/" + run + "/resume")
                .then()
                .statusCode(200)
                .body("state", equalTo("QUEUED"));
    }

    @Test
    void aSweepIsMadeLongerAndStopped() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 2,"
                + " \"sampler\": {\"kind\": \"random\", \"runs\": 4}"));
        for (int i = 0; i < 3; i++) {
            finish(sweep);
            ledger.next(sweep);
        }
        given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("FINISHED"));
        given().contentType(ContentType.JSON)
                .body("{\"points\": 3}")
                .post("/api/v1/sweeps/" + sweep + "/extend")
                .then()
                .statusCode(200);
        ledger.next(sweep);
        given().get("/api/v1/sweeps/" + sweep)
                .then()
                .body("state", equalTo("RUNNING"))
                .body("total", equalTo(7));
        given().post("/api/v1/sweeps/" + sweep + "/stop")
                .then()
                .statusCode(200)
                .body("stopping", containsString("stopped by"));
        finish(sweep);
        ledger.next(sweep);
        given().get("/api/v1/sweeps/" + sweep)
                .then()
                .body("state", equalTo("FINISHED"))
                .body("total", equalTo(6));
        // The seventh was drawn and will not be run: it is none that goes on.
        given().get("/api/v1/sweeps/" + sweep + "/points")
                .then()
                .body("points.point", contains(0, 1, 2, 3, 4, 5))
                .body("points.state", not(hasItem("OPEN")));
        given().get("/api/v1/sweeps/" + sweep + "/importance")
                .then()
                .statusCode(200)
                .body("said", containsString("too few runs to say"));
        assertThat(drawn(sweep)).hasSize(6).doesNotHaveDuplicates();
    }

    /** Another version would draw other points; the sweep says so, and ends with what it has. */
    @Test
    void anotherVersionOfTheSamplerDrawsNothingForASweepUnderWay() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 2,"
                + " \"sampler\": {\"kind\": \"tpe\", \"runs\": 9}"));
        statements.change("update sweep_draw set version = 99 where sweep_id = ?", sweep);
        finish(sweep);
        ledger.next(sweep);
        assertThat(drawn(sweep)).hasSize(2);
        given().get("/api/v1/sweeps/" + sweep + "/points")
                .then()
                .body("stopping", containsString("tpe version 99"))
                .body("stopping", containsString("from:"));
        given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("FINISHED"));
    }

    @Test
    void onlyTheBestPointsGetFurtherSeeds() {
        UUID sweep = id(
                queue(
                        "\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 3,"
                                + " \"seeds\": [0, 1, 2], \"seedsLater\": true, \"sampler\": {\"kind\": \"tpe\", \"runs\": 8, \"startup\": 4}"));
        given().get("/api/v1/sweeps/" + sweep).then().body("total", equalTo(8 + 2 * 2));
        for (int i = 0; i < 20; i++) {
            finish(sweep);
            ledger.next(sweep);
        }
        given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("FINISHED"));
        List<String> best = statements.rows(
                "select params::text from sweep_draw where sweep_id = ?"
                        + " order by abs(log(cast(params ->> 'optimizer.learningRate' as numeric)) + 1) limit 2",
                r -> r.getString(1),
                sweep);
        List<String> further = statements.rows(
                "select (params - 'seed')::text from sweep_point where sweep_id = ? and sweep_index >= 8 order by sweep_index",
                r -> r.getString(1),
                sweep);
        assertThat(further).containsExactly(best.get(0), best.get(0), best.get(1), best.get(1));
        JsonPath points = given().get("/api/v1/sweeps/" + sweep + "/points").jsonPath();
        assertThat(points.getList("points[" + points.getInt("best") + "].runs")).hasSize(3);
    }

    /** Where further points are asked for, the quarter is of all of them; a seed that was run is not run again. */
    @Test
    void aSweepWhoseBestPointsHaveTheirSeedsIsMadeLonger() {
        UUID sweep = id(
                queue(
                        "\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 3,"
                                + " \"seeds\": [0, 1, 2], \"seedsLater\": true, \"sampler\": {\"kind\": \"tpe\", \"runs\": 8, \"startup\": 4}"));
        toItsEnd(sweep);
        List<String> before = seeded(sweep);
        assertThat(before).hasSize(2);
        extend(sweep, 4);
        given().get("/api/v1/sweeps/" + sweep)
                .then()
                .body("state", equalTo("RUNNING"))
                .body("total", equalTo(8 + 2 * 2 + 4 + 2));
        ledger.next(sweep);
        // In the middle of its new points it is made longer once more.
        extend(sweep, 4);
        toItsEnd(sweep);
        assertThat(drawn(sweep)).hasSize(16).doesNotHaveDuplicates();
        List<String> best = statements.rows(
                "select params::text from sweep_draw where sweep_id = ?"
                        + " order by abs(log(cast(params ->> 'optimizer.learningRate' as numeric)) + 1) limit 4",
                r -> r.getString(1),
                sweep);
        assertThat(seeded(sweep)).containsAll(best).containsAll(before);
        assertThat(seeded(sweep)).allMatch(point -> best.contains(point) || before.contains(point));
        assertThat(statements.number(
                        "select count(*) from (select params from run where sweep_id = ? group by params having count(*) > 1) t",
                        sweep))
                .isZero();
        given().get("/api/v1/sweeps/" + sweep)
                .then()
                .body("total", equalTo(16 + 2 * seeded(sweep).size()))
                .body("created", equalTo(16 + 2 * seeded(sweep).size()));
    }

    @Test
    void aStoppedSweepWithSeedsForLaterGoesOnWithWhatWasDrawn() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 2,"
                + " \"seeds\": [0, 1], \"seedsLater\": true, \"sampler\": {\"kind\": \"random\", \"runs\": 6}"));
        given().post("/api/v1/sweeps/" + sweep + "/stop").then().statusCode(200);
        toItsEnd(sweep);
        assertThat(statements.number("select count(*) from run where sweep_id = ?", sweep))
                .isEqualTo(2);
        extend(sweep, 5);
        toItsEnd(sweep);
        assertThat(drawn(sweep)).hasSize(7).doesNotHaveDuplicates();
        assertThat(seeded(sweep)).hasSize(2);
        assertThat(statements.number("select count(*) from run where sweep_id = ?", sweep))
                .isEqualTo(9);
    }

    @Test
    void axesThatHaveNoMorePointsEndInFurtherSeedsToo() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": [0.1, 0.2, 0.3]}, \"parallel\": 3,"
                + " \"seeds\": [0, 1], \"seedsLater\": true, \"sampler\": {\"kind\": \"tpe\", \"runs\": 3}"));
        toItsEnd(sweep);
        assertThat(seeded(sweep)).hasSize(1);
        extend(sweep, 3);
        toItsEnd(sweep);
        assertThat(statements.number("select count(*) from run where sweep_id = ?", sweep))
                .isEqualTo(4);
        given().get("/api/v1/sweeps/" + sweep + "/points").then().body("stopping", containsString("no further point"));
    }

    private static void extend(UUID sweep, int points) {
        given().contentType(ContentType.JSON)
                .body("{\"points\": " + points + "}")
                .post("/api/v1/sweeps/" + sweep + "/extend")
                .then()
                .statusCode(200);
    }

    private void toItsEnd(UUID sweep) {
        for (int i = 0; i < 40; i++) {
            finish(sweep);
            ledger.next(sweep);
        }
        given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("FINISHED"));
    }

    /** Points that were run for more than one seed. */
    private List<String> seeded(UUID sweep) {
        return statements.rows(
                "select params::text from sweep_draw d where sweep_id = ? and (select count(*) from sweep_point p join run r"
                        + " on r.sweep_id = p.sweep_id and r.sweep_index = p.sweep_index"
                        + " where p.sweep_id = d.sweep_id and p.point = d.point) > 1 order by point",
                r -> r.getString(1),
                sweep);
    }

    /** What a run reports between its stop and its end is a matter of how fast it obeys: nobody learns from it. */
    @Test
    void whatIsReportedAfterAStopCountsForNothing() {
        UUID run = leased(below(40));
        readings.report(run, 1, 30);
        readings.report(run, 2, 99);
        heartbeats.beat(run, 1, new Heartbeats.Beat(11, 2, 90L, 9));
        runs.ended(run, 1, new Outcome.GivenBack(11, Outcome.Cause.PAUSE));
        UUID sweep = statements
                .row("select sweep_id from run where id = ?", r -> r.getObject(1, UUID.class), run)
                .orElseThrow();
        assertThat(readings.decisions(sweep)).containsExactly("0@1 STOP");
        given().get("/api/v1/sweeps/" + sweep + "/points")
                .then()
                .body("points[0].state", equalTo("PRUNED"))
                .body("points[0].epochs", equalTo(1f));
    }
}
