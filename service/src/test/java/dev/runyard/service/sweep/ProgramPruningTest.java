package dev.runyard.service.sweep;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Programs are pruned by whatever they report, over epochs or steps. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class ProgramPruningTest {
    @Inject
    Statements statements;

    @Inject
    SweepLedger ledger;

    @Inject
    SweepPruning pruning;

    @Inject
    Readings readings;

    /** A program reports what it likes, when it likes: at a rung counts what comes first after it. */
    @Test
    void aProgramIsStoppedByWhatItReportsOverItsSteps() {
        UUID sweep = program("mine/error", "{\"kind\": \"asha\", \"reduction\": 3, \"minEpochs\": 100}");
        steps(sweep, 0, 50, 9);
        assertThat(readings.decisions(sweep)).isEmpty();
        steps(sweep, 0, 120, 2);
        steps(sweep, 0, 130, 99);
        steps(sweep, 1, 101, 3);
        assertThat(readings.decisions(sweep)).containsExactly("0@100 KEEP", "1@100 STOP");
        // What is reported after the stop counts for nothing; what was missed is seen when the sweep is topped up.
        steps(sweep, 1, 300, 0.1);
        unseen(sweep, 0, 350, 1);
        unseen(sweep, 2, 110, 1);
        ledger.next(sweep);
        assertThat(readings.decisions(sweep))
                .containsExactlyInAnyOrder("0@100 KEEP", "1@100 STOP", "0@300 KEEP", "2@100 KEEP");
        assertThat(statements
                        .row("select pruned from run where id = ?", r -> r.getString(1), SweepLedger.runId(sweep, 1))
                        .orElseThrow())
                .isEqualTo("place 2 of 2 at step 100, the best 1 go on");
        statements.change(
                "update run set state = 'PRUNED', ended_at = now() where id = ?", SweepLedger.runId(sweep, 1));
        given().get("/api/v1/sweeps/" + sweep + "/points")
                .then()
                .body("points[1].state", equalTo("PRUNED"))
                .body("points[1].values", equalTo(List.of(3f)))
                .body("points[1].epochs", equalTo(100f));
        given().contentType(ContentType.JSON)
                .body("""
                        {"experiment": "search", "base": {"task": "command", "command": ["train", "{params.lr}"]},
                         "axes": {"params.lr": {"logUniform": [0.001, 1]}}, "metric": "mine/error", "goal": "min",
                         "pruner": {"kind": "hyperband"}, "sampler": {"kind": "tpe", "runs": 3}}""")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .body("field", equalTo("pruner.kind"));
    }

    /** Both are told by programs, and neither ends the looking. */
    @Test
    void stepsAndEpochsBeyondAnyPlaceAreTakenAtTheLastOne() {
        for (String pruner : List.of("{\"kind\": \"asha\"}", "{\"kind\": \"median\", \"startup\": 1}")) {
            UUID sweep = program("mine/error", pruner);
            steps(sweep, 0, 5_000_000_000L, 9);
            steps(sweep, 0, 6_000_000_000L, 8);
            assertThat(readings.decisions(sweep))
                    .hasSize(1)
                    .first()
                    .asString()
                    .isEqualTo(pruner.contains("asha") ? "0@1162261467 KEEP" : "0@2100000000 KEEP");
            unseen(sweep, 1, 1, 7);
            unseen(sweep, 1, 2, 6);
            statements.change(
                    "update metric_point set epoch = step * 3e9 where run_id = ?", SweepLedger.runId(sweep, 1));
            ledger.next(sweep);
            assertThat(readings.decisions(sweep))
                    .as("nothing is decided at the last place")
                    .hasSize(2)
                    .contains("1@2147483647 -");
        }
    }

    /** What comes without an epoch from a run that says epochs is at no rung; what was missed is seen when the run is over. */
    @Test
    void aRunIsCountedByEpochsOrBySteps() {
        UUID sweep = program("mine/error", "{\"kind\": \"asha\"}");
        UUID run = SweepLedger.runId(sweep, 0);
        unseen(sweep, 0, 10, 5);
        statements.change("update metric_point set epoch = 1 where run_id = ? and step = 10", run);
        steps(sweep, 0, 500, 6);
        assertThat(readings.decisions(sweep)).containsExactly("0@1 KEEP");
        unseen(sweep, 0, 600, 4);
        statements.change("update metric_point set epoch = 3 where run_id = ? and step = 600", run);
        statements.change("update run set state = 'FINISHED', ended_at = now() where id = ?", run);
        ledger.next(sweep);
        assertThat(readings.decisions(sweep)).containsExactly("0@1 KEEP", "0@3 KEEP");
    }

    /** It was stopped at epoch 1, and step 2 has nothing to do with that: its last value counts. */
    @Test
    void anEpochOfThePrunerIsNoStepOfTheGoal() {
        UUID sweep = program("mine/error", "{\"kind\": \"asha\", \"metric\": \"val/top1\"}");
        UUID run = SweepLedger.runId(sweep, 1);
        unseen(sweep, 1, 2, 9);
        unseen(sweep, 1, 100, 4);
        readings.report(SweepLedger.runId(sweep, 0), 1, 50);
        readings.report(run, 1, 40);
        assertThat(readings.decisions(sweep)).containsExactly("0@1 KEEP", "1@1 STOP");
        statements.change("update run set state = 'PRUNED', ended_at = now() where id = ?", run);
        given().get("/api/v1/sweeps/" + sweep + "/points").then().body("points[1].values", equalTo(List.of(4f)));
    }

    /** The lab keeps the largest of a metric that it does not know; of this one the least is best. */
    @Test
    void ofAMetricThatIsNotDefinedTheLastValueIsTheBest() {
        UUID sweep = program("mine/cost", "{\"kind\": \"asha\"}");
        readings.unseen("mine/cost", sweep, 0, 1, 2);
        readings.unseen("mine/cost", sweep, 1, 1, 3);
        statements.change(
                "update metric_summary set best = 99 where run_id in (select id from run where sweep_id = ?)", sweep);
        statements.change(
                "update run set state = 'FINISHED', started_at = now(), ended_at = now() where sweep_id = ?", sweep);
        String at = "/api/v1/sweeps/" + sweep;
        given().get(at + "/progress?value=best")
                .then()
                .body("goal", equalTo("MIN"))
                .body("steps.value", contains(2f));
        given().get(at + "/table?value=best")
                .then()
                .body("rows.mean", hasItem(3f))
                .body("rows.max", hasItem(2f));
    }

    private static UUID program(String metric, String pruner) {
        return UUID.fromString(given().contentType(ContentType.JSON)
                .body(
                        "{\"experiment\": \"search\", \"base\": {\"task\": \"command\", \"command\": [\"train\", \"{params.lr}\"]},"
                                + " \"axes\": {\"params.lr\": {\"logUniform\": [0.001, 1]}}, \"metric\": \"" + metric
                                + "\", \"goal\": \"min\", \"parallel\": 3, \"pruner\": " + pruner
                                + ", \"sampler\": {\"kind\": \"tpe\", \"runs\": 3}}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .<String>path("id"));
    }

    private void steps(UUID sweep, int index, long step, double value) {
        unseen(sweep, index, step, value);
        pruning.stored(SweepLedger.runId(sweep, index), Set.of("mine/error"), step);
    }

    private void unseen(UUID sweep, int index, long step, double value) {
        readings.unseen("mine/error", sweep, index, step, value);
    }
}
