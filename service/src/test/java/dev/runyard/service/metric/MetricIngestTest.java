package dev.runyard.service.metric;

import static dev.runyard.service.metric.Lab.point;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MetricIngestTest {
    @Inject
    Lab lab;

    @Test
    void aBatchIsStoredOnceHoweverOftenItIsSent() {
        UUID run = lab.run("RUNNING");
        String points = IntStream.range(0, 1_000)
                .mapToObj(i -> point("k" + i % 4, i / 4, i % 7 - 3.5))
                .collect(Collectors.joining(","));
        lab.send(run, 1, points).statusCode(200).body("stored", equalTo(1_000));
        List<String> before = rows(run);
        lab.send(run, 1, points).statusCode(200).body("stored", equalTo(0));
        assertThat(rows(run)).isEqualTo(before);
        assertThat(lab.number("select count(*) from metric_point where run_id = ?", run))
                .isEqualTo(1_000);
        lab.send(run, 1, points.replace("\"k3\"", "\"k9\"")).statusCode(200).body("stored", equalTo(250));
        assertThat(lab.number("select sum(count) from metric_summary where run_id = ?", run))
                .isEqualTo(1_250);
        assertDerivedRowsAgree(run);
    }

    @Test
    void notANumberAndInfinitiesAreKeptAndNeverBest() {
        UUID run = lab.run("RUNNING");
        lab.send(
                        run,
                        1,
                        point("val/top1", 1, 50) + "," + point("val/top1", 2, "\"Infinity\"") + ","
                                + point("val/top1", 3, "\"-Infinity\"") + "," + point("val/top1", 4, "\"NaN\"") + ","
                                + point("only", 1, "\"NaN\"") + "," + point("val/loss", 1, 0.5) + ","
                                + point("val/loss", 2, "\"-Infinity\"") + "," + point("val/loss", 3, 0.25) + ","
                                + point("val/loss", 4, 0.25))
                .statusCode(200);
        var keys = given().get("/api/v1/runs/" + run + "/metrics").then().statusCode(200);
        keys.body("keys.find{it.key=='val/top1'}.last", equalTo("NaN"))
                .body("keys.find{it.key=='val/top1'}.best", equalTo(50f))
                .body("keys.find{it.key=='val/top1'}.bestStep", equalTo(1))
                .body("keys.find{it.key=='val/top1'}.min", equalTo(50f))
                .body("keys.find{it.key=='val/top1'}.nonFinite", equalTo(3))
                .body("keys.find{it.key=='only'}.best", nullValue())
                .body("keys.find{it.key=='val/loss'}.best", equalTo(0.25f))
                .body("keys.find{it.key=='val/loss'}.bestStep", equalTo(3))
                .body("keys.find{it.key=='val/loss'}.goal", equalTo("MIN"));
        given().get("/api/v1/runs/" + run + "/metrics/history?key=val/top1")
                .then()
                .statusCode(200)
                .body("exact", equalTo(true))
                .body("points.value", equalTo(List.of(50f, "Infinity", "-Infinity", "NaN")))
                .body("points[0].time", equalTo("2023-11-14T22:13:20.000001Z"));
        String csv = given().get("/api/v1/runs/" + run + "/metrics.csv?key=val/top1")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(csv.lines().map(l -> l.split(",")[3]))
                .containsExactly("value", "50.0", "Infinity", "-Infinity", "NaN");
        assertDerivedRowsAgree(run);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'key':'a','step':1,'value':null,'time':1}|points[1].value",
                "{'key':'a','step':1,'value':'','time':1}|points[1].value",
                "{'key':'a','step':1,'value':'1.5','time':1}|points[1].value",
                "{'key':'a','step':1,'value':1e999,'time':1}|points[1].value",
                "{'key':'a','step':1,'time':1}|points[1].value",
                "{'key':'a','step':-1,'value':1,'time':1}|points[1].step",
                "{'key':'a','step':1.5,'value':1,'time':1}|points[1].step",
                "{'key':'a','step':9007199254740993,'value':1,'time':1}|points[1].step",
                "{'key':'a','step':99999999999999999999,'value':1,'time':1}|points[1].step",
                "{'key':'a','step':1,'epoch':-1,'value':1,'time':1}|points[1].epoch",
                "{'key':'a','step':1,'value':1}|points[1].time",
                "{'key':'a','stp':1,'value':1,'time':1}|points[1].stp",
                "{'key':'','step':1,'value':1,'time':1}|points[1].key",
                "{'key':'a\\u0000','step':1,'value':1,'time':1}|points[1].key",
                "{'key':'a\\u202Eb','step':1,'value':1,'time':1}|points[1].key",
                "{'key':'a\\nb','step':1,'value':1,'time':1}|points[1].key",
                "{'key':' a','step':1,'value':1,'time':1}|points[1].key",
                "{'key':'ok','step':0,'value':2,'time':0}|points[1].value",
                "{'key':'ok','step':0,'value':'NaN','time':0}|points[1].value",
                "7|points[1]"
            })
    void aBadPointIsRefusedByNameAndNothingIsStored(String point, String field) {
        UUID run = lab.run("RUNNING");
        lab.send(run, 1, point("ok", 0, 1, 0) + "," + point.replace('\'', '"'))
                .statusCode(422)
                .contentType("application/problem+json")
                .body("field", equalTo(field));
        assertThat(lab.number("select count(*) from metric_point where run_id = ?", run))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1",
                "{\"attempt\":1,\"points\":[]} x",
                "{\"attempt\":1,\"attempt\":1,\"points\":[]}",
                "{\"attempt\":1,\"points\":[{\"key\":\"a\",\"step\":1,\"step\":1,\"value\":1,\"time\":1}]}",
                "{\"attempt\":1,\"points\":[{\"key\":\"a\",\"step\":1,\"value\":NaN,\"time\":1}]}"
            })
    void whatIsNotJsonIsRefused(String body) {
        UUID run = lab.run("RUNNING");
        int status = lab.body(run, 1, body).extract().statusCode();
        assertThat(status).isIn(400, 422);
    }

    @Test
    void theSameValueTwiceCountsOnce() {
        UUID run = lab.run("RUNNING");
        lab.send(run, 1, point("a", 1, 2) + "," + point("a", 1, 2))
                .statusCode(200)
                .body("stored", equalTo(1));
        lab.send(run, 1, point("b", 1, "\"NaN\"") + "," + point("b", 1, "\"NaN\""))
                .statusCode(200)
                .body("stored", equalTo(1));
        lab.send(run, 1, point("a", 2, 2) + "," + point("a", 2, 3))
                .statusCode(422)
                .body("code", equalTo("DUPLICATE_POINT"));
    }

    /** One value a step and attempt: the clock tells no two measurements of a managed run apart. */
    @Test
    void aStepMeasuredAgainIsOneOrIsRefused() {
        UUID run = lab.run("RUNNING");
        lab.send(run, 1, point("train/loss", 1, 0.5, 1_000) + "," + point("train/loss", 2, "\"NaN\"", 1_000))
                .statusCode(200)
                .body("stored", equalTo(2));
        lab.send(run, 1, point("train/loss", 1, 0.5, 2_000) + "," + point("train/loss", 2, "\"NaN\"", 2_000))
                .statusCode(200)
                .body("stored", equalTo(0));
        lab.send(run, 1, point("train/loss", 3, 7, 3_000) + "," + point("train/loss", 1, 0.75, 1_000))
                .statusCode(422)
                .body("code", equalTo("DUPLICATE_POINT"));
        lab.send(run, 1, point("train/loss", 1, 0.75, 9_000)).statusCode(422);
        assertThat(lab.number("select count(*) from metric_point where run_id = ?", run))
                .isEqualTo(2);
        assertDerivedRowsAgree(run);
    }

    @Test
    void aThousandAndOnePointsAndAMegabyteAreTooMuch() {
        UUID run = lab.run("RUNNING");
        String points =
                IntStream.range(0, 1_001).mapToObj(i -> point("k", i, i)).collect(Collectors.joining(","));
        lab.send(run, 1, points)
                .statusCode(413)
                .body("code", equalTo("TOO_LARGE"))
                .body("limit", equalTo(1_000));
        lab.send(run, 1, " ".repeat(1 << 20)).statusCode(413).body("limit", equalTo(1 << 20));
    }

    @Test
    void namesAreNormalisedSoThatTwinsAreOne() {
        UUID run = lab.run("RUNNING");
        lab.send(run, 1, point("caf\u00e9", 1, 1) + "," + point("cafe\u0301", 2, 2) + "," + point("\ud83d\ude80", 1, 1))
                .statusCode(200);
        given().get("/api/v1/runs/" + run + "/metrics").then().body("keys", hasSize(2));
        String exact = "k".repeat(250);
        lab.send(run, 1, point(exact, 1, 1)).statusCode(200);
        lab.send(run, 1, point(exact + "k", 1, 1)).statusCode(422);
    }

    @Test
    void anOvertakenAttemptStoresNothing() {
        UUID run = lab.run("RUNNING");
        lab.send(run, 1, point("a", 1, 1)).statusCode(200);
        lab.attempt(run, 2, "RUNNING");
        lab.send(run, 1, point("a", 2, 1) + "," + point("never-seen-" + run, 2, 1))
                .statusCode(409)
                .body("code", equalTo("STALE_ATTEMPT"));
        assertThat(lab.number("select count(*) from metric_point where run_id = ?", run))
                .isEqualTo(1);
        assertThat(lab.number("select count(*) from metric_key where key = ?", "never-seen-" + run))
                .isZero();
        lab.attempt(run, 2, "PAUSED");
        lab.send(run, 2, point("a", 2, 1)).statusCode(409);
        lab.attempt(run, 2, "CANCELLING");
        lab.send(run, 2, point("a", 2, 1)).statusCode(200);
    }

    /** A run that goes on says the same again; one that begins again does not, and its older course is then a ghost from there on. */
    @Test
    void whatALaterAttemptMeasuresOtherwiseStands() {
        UUID run = lab.run("RUNNING");
        lab.send(
                        run,
                        1,
                        IntStream.range(0, 200).mapToObj(i -> point("a", i, i)).collect(Collectors.joining(",")) + ","
                                + point("b", 10, 1) + "," + point("b", 20, "\"NaN\""))
                .statusCode(200);
        lab.attempt(run, 2, "RUNNING");
        lab.send(run, 2, point("a", 1, 1) + "," + point("b", 10, 1) + "," + point("b", 20, "\"NaN\"", 7))
                .statusCode(200)
                .body("stored", equalTo(0));
        Derived.assertAgree(lab, run);
        String other = point("a", 2, 2) + "," + point("a", 3, -3) + "," + point("a", 4, -4) + "," + point("c", 1, 1);
        lab.send(run, 2, other).statusCode(200).body("stored", equalTo(3));
        Derived.assertAgree(lab, run);
        lab.send(run, 2, other).statusCode(200).body("stored", equalTo(0));
        lab.send(run, 2, point("a", 5, 5)).statusCode(200).body("stored", equalTo(1));
        lab.send(run, 2, point("a", 5, 6)).statusCode(422).body("code", equalTo("DUPLICATE_POINT"));
        given().get("/api/v1/runs/" + run + "/metrics/history?key=a&ghosts=true")
                .then()
                .body("points.value", equalTo(List.of(0f, 1f, 2f, -3f, -4f, 5f)))
                .body("points.attempt", equalTo(List.of(1, 1, 1, 2, 2, 2)))
                .body("ghosts[0].total", equalTo(197));
        given().get("/api/v1/runs/" + run + "/metrics/history?key=b")
                .then()
                .body("points.attempt", equalTo(List.of(1, 1)));
        Derived.assertAgree(lab, run);
    }

    @Test
    void onlyTheAttemptsOwnTokenOpens() {
        UUID run = lab.run("RUNNING");
        String body = "{\"attempt\":1,\"points\":[]}";
        lab.body(run, 2, body).statusCode(403).body("code", equalTo("NOT_YOURS"));
        lab.body(UUID.randomUUID(), 1, body).statusCode(404);
        given().contentType("application/json")
                .body(body)
                .post("/api/v1/runs/not-an-id/metrics")
                .then()
                .statusCode(403);
    }

    @Test
    void manyWritersOfOneRunNeitherLockUpNorLose() throws Exception {
        UUID run = lab.run("RUNNING");
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> sent = new ArrayList<>();
            for (int w = 0; w < 8; w++) {
                int writer = w;
                sent.add(pool.submit(() -> {
                    for (int b = 0; b < 10; b++) {
                        int batch = b;
                        // Every batch is sent by two writers; keys come in another order in each.
                        List<String> points = IntStream.range(0, 100)
                                .mapToObj(i -> point(
                                        "c" + (writer % 2 == 0 ? i % 5 : 4 - i % 5),
                                        (writer / 2 * 10 + batch) * 20L + i / 5,
                                        1 + i / 5))
                                .toList();
                        lab.send(run, 1, String.join(",", points)).statusCode(200);
                    }
                }));
            }
            for (Future<?> f : sent) {
                f.get();
            }
        } finally {
            pool.shutdown();
        }
        assertThat(lab.number("select count(*) from metric_point where run_id = ?", run))
                .isEqualTo(4_000);
        assertDerivedRowsAgree(run);
    }

    @Test
    void whatLooksLikeAFormulaIsNoFormulaInTheCsv() {
        UUID run = lab.run("RUNNING");
        lab.send(run, 1, point("=HYPERLINK(1,2)", 1, -1.5)).statusCode(200);
        String csv = given().get("/api/v1/runs/" + run + "/metrics.csv")
                .then()
                .extract()
                .asString();
        assertThat(csv).contains("\"'=HYPERLINK(1,2)\",1,,-1.5,");
    }

    private List<String> rows(UUID run) {
        List<String> rows = new ArrayList<>(
                lab.column("select s::text from metric_summary s where run_id = ? order by key_id", run));
        rows.addAll(lab.column("select b::text from metric_block b where run_id = ? order by key_id, block", run));
        return rows;
    }

    /** Recomputes from the points, in SQL, what ingest keeps beside them. */
    private void assertDerivedRowsAgree(UUID run) {
        Derived.assertAgree(lab, run);
    }
}
