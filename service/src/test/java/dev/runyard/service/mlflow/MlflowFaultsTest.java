package dev.runyard.service.mlflow;

import static dev.runyard.service.mlflow.MlflowCalls.API;
import static dev.runyard.service.mlflow.MlflowCalls.batch;
import static dev.runyard.service.mlflow.MlflowCalls.experiment;
import static dev.runyard.service.mlflow.MlflowCalls.get;
import static dev.runyard.service.mlflow.MlflowCalls.metric;
import static dev.runyard.service.mlflow.MlflowCalls.pair;
import static dev.runyard.service.mlflow.MlflowCalls.run;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import dev.runyard.service.auth.SignedIn;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What networks and clocks do to clients. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MlflowFaultsTest {
    private static final long HOUR = 3_600_000;
    private static final long NOON = 1_764_190_000_000L;

    @Inject
    Lab lab;

    @TestHTTPResource
    URL url;

    /** The client hears nothing of what was stored, and sends all of it again. */
    @Test
    void whatIsSentAgainAfterAnAnswerThatNeverCameIsThereOnce() throws Exception {
        String run = run(experiment());
        String points = metric("m", 0.5, NOON, 1) + ", " + metric("m", 0.25, NOON + 1, 2);
        String body = "{\"run_id\": \"" + run + "\", \"metrics\": [" + points + "], \"params\": [" + pair("lr", "0.1")
                + "], \"tags\": [" + pair("t", "x") + "]}";
        try (Socket deaf = sent("runs/log-batch", body)) {
            for (int i = 0; i < 200 && stored(run) < 2; i++) {
                Thread.sleep(50);
            }
            assertThat(stored(run)).as("it was committed, and nobody listened").isEqualTo(2);
            deaf.setSoLinger(true, 0); // cut off
        }
        batch(run, points + ", " + metric("m", 0.125, NOON + 2, 3), pair("lr", "0.1"), pair("t", "x"));
        get("metrics/get-history", "run_id", run, "metric_key", "m")
                .body("metrics.value", contains(0.5f, 0.25f, 0.125f));
        given().get("/api/v1/runs/" + run).then().body("summary.m.count", equalTo(3));
        get("runs/get", "run_id", run).body("run.data.params", hasSize(1));
    }

    /** MLflow's clients have no such key, ours do: a run whose making was not heard of is made once. */
    @Test
    void aRunIsMadeOnceForAKey() {
        String body = "{\"experiment_id\": \"" + experiment() + "\", \"run_name\": \"n\"}";
        String key = UUID.randomUUID().toString();
        String run = keyed(key, body).statusCode(200).extract().path("run.info.run_id");
        keyed(key, body).statusCode(200).body("run.info.run_id", equalTo(run));
        keyed(key, body.replace("\"n\"", "\"m\"")).statusCode(409);
        assertThat(lab.number("select count(*) from event where run_id = ?", UUID.fromString(run)))
                .isEqualTo(1);
        keyed("another-" + key, body).statusCode(200).body("run.info.run_id", not(equalTo(run)));
    }

    private static ValidatableResponse keyed(String key, String body) {
        return given().header("Idempotency-Key", key)
                .contentType("application/json")
                .body(body)
                .post(API + "runs/create")
                .then();
    }

    private long stored(String run) {
        return lab.number("select count(*) from metric_point where run_id = ?", UUID.fromString(run));
    }

    /** By a client that never reads what it is answered. */
    private Socket sent(String path, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Socket socket = new Socket("127.0.0.1", url.getPort());
        socket.getOutputStream()
                .write(("POST " + API + path + " HTTP/1.1\r\nHost: localhost:" + url.getPort()
                                + "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n"
                                + SignedIn.header() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return socket;
    }

    /** The step orders a curve and says what is last; the clock tells apart what is of one step. */
    @Test
    void clocksThatAreHoursApartTurnNoCurveAround() {
        String run = run(experiment());
        batch(run, metric("m", 1, NOON + 5 * HOUR, 1) + ", " + metric("m", 2, NOON + 5 * HOUR + 1, 2), "", "");
        batch(run, metric("m", 3, NOON, 3) + ", " + metric("m", 4, NOON + 1, 4), "", "");
        batch(run, metric("m", 5, NOON - 7 * HOUR, 2), "", "");
        get("metrics/get-history", "run_id", run, "metric_key", "m")
                .body("metrics.step", contains(1, 2, 2, 3, 4))
                .body("metrics.value", contains(1f, 5f, 2f, 3f, 4f));
        given().get("/api/v1/runs/" + run)
                .then()
                .body("summary.m.last", equalTo(4f))
                .body("summary.m.lastStep", equalTo(4))
                .body("summary.m.max", equalTo(5f));
    }
}
