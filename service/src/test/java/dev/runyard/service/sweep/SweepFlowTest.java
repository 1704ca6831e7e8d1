package dev.runyard.service.sweep;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.fleet.ToyWorker;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class SweepFlowTest {
    @TestHTTPResource("/")
    URI base;

    @Inject
    LabConfig config;

    private static final String SWEEP = """
            {"experiment": "flow", "base": {"dataset": {"id": "shapes"}},
             "axes": {"method.prompts": {"integers": [1, 256]}}, "sampler": {"kind": "random", "runs": %d},
             "seeds": [0, 1], "metric": "test/top1", "parallel": %d}""";

    @Test
    void threeHundredRunsEndAndTheTableHoldsThemAll() throws Exception {
        String id = queue(SWEEP.formatted(150, 40));
        JsonPath sweep;
        try (ToyWorker worker = new ToyWorker(base.toString().replaceAll("/$", ""), config.home(), "toys", 8)) {
            Instant end = Instant.now().plus(Duration.ofMinutes(4));
            do {
                worker.beat();
                Thread.sleep(1_000);
                sweep = given().get("/api/v1/sweeps/" + id).jsonPath();
                assertThat(sweep.getMap("states").values().stream()
                                .mapToInt(n -> ((Number) n).intValue())
                                .sum())
                        .isEqualTo(sweep.getInt("created"));
            } while (!sweep.getString("state").equals("FINISHED")
                    && Instant.now().isBefore(end));
        }
        assertThat(sweep.getString("state")).isEqualTo("FINISHED");
        assertThat(sweep.getInt("created")).isEqualTo(300);
        assertThat(sweep.getInt("states.FINISHED")).isEqualTo(300);
        JsonPath table = given().get("/api/v1/sweeps/" + id + "/table").jsonPath();
        assertThat(table.getString("metric")).isEqualTo("test/top1");
        List<Integer> n = table.getList("rows.n");
        assertThat(n.stream().mapToInt(Integer::intValue).sum()).isEqualTo(300);
        float first = table.getFloat("rows[0].values[0]");
        float second = table.getFloat("rows[0].values[1]");
        if (n.get(0) == 2) {
            assertThat(table.getFloat("rows[0].mean")).isEqualTo((first + second) / 2);
            assertThat(table.getDouble("rows[0].std")).isCloseTo(Math.abs(first - second) / Math.sqrt(2), within(1e-4));
        }
    }

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.data.Offset.offset(offset);
    }

    @Test
    void aSweepTooLargeIsRefusedWithItsCountBeforeAnythingIsMade() {
        given().contentType(ContentType.JSON)
                .body("""
                        {"base": {"dataset": {"id": "shapes"}}, "axes": {"seed": [%s], "batchSize": [%s]}}""".formatted(numbers(1_000), numbers(1_000)))
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .body("code", equalTo("SWEEP_TOO_LARGE"))
                .body("detail", containsString("1000000"));
    }

    @Test
    void runsThatAreQueuedAtOnceAreListedInTheOrderOfTheirPoints() {
        String id = queue(SWEEP.formatted(20, 20));
        for (String sort : List.of("createdAt", "-createdAt")) {
            List<Integer> listed = given().queryParam("sweep", id)
                    .queryParam("sort", sort)
                    .get("/api/v1/runs")
                    .jsonPath()
                    .getList("items.index");
            assertThat(listed)
                    .hasSize(20)
                    .isSortedAccordingTo(sort.startsWith("-") ? Comparator.reverseOrder() : Comparator.naturalOrder());
        }
        act(id, "cancel", 200, "CANCELLED");
    }

    @Test
    void aSweepCanBePausedResumedCancelledAndTriedAgain() {
        String id = queue(SWEEP.formatted(10, 3));
        act(id, "pause", 200, "PAUSED").body("states.PAUSED", equalTo(3));
        act(id, "pause", 200, "PAUSED");
        act(id, "resume", 200, "RUNNING").body("states.QUEUED", equalTo(3));
        act(id, "cancel", 200, "CANCELLED").body("states.CANCELLED", equalTo(3));
        given().post("/api/v1/sweeps/" + id + "/pause")
                .then()
                .statusCode(409)
                .body("code", equalTo("ILLEGAL_TRANSITION"))
                .body("detail", containsString("CANCELLED"));
        act(id, "retry", 200, "RUNNING").body("states.QUEUED", equalTo(3));
        act(id, "cancel", 200, "CANCELLED");
    }

    private static io.restassured.response.ValidatableResponse act(String id, String action, int status, String state) {
        return given().post("/api/v1/sweeps/" + id + "/" + action)
                .then()
                .statusCode(status)
                .body("state", equalTo(state));
    }

    private static String queue(String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static String numbers(int n) {
        return java.util.stream.IntStream.rangeClosed(1, n)
                .mapToObj(Integer::toString)
                .collect(java.util.stream.Collectors.joining(","));
    }
}
