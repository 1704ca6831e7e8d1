package dev.runyard.service.metric.series;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Many curves in one request, and what came since. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class SeriesTest {
    @Inject
    Lab lab;

    private static JsonNode ask(String body) throws IOException {
        return new ObjectMapper()
                .readTree(given().contentType(ContentType.JSON)
                        .body(body)
                        .post("/api/v1/metrics/series")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString());
    }

    private static String pair(UUID run, String key) {
        return "{\"run\": \"" + run + "\", \"key\": \"" + key + "\"}";
    }

    private void send(UUID run, String key, int from, int to) {
        for (int begin = from; begin < to; begin += 1_000) {
            List<String> points = new ArrayList<>();
            for (int step = begin; step < Math.min(to, begin + 1_000); step++) {
                points.add(Lab.point(key, step, value(step)));
            }
            lab.send(run, 1, String.join(",", points)).statusCode(200);
        }
    }

    /** A slope with spikes that no bucket may lose. */
    private static double value(int step) {
        return step % 997 == 5 ? 1e6 + step : step % 1009 == 7 ? -1e6 - step : step;
    }

    @Test
    void fewPointsComeAsTheyAreAndWhatIsNotThereIsEmpty() throws IOException {
        UUID run = lab.run("RUNNING");
        lab.send(run, 1, Lab.point("a/x", 1, 0.1) + "," + Lab.point("a/x", 2, "\"NaN\"") + "," + Lab.point("a/y", 2, 3))
                .statusCode(200);
        UUID nobody = UUID.randomUUID();
        JsonNode answer = ask("{\"series\": [" + pair(run, "a/x") + "," + pair(run, "a/none") + ","
                + pair(nobody, "a/x") + "," + pair(run, "a/y") + "], \"buckets\": 10}");
        JsonNode x = answer.at("/series/0");
        assertThat(x.get("exact").asBoolean()).isTrue();
        assertThat(x.get("points").asInt()).isEqualTo(2);
        assertThat(x.get("nonFinite").asInt()).isEqualTo(1);
        assertThat(x.get("steps").toString()).isEqualTo("[1,2]");
        assertThat(x.get("last").toString()).isEqualTo("[0.1,\"NaN\"]");
        assertThat(x.get("times").toString()).isEqualTo("[1700000000000001,1700000000000002]");
        assertThat(x.has("min")).isFalse();
        for (int i : new int[] {1, 2}) {
            assertThat(answer.at("/series/" + i + "/steps")).isEmpty();
            assertThat(answer.at("/series/" + i + "/points").asInt()).isZero();
        }
        assertThat(answer.at("/series/3/last").toString()).isEqualTo("[3.0]");
    }

    @Test
    void bucketsKeepEveryExtremeAtAnyWidth() throws IOException {
        UUID run = lab.run("RUNNING");
        int n = 20_000;
        send(run, "a/wide", 0, n);
        double least = Double.POSITIVE_INFINITY;
        double greatest = Double.NEGATIVE_INFINITY;
        for (int step = 0; step < n; step++) {
            least = Math.min(least, value(step));
            greatest = Math.max(greatest, value(step));
        }
        for (int buckets : new int[] {7, 100, 300, 2_000}) {
            JsonNode s = ask("{\"series\": [" + pair(run, "a/wide") + "], \"buckets\": " + buckets + "}")
                    .at("/series/0");
            assertThat(s.get("exact").asBoolean()).isFalse();
            assertThat(s.get("points").asInt()).isEqualTo(n);
            assertThat(s.get("steps").size()).isBetween(buckets / 2, buckets);
            assertThat(s.get("min").size()).isEqualTo(s.get("steps").size());
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < s.get("steps").size(); i++) {
                low = Math.min(low, s.get("min").get(i).asDouble());
                high = Math.max(high, s.get("max").get(i).asDouble());
                int step = s.get("steps").get(i).asInt();
                assertThat(s.get("last").get(i).floatValue()).isEqualTo((float) value(step));
            }
            assertThat(low).isEqualTo((float) least);
            assertThat(high).isEqualTo((float) greatest);
            assertThat(s.get("steps").get(s.get("steps").size() - 1).asInt()).isEqualTo(n - 1);
        }
        JsonNode part = ask("{\"series\": [" + pair(run, "a/wide")
                        + "], \"from\": 1000, \"to\": 1009, \"buckets\": 10}")
                .at("/series/0");
        assertThat(part.get("steps").size()).isEqualTo(10);
        assertThat(part.get("points").asInt()).isEqualTo(10);
        assertThat(part.get("exact").asBoolean()).isTrue();
    }

    /** As long as before, and with an end behind it: by its numbers alone it looks as if it had gone on. */
    @Test
    void aCurveThatBeganAgainComesWhole() throws IOException {
        UUID run = lab.run("RUNNING");
        send(run, "a/again", 1, 51);
        lab.attempt(run, 2, "RUNNING");
        String body = "{\"series\": [" + pair(run, "a/again") + "], \"buckets\": 2000%s}";
        String cursor = ask(body.formatted("")).get("cursor").asText();
        List<String> points = new ArrayList<>();
        for (int step = 1; step <= 60; step++) {
            points.add(Lab.point("a/again", step, -step));
        }
        lab.send(run, 2, String.join(",", points)).statusCode(200);
        JsonNode s = ask(body.formatted(", \"since\": \"" + cursor + "\"")).at("/series/0");
        assertThat(s.get("reset").asBoolean()).isTrue();
        assertThat(s.get("steps")).hasSize(60);
        assertThat(s.get("last").get(0).asDouble()).isEqualTo(-1);
    }

    @Test
    void whatComesSinceAddsUpToTheWhole() throws IOException {
        UUID run = lab.run("RUNNING");
        for (int buckets : new int[] {2_000, 40}) {
            String key = "a/grows" + buckets;
            String body = "{\"series\": [" + pair(run, key) + "," + pair(run, "a/still") + "], \"buckets\": " + buckets
                    + "%s}";
            TreeMap<Long, Double> seen = new TreeMap<>();
            String cursor = null;
            int resets = 0;
            for (int end = 50; end <= 3_000; end += 50) {
                send(run, key, end - 50, end);
                JsonNode answer = ask(body.formatted(cursor == null ? "" : ", \"since\": \"" + cursor + "\""));
                JsonNode s = answer.at("/series/0");
                if (s.get("reset").asBoolean()) {
                    seen.clear();
                    resets++;
                }
                for (int i = 0; i < s.get("steps").size(); i++) {
                    seen.put(
                            s.get("steps").get(i).asLong(), s.get("last").get(i).asDouble());
                }
                if (cursor != null) {
                    assertThat(answer.at("/series/1/steps")).isEmpty();
                }
                cursor = answer.get("cursor").asText();
                assertThat(s.get("points").asInt()).isEqualTo(end);
            }
            JsonNode whole = ask(body.formatted("")).at("/series/0");
            for (int i = 0; i < whole.get("steps").size(); i++) {
                assertThat(seen)
                        .containsEntry(
                                whole.get("steps").get(i).asLong(),
                                whole.get("last").get(i).asDouble());
            }
            // A bucket that was not full when it was told is there too; a curve that doubles is drawn anew.
            assertThat(resets).isBetween(1, 9);
            JsonNode again =
                    ask(body.formatted(", \"since\": \"" + cursor + "\"")).at("/series/0");
            assertThat(again.get("steps")).isEmpty();
            assertThat(again.get("reset").asBoolean()).isFalse();
        }
    }

    @Test
    void whatChangedBehindTheEndComesWhole() throws IOException {
        UUID run = lab.run("RUNNING");
        lab.send(run, 1, Lab.point("a/back", 10, 1) + "," + Lab.point("a/back", 20, 2))
                .statusCode(200);
        String body = "{\"series\": [" + pair(run, "a/back") + "], \"buckets\": 100%s}";
        String cursor = ask(body.formatted("")).get("cursor").asText();
        lab.send(run, 1, Lab.point("a/back", 15, 3) + "," + Lab.point("a/back", 30, 4))
                .statusCode(200);
        JsonNode s = ask(body.formatted(", \"since\": \"" + cursor + "\"")).at("/series/0");
        assertThat(s.get("reset").asBoolean()).isTrue();
        assertThat(s.get("steps").toString()).isEqualTo("[10,15,20,30]");
    }

    @Test
    void whatMeansNothingIsRefusedByName() {
        UUID run = UUID.randomUUID();
        for (String[] bad : new String[][] {
            {"{\"series\": []}", "series"},
            {"{\"series\": [" + pair(run, "a") + "], \"buckets\": 0}", "buckets"},
            {"{\"series\": [" + pair(run, "a") + "], \"from\": 5, \"to\": 4}", "to"},
            {"{\"series\": [" + pair(run, "a") + "], \"since\": \"x\"}", "since"},
            {"{\"series\": [" + pair(run, "a") + "], \"colour\": 1}", "colour"},
        }) {
            given().contentType(ContentType.JSON)
                    .body(bad[0])
                    .post("/api/v1/metrics/series")
                    .then()
                    .statusCode(422)
                    .body("field", equalTo(bad[1]));
        }
    }
}
