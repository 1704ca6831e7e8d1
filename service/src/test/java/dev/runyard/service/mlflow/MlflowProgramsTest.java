package dev.runyard.service.mlflow;

import static dev.runyard.service.mlflow.MlflowCalls.API;
import static dev.runyard.service.mlflow.MlflowCalls.batch;
import static dev.runyard.service.mlflow.MlflowCalls.experiment;
import static dev.runyard.service.mlflow.MlflowCalls.get;
import static dev.runyard.service.mlflow.MlflowCalls.metric;
import static dev.runyard.service.mlflow.MlflowCalls.pair;
import static dev.runyard.service.mlflow.MlflowCalls.post;
import static dev.runyard.service.mlflow.MlflowCalls.run;
import static dev.runyard.service.mlflow.MlflowCalls.sent;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.auth.Tokens;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Derived;
import dev.runyard.service.metric.Lab;
import dev.runyard.service.run.client.SilentRuns;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose a run is that a program writes into: a client's of its own, or the program's of a queued run, as long as its attempt lasts. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MlflowProgramsTest {
    @Inject
    Lab lab;

    @Inject
    Tokens tokens;

    @Inject
    SilentRuns silent;

    @Test
    void aTokenServesAsAPasswordToo() {
        String basic = Base64.getEncoder()
                .encodeToString(("anybody:" + tokens.person()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        given().header("Authorization", "Basic " + basic)
                .get(API + "experiments/search")
                .then()
                .statusCode(200);
        String wrong =
                Base64.getEncoder().encodeToString("anybody:guess".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        given().header("Authorization", "Basic " + wrong)
                .get(API + "experiments/search")
                .then()
                .statusCode(401);
    }

    @Test
    void anExternalRunIsItsClientsAndOnlyCancelledByPeople() {
        String run = run(experiment());
        for (String command : List.of("pause", "resume", "retry")) {
            given().post("/api/v1/runs/" + run + "/" + command)
                    .then()
                    .statusCode(409)
                    .body("detail", containsString("external"));
        }
        given().post("/api/v1/runs/" + run + "/cancel").then().statusCode(200).body("state", equalTo("CANCELLED"));
        get("runs/get", "run_id", run).body("run.info.status", equalTo("KILLED"));
        post("runs/update", "{\"run_id\": \"" + run + "\", \"status\": \"RUNNING\"}")
                .body("run_info.status", equalTo("RUNNING"));
        post("runs/update", "{\"run_id\": \"" + run + "\", \"status\": \"FAILED\"}")
                .body("run_info.status", equalTo("FAILED"));
        given().get("/api/v1/runs/" + run).then().body("reason", equalTo("PROGRAM"));
    }

    @Test
    void aSilentRunIsLostOnlyIfItsOwnerWantsThatAndComesBackWhenItSpeaks() {
        String experiment = experiment();
        String kept = run(experiment);
        String lost = run(experiment, pair("runyard.lostAfter", "30m"));
        lab.sql(
                "update client_run set heard_at = now() - interval '1 day' where run_id in (?, ?)",
                UUID.fromString(kept),
                UUID.fromString(lost));
        silent.sweep();
        given().get("/api/v1/runs/" + kept)
                .then()
                .body("state", equalTo("RUNNING"))
                .body("silent", equalTo(true))
                .body("heardAt", notNullValue());
        given().queryParam("filter", "silent = true and id in ('" + kept + "', '" + lost + "')")
                .get("/api/v1/runs")
                .then()
                .body("items.id", contains(kept));
        given().get("/api/v1/runs/" + lost)
                .then()
                .body("state", equalTo("FAILED"))
                .body("reason", equalTo("WORKER_LOST"))
                .body("message", containsString("1800 s"));
        batch(lost, metric("m", 1, 1, 0), "", "");
        given().get("/api/v1/runs/" + lost)
                .then()
                .body("state", equalTo("RUNNING"))
                .body("reason", nullValue());
        post("runs/set-tag", "{\"run_id\": \"" + lost + "\", \"key\": \"runyard.lostAfter\", \"value\": \"soon\"}")
                .statusCode(400)
                .body("message", containsString("30m"));
    }

    @Test
    void aProgramThatGoesOnFromAStepMeasuresEachStepOnce() {
        String run = run(experiment());
        batch(
                run,
                IntStream.range(0, 10)
                        .mapToObj(i -> metric("loss", i, 1_000 + i, i))
                        .collect(Collectors.joining(",")),
                "",
                "");
        post("runs/update", "{\"run_id\": \"" + run + "\", \"status\": \"FAILED\"}");
        post("runs/set-tag", "{\"run_id\": \"" + run + "\", \"key\": \"runyard.resumeStep\", \"value\": \"5\"}")
                .statusCode(200);
        batch(
                run,
                IntStream.range(6, 12)
                        .mapToObj(i -> metric("loss", 100 + i, 2_000 + i, i))
                        .collect(Collectors.joining(",")),
                "",
                "");
        get("metrics/get-history", "run_id", run, "metric_key", "loss", "max_results", 100)
                .body("metrics.step", equalTo(IntStream.range(0, 12).boxed().toList()))
                .body("metrics.value", equalTo(List.of(0f, 1f, 2f, 3f, 4f, 5f, 106f, 107f, 108f, 109f, 110f, 111f)));
        given().queryParam("key", "loss")
                .queryParam("ghosts", true)
                .get("/api/v1/runs/" + run + "/metrics/history")
                .then()
                .body("total", equalTo(12))
                .body("ghosts", hasSize(1))
                .body("ghosts[0].attempt", equalTo(1))
                .body("ghosts[0].total", equalTo(4));
        given().get("/api/v1/runs/" + run)
                .then()
                .body("state", equalTo("RUNNING"))
                .body("attempt", equalTo(2))
                .body("summary.loss.count", equalTo(12));
    }

    /** As Lightning and Hugging Face do when they are killed behind their checkpoint's step, and go on in another folder. */
    @Test
    void anAttemptThatSaysAStepAndAParameterAgainIsNotInItsOwnWay() {
        UUID managed = lab.run("RUNNING");
        String first = lab.bearer(managed, 1);
        String body = "{\"run_id\": \"" + managed + "\", \"metrics\": [%s], \"params\": [%s]}";
        sent(
                        first,
                        "runs/log-batch",
                        body.formatted(
                                metric("loss", 0.5, 1, 4) + "," + metric("loss", 0.25, 2, 5) + ","
                                        + metric("last", 1, 2, 0),
                                pair("output_dir", "/one") + "," + pair("lr", "3")))
                .statusCode(200);
        sent(first, "runs/log-parameter", param(managed, "output_dir", "/two")).statusCode(400);
        lab.attempt(managed, 2, "RUNNING");
        String second = lab.bearer(managed, 2);
        given().header("Authorization", second)
                .contentType("application/json")
                .body("{\"step\": 5}")
                .put("/api/v1/runs/" + managed + "/attempts/2/resume")
                .then()
                .statusCode(200);
        sent(
                        second,
                        "runs/log-batch",
                        body.formatted(
                                metric("loss", 0.75, 9, 5) + "," + metric("loss", 0.125, 10, 6) + ","
                                        + metric("last", 2, 11, 0),
                                pair("output_dir", "/two") + "," + pair("lr", "3")))
                .statusCode(200);
        sent(second, "runs/log-parameter", param(managed, "output_dir", "/two")).statusCode(200);
        sent(second, "runs/log-parameter", param(managed, "output_dir", "/three"))
                .statusCode(400)
                .body("message", containsString("Changing param values is not allowed"));
        sent(second, "runs/log-parameter", param(managed, "lr", "4")).statusCode(400);
        get("metrics/get-history", "run_id", managed, "metric_key", "loss")
                .body("metrics.step", equalTo(List.of(4, 5, 6)))
                .body("metrics.value", equalTo(List.of(0.5f, 0.75f, 0.125f)));
        get("metrics/get-history", "run_id", managed, "metric_key", "last")
                .body("metrics.value", equalTo(List.of(1f, 2f)));
        get("runs/get", "run_id", managed)
                .body("run.data.params.find { it.key == 'output_dir' }.value", equalTo("/two"))
                .body("run.data.params.find { it.key == 'lr' }.value", equalTo("3"));
        given().get("/api/v1/runs/" + managed)
                .then()
                .body("config.output_dir", equalTo("/two"))
                .body("summary.loss.count", equalTo(3))
                .body("summary.loss.last", equalTo(0.125f));
    }

    /** Whatever its marker said: it does not look into its folder, or not where the step is. */
    @Test
    void aProgramThatBeginsItsCurvesAgainLosesNothing() {
        UUID managed = lab.run("RUNNING");
        String body = "{\"run_id\": \"" + managed + "\", \"metrics\": [%s]}";
        String first = lab.bearer(managed, 1);
        sent(
                        first,
                        "runs/log-batch",
                        body.formatted(IntStream.range(0, 100)
                                        .mapToObj(i -> metric("loss", i, 1_000 + i, i))
                                        .collect(Collectors.joining(","))
                                + "," + metric("eval", 0.5, 2_000, 40) + "," + metric("last", 1, 2_000, 0)))
                .statusCode(200);
        lab.attempt(managed, 2, "RUNNING");
        String second = lab.bearer(managed, 2);
        given().header("Authorization", second)
                .contentType("application/json")
                .body("{\"step\": 90}")
                .put("/api/v1/runs/" + managed + "/attempts/2/resume")
                .then()
                .statusCode(200);
        // A point alone, and then several, some of them twice; the client sends each request twice.
        for (String points : List.of(
                metric("loss", 100, 3_000, 0) + "," + metric("last", 2, 3_000, 0),
                metric("loss", 101, 3_001, 1),
                metric("loss", 102, 3_002, 2) + "," + metric("other", 7, 3_002, 2) + ","
                        + metric("loss", 103, 3_003, 3))) {
            for (int i = 0; i < 2; i++) {
                sent(second, "runs/log-batch", body.formatted(points)).statusCode(200);
                Derived.assertAgree(lab, managed);
            }
        }
        get("metrics/get-history", "run_id", managed, "metric_key", "loss", "max_results", 1_000)
                .body("metrics.step", equalTo(List.of(0, 1, 2, 3)))
                .body("metrics.value", equalTo(List.of(100f, 101f, 102f, 103f)));
        get("metrics/get-history", "run_id", managed, "metric_key", "eval")
                .body("metrics.value", equalTo(List.of(0.5f)));
        get("metrics/get-history", "run_id", managed, "metric_key", "last")
                .body("metrics.value", equalTo(List.of(1f, 2f)));
        given().queryParam("key", "loss")
                .queryParam("ghosts", true)
                .get("/api/v1/runs/" + managed + "/metrics/history")
                .then()
                .body("points.attempt", equalTo(List.of(2, 2, 2, 2)))
                .body("ghosts[0].attempt", equalTo(1))
                .body("ghosts[0].total", equalTo(100));
        given().get("/api/v1/runs/" + managed)
                .then()
                .body("summary.loss.count", equalTo(4))
                .body("summary.loss.last", equalTo(103f));
    }

    private static String param(UUID run, String key, String value) {
        return "{\"run_id\": \"" + run + "\", \"key\": \"" + key + "\", \"value\": \"" + value + "\"}";
    }

    @Test
    void theProgramOfAQueuedRunIsInItsRunAndNowhereElse() {
        UUID managed = lab.run("RUNNING");
        String other = run(experiment());
        String bearer = lab.begun(managed, 1);
        var as = given().header("Authorization", bearer).contentType("application/json");
        String experiment = as.queryParam("experiment_name", "whatever the script says")
                .get(API + "experiments/get-by-name")
                .then()
                .statusCode(200)
                .extract()
                .path("experiment.experiment_id");
        sent(bearer, "runs/create", "{\"experiment_id\": \"" + experiment + "\"}")
                .statusCode(200)
                .body("run.info.run_id", equalTo(managed.toString()));
        sent(
                        bearer,
                        "runs/log-batch",
                        "{\"run_id\": \"" + managed + "\", \"metrics\": [" + metric("m", 0.5, 1, 4) + "], \"params\": ["
                                + pair("lr", "3") + "]}")
                .statusCode(200);
        sent(bearer, "runs/update", "{\"run_id\": \"" + managed + "\", \"status\": \"FINISHED\"}")
                .statusCode(200)
                .body("run_info.status", equalTo("RUNNING"));
        sent(
                        bearer,
                        "runs/log-metric",
                        "{\"run_id\": \"" + other + "\", \"key\": \"m\", \"value\": 1, \"timestamp\": 1}")
                .statusCode(403)
                .body("error_code", equalTo("PERMISSION_DENIED"));
        given().header("Authorization", bearer)
                .queryParam("run_id", other)
                .get(API + "runs/get")
                .then()
                .statusCode(403);
        String child = sent(
                        bearer,
                        "runs/create",
                        "{\"experiment_id\": \"" + experiment + "\", \"tags\": ["
                                + pair("mlflow.parentRunId", managed.toString()) + "]}")
                .statusCode(200)
                .extract()
                .path("run.info.run_id");
        sent(
                        bearer,
                        "runs/log-metric",
                        "{\"run_id\": \"" + child + "\", \"key\": \"m\", \"value\": 1, \"timestamp\": 1}")
                .statusCode(200);
        // Whatever it looks for, it finds its run and those below it, though the experiment has others.
        UUID beside = lab.run("RUNNING");
        sent(bearer, "runs/search", "{\"experiment_ids\": [\"0\", \"" + experiment + "\"]}")
                .statusCode(200)
                .body("runs.info.run_id", containsInAnyOrder(managed.toString(), child));
        sent(bearer, "runs/search", "{\"filter\": \"attributes.run_id = '" + beside + "'\"}")
                .statusCode(200)
                .body("runs", empty());
        lab.attempt(managed, 2, "RUNNING");
        sent(
                        bearer,
                        "runs/log-metric",
                        "{\"run_id\": \"" + managed + "\", \"key\": \"m\", \"value\": 1, \"timestamp\": 1}")
                .statusCode(409);
        // A person does not write into it.
        post("runs/log-metric", "{\"run_id\": \"" + managed + "\", \"key\": \"m\", \"value\": 1, \"timestamp\": 1}")
                .statusCode(400)
                .body("error_code", equalTo("INVALID_STATE"));
        given().queryParam("key", "m")
                .get("/api/v1/runs/" + managed + "/metrics/history")
                .then()
                .body("points.attempt", contains(1))
                .body("points[0].value", equalTo(0.5f));
    }

    /** The token is with users' code, which may keep it. */
    /** A script with a run for each fold: the first is the queued run, as is one whose id was in the environment; the others are their own. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProgramOfSeveralRunsMixesNothing(boolean given) {
        UUID managed = lab.run("RUNNING");
        String bearer = lab.begun(managed, 1);
        if (given) {
            sent(bearer, "runs/update", "{\"run_id\": \"" + managed + "\", \"status\": \"RUNNING\"}")
                    .statusCode(200);
        } else {
            assertThat(made(bearer, "")).isEqualTo(managed.toString());
        }
        String second = made(bearer, "");
        String third = made(bearer, "");
        String below = made(bearer, pair("mlflow.parentRunId", second));
        assertThat(List.of(managed.toString(), second, third, below)).doesNotHaveDuplicates();
        int value = 0;
        for (String run : List.of(managed.toString(), second, third, below)) {
            sent(
                            bearer,
                            "runs/log-batch",
                            "{\"run_id\": \"" + run + "\", \"params\": [" + pair("fold", String.valueOf(value++))
                                    + "]}")
                    .statusCode(200);
        }
        sent(bearer, "runs/update", "{\"run_id\": \"" + second + "\", \"status\": \"FINISHED\"}")
                .statusCode(200)
                .body("run_info.status", equalTo("FINISHED"));
        sent(bearer, "runs/search", "{\"filter\": \"tags.mlflow.parentRunId = '" + managed + "'\"}")
                .statusCode(200)
                .body("runs.info.run_id", containsInAnyOrder(second, third, below));
        // The next attempt is a program that begins anew.
        assertThat(made(lab.begun(managed, 2), "")).isEqualTo(managed.toString());
    }

    private static String made(String bearer, String tags) {
        return sent(bearer, "runs/create", "{\"tags\": [" + tags + "]}")
                .statusCode(200)
                .extract()
                .path("run.info.run_id");
    }

    /** Another run of the same experiment has what the program may not see. */
    @Test
    void theProgramOfAQueuedRunAsksForItsOwnAlone() {
        UUID managed = lab.run("RUNNING");
        String bearer = lab.bearer(managed, 1);
        String experiment = get("runs/get", "run_id", managed).extract().path("run.info.experiment_id");
        String other = run(experiment);
        post(
                        "runs/log-inputs",
                        "{\"run_id\": \"" + other
                                + "\", \"datasets\": [{\"dataset\": {\"name\": \"theirs\", \"digest\": \"1\", \"source_type\": \"local\", \"source\": \"{}\"}}]}")
                .statusCode(200);
        sent(bearer, "experiments/search-datasets", "{\"experiment_ids\": [\"" + experiment + "\"]}")
                .statusCode(200)
                .body("dataset_summaries", empty());
        sent(
                        bearer,
                        "runs/log-inputs",
                        "{\"run_id\": \"" + managed
                                + "\", \"datasets\": [{\"dataset\": {\"name\": \"mine\", \"digest\": \"1\", \"source_type\": \"local\", \"source\": \"{}\"}}]}")
                .statusCode(200);
        sent(bearer, "experiments/search-datasets", "{\"experiment_ids\": [\"" + experiment + "\"]}")
                .statusCode(200)
                .body("dataset_summaries.name", contains("mine"));
        for (String whose : new String[] {managed.toString(), other}) {
            boolean own = !whose.equals(other);
            sent(bearer, "upload-artifact?run_uuid=" + whose + "&path=a.txt", "x")
                    .statusCode(own ? 200 : 403);
            given().header("Authorization", bearer)
                    .queryParam("run_id", whose)
                    .queryParam("path", "a.txt")
                    .get("/get-artifact")
                    .then()
                    .statusCode(own ? 200 : 403);
            given().header("Authorization", bearer)
                    .queryParam("run_ids", whose)
                    .queryParam("metric_key", "loss")
                    .get(API + "metrics/get-history-bulk-interval")
                    .then()
                    .statusCode(own ? 200 : 403);
        }
    }

    @Test
    void aTokenServesNothingOnceItsAttemptIsOver() {
        UUID managed = lab.run("RUNNING");
        String bearer = lab.bearer(managed, 1);
        String made = "{\"tags\": [" + pair("mlflow.parentRunId", managed.toString()) + "]}";
        String child =
                sent(bearer, "runs/create", made).statusCode(200).extract().path("run.info.run_id");
        String point = "{\"run_id\": \"" + child + "\", \"key\": \"m\", \"value\": 1, \"timestamp\": 1}";
        String named = "{\"run_id\": \"" + child + "\", \"run_name\": \"n\"}";
        given().header("Authorization", bearer)
                .header("X-Runyard-User", "alice")
                .contentType("application/json")
                .body("{\"run_id\": \"" + child + "\", \"status\": \"FINISHED\"}")
                .post(API + "runs/update")
                .then()
                .statusCode(200);
        assertThat(lab.column("select who from event where run_id = ?", UUID.fromString(child)))
                .as("nobody else's name")
                .doesNotContain("alice");
        lab.sql("update run set state = 'FINISHED', ended_at = now() where id = ?", managed);
        sent(bearer, "runs/log-metric", point).statusCode(409);
        sent(bearer, "runs/update", named).statusCode(409);
        sent(bearer, "runs/create", made).statusCode(409);
        sent(bearer, "runs/search", "{}").statusCode(409);
        given().header("Authorization", bearer)
                .queryParam("run_id", child)
                .get(API + "runs/get")
                .then()
                .statusCode(409);
    }
}
