package dev.runyard.service.mlflow;

import static dev.runyard.service.mlflow.MlflowCalls.pair;
import static dev.runyard.service.mlflow.MlflowCalls.sent;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import dev.runyard.service.run.RunLedger;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a queued run's program changes of a run below it comes before the end of its attempt, or not at all. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MlflowFenceTest {
    private static final String RUNS = "/api/2.0/mlflow/runs/";
    private static final String MODELS = "/api/2.0/mlflow/logged-models";
    private static final String FILES = "/api/2.0/mlflow-artifacts/artifacts/0/RUN/artifacts/";

    /** What a request may touch of a run, kept from it; and from every row that it adds beside it. */
    private static final List<String> TOUCHED = List.of(
            "select 1 from run where id = ? for update",
            "select 1 from artifact where run_id = ? for update",
            "select 1 from logged_model where run_id = ? for update",
            "select 1 from experiment where id = (select experiment_id from run where id = ?) for update");

    private static final String SEEN = """
            select md5(concat(
              (select row_to_json(r)::text from run r where r.id = c.run_id), row_to_json(c)::text,
              (select string_agg(row_to_json(a)::text, ' ' order by a.name) from artifact a where a.run_id = c.run_id),
              (select string_agg(row_to_json(m)::text, ' ' order by m.id) from logged_model m where m.run_id = c.run_id),
              (select count(*) from run_output o where o.run_id = c.run_id),
              (select count(*) from run_dataset d where d.run_id = c.run_id),
              (select count(*) from metric_point p where p.run_id = c.run_id),
              (select count(*) from client_run o where o.queued_run = c.queued_run)))
            from client_run c where c.run_id = ?""";

    @Inject
    Lab lab;

    @Inject
    RunLedger runs;

    @Inject
    AgroalDataSource source;

    /** A request; RUN, QUEUED and MODEL stand for ids, ' for ". */
    private record Write(String method, String path, String body) {
        @Override
        public String toString() {
            return method + " " + path + " " + body;
        }

        int sent(Below below) {
            return given().header("Authorization", below.bearer())
                    .contentType(path.startsWith(FILES) ? "application/octet-stream" : "application/json")
                    .body(below.filled(body).replace('\'', '"').getBytes(StandardCharsets.UTF_8))
                    .request(method, below.filled(path))
                    .statusCode();
        }
    }

    private record Below(UUID queued, String bearer, String run, String model) {
        String filled(String text) {
            return text.replace("RUN", run)
                    .replace("QUEUED", queued.toString())
                    .replace("/MODEL", "/" + model)
                    .replace("'MODEL'", "'" + model + "'");
        }
    }

    private static Write run(String what, String body) {
        return new Write("POST", RUNS + what, "{'run_id': 'RUN'" + body + "}");
    }

    static Stream<Write> writes() {
        return Stream.of(
                new Write("POST", RUNS + "create", "{'tags': [{'key': 'mlflow.parentRunId', 'value': 'QUEUED'}]}"),
                run("set-tag", ", 'key': 'note', 'value': 'late'"),
                run("set-tag", ", 'key': 'runyard.resumeStep', 'value': '1'"),
                run("delete-tag", ", 'key': 'here'"),
                run("update", ", 'run_name': 'late'"),
                run("update", ", 'status': 'FINISHED'"),
                run("delete", ""),
                run("log-metric", ", 'key': 'loss', 'value': 1, 'timestamp': 1000"),
                run("log-parameter", ", 'key': 'lr', 'value': '1'"),
                run("log-batch", ", 'tags': [{'key': 'note', 'value': 'late'}]"),
                run("log-batch", ", 'metrics': [{'key': 'loss', 'value': 1, 'timestamp': 1000}]"),
                run(
                        "log-inputs",
                        ", 'datasets': [{'dataset': {'name': 'd', 'digest': '1', 'source_type': 's', 'source': 'x'}}]"),
                run("log-model", ", 'model_json': '{\\'artifact_path\\': \\'m\\'}'"),
                run("outputs", ", 'models': [{'model_id': 'MODEL', 'step': 1}]"),
                new Write("POST", MODELS, "{'source_run_id': 'RUN', 'name': 'late'}"),
                new Write("PATCH", MODELS + "/MODEL", "{'status': 'LOGGED_MODEL_READY'}"),
                new Write("PATCH", MODELS + "/MODEL/tags", "{'tags': [{'key': 'note', 'value': 'late'}]}"),
                new Write("DELETE", MODELS + "/MODEL/tags/here", ""),
                new Write("POST", MODELS + "/MODEL/params", "{'params': [{'key': 'lr', 'value': '1'}]}"),
                new Write("DELETE", MODELS + "/MODEL", ""),
                new Write("PUT", FILES + "late.txt", "late"),
                new Write("PUT", FILES + "here.txt", "other"),
                new Write("DELETE", FILES + "here.txt", ""),
                new Write("POST", "/api/2.0/mlflow/upload-artifact?run_uuid=RUN&path=beside.txt", "late"));
    }

    /** It was let in, and stands at a row that somebody else has: until it is through, nobody takes the queued run from its attempt. */
    @ParameterizedTest
    @MethodSource("writes")
    void aWriteThatIsUnderWayHoldsTheAttempt(Write write) throws Exception {
        Below below = below();
        try (Connection other = source.getConnection()) {
            other.setAutoCommit(false);
            UUID run = UUID.fromString(below.run());
            for (String touched : TOUCHED) {
                row(other, touched, run);
            }
            int pid = row(other, "select pg_backend_pid()");
            CompletableFuture<Integer> answered = CompletableFuture.supplyAsync(() -> write.sent(below));
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (lab.number("select count(*) from pg_stat_activity where ? = any (pg_blocking_pids(pid))", pid)
                    == 0) {
                assertThat(answered).as("stands at the row").isNotDone();
                assertThat(System.nanoTime()).as("in time").isLessThan(until);
                Thread.sleep(5);
            }
            assertThatThrownBy(
                            () -> lab.column("select 1 from run where id = ? for no key update nowait", below.queued()))
                    .hasRootCauseInstanceOf(SQLException.class)
                    .hasStackTraceContaining("could not obtain lock");
            other.rollback();
            assertThat(answered.get(20, TimeUnit.SECONDS)).isEqualTo(200);
        }
    }

    @Test
    void nothingChangesOnceTheAttemptIsOverOrAnotherHoldsTheRun() {
        Below below = below();
        UUID run = UUID.fromString(below.run());
        lab.attempt(below.queued(), 1, "PAUSING");
        runs.ended(below.queued(), 1, new Outcome.Failed(0, FailureReason.WORKER_LOST, "no heartbeat"));
        String seen = lab.column(SEEN, run).get(0);
        for (boolean another : List.of(false, true)) {
            if (another) {
                lab.begun(below.queued(), 2);
            }
            writes().forEach(write -> {
                assertThat(write.sent(below)).as(write.toString()).isEqualTo(409);
                assertThat(lab.column(SEEN, run)).as(write.toString()).containsExactly(seen);
            });
        }
    }

    private Below below() {
        UUID queued = lab.run("RUNNING");
        String bearer = lab.begun(queued, 1);
        String run = sent(
                        bearer,
                        "runs/create",
                        "{\"tags\": [" + pair("mlflow.parentRunId", queued.toString()) + ", " + pair("here", "1")
                                + "]}")
                .statusCode(200)
                .extract()
                .path("run.info.run_id");
        String model = sent(
                        bearer,
                        "logged-models",
                        "{\"source_run_id\": \"" + run + "\", \"tags\": [" + pair("here", "1") + "]}")
                .statusCode(200)
                .extract()
                .path("model.info.model_id");
        Below below = new Below(queued, bearer, run, model);
        assertThat(new Write("PUT", FILES + "here.txt", "one").sent(below)).isEqualTo(200);
        return below;
    }

    private static int row(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        }
    }
}
