package dev.runyard.service.mlflow;

import static dev.runyard.service.mlflow.MlflowCalls.get;
import static dev.runyard.service.mlflow.MlflowCalls.metric;
import static dev.runyard.service.mlflow.MlflowCalls.pair;
import static dev.runyard.service.mlflow.MlflowCalls.post;
import static dev.runyard.service.mlflow.MlflowCalls.sent;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.StaleAttempt;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import dev.runyard.service.metric.PointBatch;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.run.client.ClientLog;
import dev.runyard.service.run.client.ClientRuns;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs that the program of a queued run begins below it: they end with the attempt, and a later one goes on with them. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MlflowChildrenTest {
    private static final String PARENT = "mlflow.parentRunId";

    @Inject
    Lab lab;

    @Inject
    RunLedger runs;

    @Inject
    ClientRuns clients;

    @Inject
    ClientLog log;

    static Stream<Arguments> ends() {
        Outcome gone = new Outcome.Failed(0, FailureReason.WORKER_LOST, "no heartbeat");
        return Stream.of(
                Arguments.of("RUNNING", new Outcome.Finished(3), "FINISHED", null, null),
                Arguments.of(
                        "RUNNING",
                        new Outcome.Failed(3, FailureReason.PROGRAM, "exit code 1"),
                        "FAILED",
                        "PROGRAM",
                        "PROGRAM"),
                Arguments.of("PAUSING", gone, "FAILED", "WORKER_LOST", "WORKER_LOST"),
                Arguments.of(
                        "PAUSING", new Outcome.GivenBack(3, Outcome.Cause.PREEMPTED), "CANCELLED", null, "given back"),
                Arguments.of("CANCELLING", gone, "CANCELLED", null, "WORKER_LOST"));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void whatAProgramLeftOpenEndsWithItsAttempt(
            String held, Outcome outcome, String state, String reason, String message) {
        UUID queued = lab.run("RUNNING");
        String bearer = lab.begun(queued, 1);
        String open = below(bearer, queued, "open");
        String silent = below(bearer, queued, "");
        String ended = below(bearer, queued, "ended");
        point(bearer, open, 7, 0.5).statusCode(200);
        sent(bearer, "runs/update", "{\"run_id\": \"" + ended + "\", \"status\": \"FINISHED\", \"end_time\": 5000}")
                .statusCode(200);
        String persons = post(
                        "runs/create",
                        "{\"experiment_id\": \"0\", \"tags\": [" + pair(PARENT, queued.toString()) + "]}")
                .statusCode(200)
                .extract()
                .path("run.info.run_id");
        lab.attempt(queued, 1, held);
        runs.ended(queued, 1, outcome);
        for (String run : List.of(open, silent)) {
            ValidatableResponse seen = shown(run).body("state", equalTo(state)).body("reason", equalTo(reason));
            seen.body(
                    "message",
                    message == null ? nullValue() : containsString("attempt 1 of its queued run: " + message));
            assertThat(lab.column(
                            "select from_state || ' ' || to_state || ' ' || why from event where run_id = ? and kind = 'end'",
                            UUID.fromString(run)))
                    .singleElement()
                    .asString()
                    .startsWith("RUNNING " + state + " ")
                    .contains("attempt 1");
        }
        shown(open).body("step", equalTo(7));
        get("runs/get", "run_id", ended).body("run.info.end_time", equalTo(5000));
        shown(ended).body("state", equalTo("FINISHED"));
        // Nobody's program but a person's: it goes on.
        shown(persons).body("state", equalTo("RUNNING"));
        // Told twice, as a worker does whose answer was lost.
        runs.ended(queued, 1, outcome);
        assertThat(lab.number("select count(*) from event where run_id = ? and kind = 'end'", UUID.fromString(open)))
                .isEqualTo(1);
        sent(bearer, "runs/create", "{}").statusCode(409);
    }

    @Test
    void aLaterAttemptGoesOnWithARunWhoseIdItKept() {
        UUID queued = lab.run("RUNNING");
        String first = lab.begun(queued, 1);
        String fold = below(first, queued, "fold");
        String logged = below(first, queued, "logged");
        for (int step = 0; step < 5; step++) {
            point(first, fold, step, step).statusCode(200);
            point(first, logged, step, step).statusCode(200);
        }
        lost(queued, 1);
        String second = lab.begun(queued, 2);
        sent(second, "runs/update", "{\"run_id\": \"" + fold + "\", \"status\": \"RUNNING\"}")
                .statusCode(200)
                .body("run_info.status", equalTo("RUNNING"));
        // One that only writes means the same.
        for (String run : List.of(fold, logged)) {
            for (int step = 3; step < 7; step++) {
                point(second, run, step, 100 + step).statusCode(200);
            }
            get("metrics/get-history", "run_id", run, "metric_key", "loss")
                    .body("metrics.step", equalTo(List.of(0, 1, 2, 3, 4, 5, 6)))
                    .body("metrics.value", equalTo(List.of(0f, 1f, 2f, 103f, 104f, 105f, 106f)));
            shown(run)
                    .body("state", equalTo("RUNNING"))
                    .body("reason", nullValue())
                    .body("message", nullValue())
                    .body("attempt", equalTo(2));
        }
        sent(second, "runs/update", "{\"run_id\": \"" + fold + "\", \"status\": \"FINISHED\"}")
                .statusCode(200);
        runs.ended(queued, 2, new Outcome.Failed(7, FailureReason.PROGRAM, "exit code 1"));
        shown(fold).body("state", equalTo("FINISHED"));
        shown(logged).body("state", equalTo("FAILED")).body("message", containsString("attempt 2"));
    }

    /** As a script does that knows nothing of attempts: it begins its runs again, by the names that it gives them. */
    @Test
    void aLaterAttemptFindsARunByItsNameWhereNoOtherHasIt() {
        UUID queued = lab.run("RUNNING");
        String first = lab.begun(queued, 1);
        String done = below(first, queued, "fold-1");
        String cut = below(first, queued, "fold-2");
        List<String> alike = List.of(below(first, queued, "trial"), below(first, queued, "trial"));
        String unnamed = below(first, queued, "");
        sent(first, "runs/log-parameter", param(done, "1")).statusCode(200);
        for (int step = 0; step < 5; step++) {
            point(first, done, step, step).statusCode(200);
        }
        sent(first, "runs/update", "{\"run_id\": \"" + done + "\", \"status\": \"FINISHED\"}")
                .statusCode(200);
        lost(queued, 1);
        String second = lab.begun(queued, 2);
        assertThat(below(second, queued, "fold-1")).isEqualTo(done);
        sent(second, "runs/log-parameter", param(done, "2")).statusCode(200);
        for (int step = 0; step < 3; step++) {
            point(second, done, step, 100 + step).statusCode(200);
        }
        get("metrics/get-history", "run_id", done, "metric_key", "loss")
                .body("metrics.value", equalTo(List.of(100f, 101f, 102f)));
        shown(done).body("state", equalTo("RUNNING")).body("config.seed", equalTo(2));
        assertThat(below(second, queued, "fold-2")).isEqualTo(cut);
        // Once: whoever begins two of a name in one attempt wants two.
        assertThat(below(second, queued, "fold-2")).isNotEqualTo(cut);
        assertThat(below(second, queued, "trial")).isNotIn(alike);
        assertThat(below(second, queued, "")).isNotEqualTo(unnamed);
        // Of another queued run it is another.
        UUID other = lab.run("RUNNING");
        assertThat(below(lab.begun(other, 2), other, "fold-1")).isNotEqualTo(done);
    }

    /** It had said the run's end; whoever writes on into it begins it again. */
    @Test
    void aLaterAttemptThatWritesIntoARunThatHadEndedTakesItUp() {
        UUID queued = lab.run("RUNNING");
        String first = lab.begun(queued, 1);
        String done = below(first, queued, "");
        for (int step = 0; step < 5; step++) {
            point(first, done, step, step).statusCode(200);
        }
        sent(first, "runs/update", "{\"run_id\": \"" + done + "\", \"status\": \"FINISHED\"}")
                .statusCode(200);
        lost(queued, 1);
        shown(done).body("state", equalTo("FINISHED"));
        String second = lab.begun(queued, 2);
        for (int step = 3; step < 6; step++) {
            point(second, done, step, 100 + step).statusCode(200);
        }
        get("metrics/get-history", "run_id", done, "metric_key", "loss")
                .body("metrics.value", equalTo(List.of(0f, 1f, 2f, 103f, 104f, 105f)));
        shown(done).body("state", equalTo("RUNNING")).body("attempt", equalTo(2));
        runs.ended(queued, 2, new Outcome.Finished(6));
        shown(done).body("state", equalTo("FINISHED"));
    }

    /** Without steps nothing tells what is measured again from what is measured on. */
    @Test
    void aRunThatIsBegunAgainFromTheStartCountsOnce() {
        UUID queued = lab.run("RUNNING");
        String first = lab.begun(queued, 1);
        List<String> folds = List.of(below(first, queued, "fold-1"), below(first, queued, "fold-2"));
        folds.forEach(fold -> point(first, fold, 0, 1).statusCode(200));
        for (int attempt = 2; attempt <= 3; attempt++) {
            lost(queued, attempt - 1);
            String next = lab.begun(queued, attempt);
            boolean anew = attempt == 3;
            lab.sql(
                    "update attempt set start_step = ? where run_id = ? and attempt = ?",
                    anew ? 0 : 7,
                    queued,
                    attempt);
            assertThat(below(next, queued, "fold-1")).isEqualTo(folds.get(0));
            measured(next, folds.get(0), attempt);
            get("metrics/get-history", "run_id", folds.get(0), "metric_key", "loss")
                    .body("metrics.value", equalTo(anew ? List.of(3f) : List.of(1f, 2f)));
        }
        get("metrics/get-history", "run_id", folds.get(1), "metric_key", "loss")
                .body("metrics.value", equalTo(List.of(1f)));
    }

    /** The request was let in while the attempt held its run, and stores once it does no more. */
    @Test
    void whatAnAttemptStoresComesBeforeItsEndOrNotAtAll() {
        UUID queued = lab.run("RUNNING");
        UUID child = UUID.fromString(below(lab.begun(queued, 1), queued, "late"));
        ClientRuns.Kept kept = clients.writable(child, new Caller.Attempt(queued, 1));
        lost(queued, 1);
        PointBatch none = new PointBatch(0, 0, new String[0], new long[0], new double[0], new double[0], new long[0]);
        ClientLog.Entry entry = new ClientLog.Entry(Map.of("seed", "1"), none, List.of());
        assertThatThrownBy(() -> log.store(kept, entry)).isInstanceOf(StaleAttempt.class);
        assertThatThrownBy(() -> log.resume(kept, 3)).isInstanceOf(StaleAttempt.class);
        shown(child.toString()).body("state", equalTo("FAILED")).body("attempt", equalTo(1));
    }

    private static void measured(String bearer, String run, int value) {
        sent(
                        bearer,
                        "runs/log-metric",
                        "{\"run_id\": \"" + run + "\", \"key\": \"loss\", \"value\": " + value + ", \"timestamp\": "
                                + 1_000 * value + "}")
                .statusCode(200);
    }

    private void lost(UUID run, long attempt) {
        lab.attempt(run, attempt, "PAUSING");
        runs.ended(run, attempt, new Outcome.Failed(0, FailureReason.WORKER_LOST, "no heartbeat"));
    }

    private static ValidatableResponse shown(String run) {
        return given().get("/api/v1/runs/" + run).then().statusCode(200);
    }

    private static ValidatableResponse point(String bearer, String run, long step, double value) {
        return sent(
                bearer,
                "runs/log-batch",
                "{\"run_id\": \"" + run + "\", \"metrics\": [" + metric("loss", value, 1_000 + step, step) + "]}");
    }

    private static String param(String run, String value) {
        return "{\"run_id\": \"" + run + "\", \"key\": \"seed\", \"value\": \"" + value + "\"}";
    }

    private static String below(String bearer, UUID queued, String name) {
        return sent(
                        bearer,
                        "runs/create",
                        "{\"run_name\": \"" + name + "\", \"tags\": [" + pair(PARENT, queued.toString()) + "]}")
                .statusCode(200)
                .extract()
                .path("run.info.run_id");
    }
}
