package dev.runyard.service.metric.history;

import static dev.runyard.service.metric.Lab.point;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.runyard.service.auth.StaleAttempt;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Derived;
import dev.runyard.service.metric.Lab;
import dev.runyard.service.metric.MetricLedger;
import dev.runyard.service.metric.PointBatch;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class MetricHistoryTest {
    private static final int POINTS = 200_000;

    @Inject
    Lab lab;

    @Inject
    MetricLedger ledger;

    @Test
    void aSpikeOfOneStepShowsAtEveryZoom() {
        UUID run = lab.run("RUNNING");
        long spike = 123_457;
        for (int from = 0; from < POINTS; from += 1_000) {
            ledger.store(run, batch("spiky", from, 1_000, spike));
        }
        long half = POINTS;
        for (int zoom = 0; half >= 1; zoom++, half /= 3) {
            long from = Math.max(0, spike - half / 2);
            long to = Math.min(POINTS - 1, spike + half / 2);
            JsonPath curve = history(run, "spiky", "&buckets=100&from=" + from + "&to=" + to);
            assertThat(curve.getLong("total")).as("zoom %s", zoom).isEqualTo(to - from + 1);
            if (curve.getBoolean("exact")) {
                assertThat(curve.getList("points.value", Float.class)).contains(1e6f);
                continue;
            }
            List<Map<String, Object>> buckets = curve.getList("buckets");
            assertThat(buckets).hasSizeLessThanOrEqualTo(101);
            long next = from;
            long seen = 0;
            for (Map<String, Object> b : buckets) {
                long first = number(b, "from");
                long last = number(b, "to");
                assertThat(first).isEqualTo(next);
                next = last + 1;
                seen += number(b, "count");
                double most = first <= spike && spike <= last ? 1e6 : last % 1_000;
                assertThat(((Number) b.get("max")).doubleValue()).isGreaterThanOrEqualTo(most);
                assertThat(((Number) b.get("first")).doubleValue()).isEqualTo(value(first, spike));
                assertThat(((Number) b.get("last")).doubleValue()).isEqualTo(value(last, spike));
            }
            assertThat(next).isEqualTo(to + 1);
            assertThat(seen).isEqualTo(to - from + 1);
        }
    }

    @Test
    void aResumedRunHasOneCurveAndAGhost() {
        UUID run = lab.run("RUNNING");
        lab.send(run, 1, points(0, 200, 1)).statusCode(200);
        lab.attempt(run, 2, "STARTING");
        ledger.supersede(run, 2, 99);
        Derived.assertAgree(lab, run);
        assertThat(history(run, "train/loss", "").getLong("total")).isEqualTo(100);
        // The same steps at the very same times: a ghost is in nobody's way.
        lab.send(run, 2, points(100, 150, 2)).statusCode(200).body("stored", equalTo(50));
        // Step 99 was measured before the resumption, and stands when the same is measured again, whatever the clock
        // says now.
        lab.send(run, 2, point("train/loss", 99, 100, 5)).statusCode(200).body("stored", equalTo(0));
        ledger.supersede(run, 2, 99);
        Derived.assertAgree(lab, run);
        JsonPath curve = history(run, "train/loss", "&ghosts=true");
        assertThat(curve.getList("points.step", Integer.class))
                .isEqualTo(IntStream.range(0, 150).boxed().toList());
        assertThat(curve.getList("points.attempt", Integer.class).subList(98, 102))
                .isEqualTo(List.of(1, 1, 2, 2));
        assertThat(curve.getList("ghosts")).hasSize(1);
        assertThat(curve.getInt("ghosts[0].attempt")).isEqualTo(1);
        assertThat(curve.getList("ghosts[0].points.step", Integer.class))
                .isEqualTo(IntStream.range(100, 200).boxed().toList());
        assertThat(history(run, "train/loss", "&attempt=1").getLong("total")).isEqualTo(200);
        assertThat(history(run, "train/loss", "&attempt=2").getLong("total")).isEqualTo(50);
        JsonPath folded = history(run, "train/loss", "&attempt=1&buckets=10");
        assertThat(folded.getList("buckets.count", Integer.class).stream()
                        .mapToInt(i -> i)
                        .sum())
                .isEqualTo(200);
        // From scratch: nothing of the older attempts counts any more, not even a summary.
        lab.attempt(run, 3, "STARTING");
        ledger.supersede(run, 3, -1);
        given().get("/api/v1/runs/" + run + "/metrics").then().body("keys", hasSize(0));
        assertThat(history(run, "train/loss", "&ghosts=true").getList("ghosts")).hasSize(2);
    }

    /** Workers whose clocks are an hour ahead and an hour behind, and go backwards: steps and attempts make the order. */
    @Test
    void clocksThatAreWrongOrderNothing() {
        UUID run = lab.run("RUNNING");
        long now = System.currentTimeMillis() * 1_000;
        long hour = 3_600_000_000L;
        for (long step = 0; step < 20; step++) {
            lab.send(run, 1, point("train/loss", step, 1, now + hour - step)).statusCode(200);
        }
        lab.attempt(run, 2, "STARTING");
        ledger.supersede(run, 2, 9);
        for (long step = 10; step < 30; step++) {
            lab.send(run, 2, point("train/loss", step, 2, now - hour)).statusCode(200);
        }
        Derived.assertAgree(lab, run);
        JsonPath curve = history(run, "train/loss", "&ghosts=true");
        assertThat(curve.getList("points.step", Integer.class))
                .isEqualTo(IntStream.range(0, 30).boxed().toList());
        assertThat(curve.getList("points.attempt", Integer.class))
                .isEqualTo(IntStream.range(0, 30)
                        .map(step -> step < 10 ? 1 : 2)
                        .boxed()
                        .toList());
        assertThat(curve.getList("ghosts[0].points.step", Integer.class))
                .isEqualTo(IntStream.range(10, 20).boxed().toList());
    }

    @Test
    void supersedingIsFenced() {
        UUID run = lab.run("RUNNING");
        lab.attempt(run, 2, "RUNNING");
        assertThatThrownBy(() -> ledger.supersede(run, 1, 0)).isInstanceOf(StaleAttempt.class);
    }

    @Test
    void gapsAndBrokenValuesAreCounted() {
        UUID run = lab.run("RUNNING");
        String broken = IntStream.range(0, 500)
                .mapToObj(i -> point("g", i * 1_000L, i % 2 == 0 ? "\"NaN\"" : "-1"))
                .collect(Collectors.joining(","));
        lab.send(run, 1, broken).statusCode(200);
        JsonPath curve = history(run, "g", "&buckets=50");
        assertThat(curve.getList("buckets.nonFinite", Integer.class).stream()
                        .mapToInt(i -> i)
                        .sum())
                .isEqualTo(250);
        assertThat(curve.getList("buckets.max", Float.class)).allMatch(m -> m == null || m == -1f);
    }

    @Test
    void questionsThatMakeNoSenseAreRefused() {
        UUID run = lab.run("RUNNING");
        String path = "/api/v1/runs/" + run + "/metrics/history";
        for (String bad : new String[] {
            "", "?key=", "?key=a&buckets=0", "?key=a&buckets=x", "?key=a&from=-1", "?key=a&from=5&to=4", "?key=a&to=1e9"
        }) {
            given().get(path + bad).then().statusCode(422).body("field", org.hamcrest.Matchers.notNullValue());
        }
        given().get(path + "?key=unknown").then().statusCode(200).body("total", equalTo(0));
        given().get("/api/v1/runs/" + UUID.randomUUID() + "/metrics/history?key=a")
                .then()
                .statusCode(404);
        given().get("/api/v1/runs/" + UUID.randomUUID() + "/metrics").then().statusCode(404);
    }

    private static JsonPath history(UUID run, String key, String more) {
        return given().get("/api/v1/runs/" + run + "/metrics/history?key=" + key + more)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static String points(int from, int to, double value) {
        return IntStream.range(from, to)
                .mapToObj(i -> point("train/loss", i, value + i))
                .collect(Collectors.joining(","));
    }

    private static double value(long step, long spike) {
        return step == spike ? 1e6 : step % 1_000;
    }

    private static PointBatch batch(String key, int from, int n, long spike) {
        PointBatch batch = new PointBatch(1, n, new String[n], new long[n], new double[n], new double[n], new long[n]);
        for (int i = 0; i < n; i++) {
            batch.keys()[i] = key;
            batch.steps()[i] = from + i;
            batch.epochs()[i] = Double.NaN;
            batch.values()[i] = value(from + i, spike);
            batch.times()[i] = from + i;
        }
        return batch;
    }

    private static long number(Map<String, Object> bucket, String field) {
        return ((Number) bucket.get(field)).longValue();
    }
}
