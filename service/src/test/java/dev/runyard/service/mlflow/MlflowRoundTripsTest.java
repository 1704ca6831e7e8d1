package dev.runyard.service.mlflow;

import static dev.runyard.service.mlflow.MlflowCalls.batch;
import static dev.runyard.service.mlflow.MlflowCalls.experiment;
import static dev.runyard.service.mlflow.MlflowCalls.get;
import static dev.runyard.service.mlflow.MlflowCalls.metric;
import static dev.runyard.service.mlflow.MlflowCalls.pair;
import static dev.runyard.service.mlflow.MlflowCalls.post;
import static dev.runyard.service.mlflow.MlflowCalls.run;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.auth.People;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How often a request waits for the database, as the driver tells it: what a program logs in its loop, and what a page of runs costs. The bounds
 * are what was counted; one more is a statement more in each of such requests.
 */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MlflowRoundTripsTest {
    /** Of a message to the database that asks for its answer. */
    private static final Logger DRIVER = Logger.getLogger("org.postgresql.core.v3.QueryExecutorImpl");

    @Inject
    People people;

    private final AtomicInteger waits = new AtomicInteger();

    private final Handler counting = new Handler() {
        @Override
        public void publish(LogRecord record) {
            // What the lab does by itself meanwhile is done by threads of its own.
            if (record.getMessage().startsWith(" FE=> S") // Sync, SimpleQuery
                    && Thread.currentThread().getName().startsWith("executor-thread")) {
                waits.incrementAndGet();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        DRIVER.setLevel(Level.FINEST);
        DRIVER.setUseParentHandlers(false);
        DRIVER.addHandler(counting);
    }

    @AfterEach
    void leave() {
        DRIVER.removeHandler(counting);
        DRIVER.setUseParentHandlers(true);
        DRIVER.setLevel(null);
    }

    @Test
    void whatIsLoggedWaitsAFewTimes() {
        String experiment = experiment();
        String run = run(experiment);
        batch(run, metric("loss", 1, 1_000, 0), "", "");
        assertThat(least(() -> run(experiment))).as("a run made").isLessThanOrEqualTo(5);
        int[] step = {1};
        assertThat(least(() -> batch(run, metric("loss", 1, 1_000, step[0]++), "", "")))
                .as("a point logged")
                .isLessThanOrEqualTo(6);
    }

    @Test
    void whatIsReadIsReadAtOnce() {
        String experiment = experiment();
        String run = run(experiment);
        batch(run, metric("loss", 1, 1_000, 0), pair("lr", "0.1"), "");
        assertThat(least(() -> get("runs/get", "run_id", run).statusCode(200)))
                .as("a run")
                .isLessThanOrEqualTo(8);
        assertThat(least(() -> get("metrics/get-history", "run_id", run, "metric_key", "loss")
                        .statusCode(200)))
                .as("a curve")
                .isLessThanOrEqualTo(4);
        String search = "{\"experiment_ids\": [\"" + experiment
                + "\"], \"filter\": \"metrics.loss < 2 and params.lr = '0.1'\"}";
        assertThat(least(() -> post("runs/search", search).statusCode(200)))
                .as("a page of runs")
                .isLessThanOrEqualTo(11);
    }

    /** Behind walls, which are put up once a request and not around each statement. */
    @Test
    void whoeverSeesOneProjectWaitsOnceMore() {
        String project = "trips-" + UUID.randomUUID();
        people.project(project);
        UUID account = people.account("ann-" + UUID.randomUUID());
        people.member(project, account, "RESEARCHER");
        String bearer = "Bearer " + people.token(account, "WRITE");
        String run = MlflowCalls.sent(bearer, "runs/create", "{\"experiment_id\": \"0\"}")
                .statusCode(200)
                .extract()
                .path("run.info.run_id");
        assertThat(least(() -> given().header("Authorization", bearer)
                        .queryParam("run_id", run)
                        .get(MlflowCalls.API + "runs/get")
                        .then()
                        .statusCode(200)))
                .as("a run, for whom the walls are put up")
                .isLessThanOrEqualTo(12);
    }

    /** Of several, since a name is looked up once, and signs of life are noted each second. */
    private int least(Runnable request) {
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < 8; i++) {
            waits.set(0);
            request.run();
            least = Math.min(least, waits.get());
        }
        assertThat(least).as("the driver tells").isPositive();
        return least;
    }
}
