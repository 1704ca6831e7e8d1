package dev.runyard.service.run;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The configuration that acts is a parameter of every run, swept or not. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class RunConfigTest {
    @Inject
    Statements statements;

    @Inject
    Configurations configurations;

    private static UUID queue(String experiment, String name, String spec) {
        return UUID.fromString(given().contentType(ContentType.JSON)
                .body("{\"experiment\": \"%s\", \"name\": \"%s\", \"spec\": {\"dataset\": {\"id\": \"shapes\"}%s}}"
                        .formatted(experiment, name, spec))
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .extract()
                .path("id"));
    }

    private static List<String> names(String experiment, String filter, String sort) {
        return given().queryParam("experiment", experiment)
                .queryParam("filter", filter)
                .queryParam("sort", sort)
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .extract()
                .path("items.name");
    }

    @Test
    void everyValueIsShownFilteredAndSortedBy() {
        String e = "config-all";
        UUID a = queue(e, "a", ", \"seed\": 10");
        queue(e, "b", ", \"seed\": 9, \"batchSize\": 64");
        queue(e, "c", ", \"seed\": -1, \"method\": {\"kind\": \"linear\"}");
        given().get("/api/v1/runs/" + a)
                .then()
                .body("config.'method.kind'", equalTo("pgn"))
                .body("config.batchSize", equalTo(128))
                .body("origin.batchSize", equalTo("default"))
                .body("origin.seed", equalTo("base"));
        assertThat(names(e, "params.seed > -5", "params.seed")).containsExactly("c", "b", "a");
        assertThat(names(e, "params.method.kind = pgn", "-params.seed")).containsExactly("a", "b");
        assertThat(names(e, "params.method.kind != pgn", "name")).containsExactly("c");
        assertThat(names(e, "params.batchSize = 128.0", "name")).containsExactly("a", "c");
        assertThat(names(e, "params.method.kind =~ '^(p|l)' and not params.seed in (9, 10)", "name"))
                .containsExactly("c");
        assertThat(names(e, "params.method.prompts is null", "name")).containsExactly("c");
        assertThat(names(e, "params.method.kind not in (pgn, vp) or name = b", "name"))
                .containsExactly("b", "c");
        assertThat(names(e, "params.method.kind ilike 'LIN%'", "name")).containsExactly("c");
        assertThat(names(e, "params.nothing.such > 3", "name")).isEmpty();
        // A run without the value comes last, whichever way.
        assertThat(names(e, "seed or name ~ ''", "-params.method.prompts")).endsWith("c");
        given().queryParam("experiment", e)
                .queryParam("param", "method.kind", "method.prompts")
                .queryParam("field", "name", "params.seed", "createdAt", "sweep")
                .queryParam("sort", "name")
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .body("items[0].config.'method.kind'", equalTo("pgn"))
                .body("items[0].config", not(hasKey("seed")))
                .body("items[2].config", equalTo(Map.of("method.kind", "linear")))
                .body("items[0].values.name", equalTo("a"))
                .body("items[0].values.'params.seed'", equalTo(10))
                .body("items[0].values", not(hasKey("sweep")))
                .body("items[0]", not(hasKey("origin")));
    }

    @Test
    void whatASweepSetIsSaidToBeItsAxis() {
        String sweep = given().contentType(ContentType.JSON)
                .body("{\"experiment\": \"config-sweep\", \"base\": {\"dataset\": {\"id\": \"shapes\"}},"
                        + " \"axes\": {\"optimizer.learningRate\": [0.1, 0.2]}, \"seeds\": [0, 1]}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        JsonPath page = given().queryParam("sweep", sweep)
                .queryParam("sort", "-params.optimizer.learningRate")
                .queryParam("param", "optimizer.learningRate")
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(page.getList("items.config.'optimizer.learningRate'", Float.class))
                .containsExactly(0.2f, 0.2f, 0.1f, 0.1f);
        given().get("/api/v1/runs/" + page.getString("items[0].id"))
                .then()
                .body("origin.'optimizer.learningRate'", equalTo("axis"))
                .body("origin.'dataset.id'", equalTo("base"));
        JsonPath keys = keys("sweep", sweep);
        assertThat(keys.getString("params[0].key")).isIn("optimizer.learningRate", "seed");
        assertThat(keys.getList("params.find { it.key == 'optimizer.learningRate' }.values", Float.class))
                .containsExactly(0.1f, 0.2f);
        assertThat(keys.getInt("of")).isEqualTo(4);
        given().post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(200);
    }

    @Test
    void theCatalogueSaysWhatThereIs() {
        String e = "config-keys";
        UUID a = queue(e, "a", ", \"seed\": 10");
        queue(e, "b", ", \"seed\": 9");
        queue(e, "c", ", \"seed\": 9, \"method\": {\"kind\": \"linear\"}");
        statements.change(
                "insert into metric_key (key, lower_is_better) values ('val/top1', false), ('kept', false) on conflict do nothing");
        statements.change(
                "insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, lower_is_better)"
                        + " select ?, id, 1, 0, 1, 1, 1, false from metric_key where key in ('val/top1', 'kept')",
                a);
        for (JsonPath keys : List.of(keys("experiment", e), keys("filter", "experiment = '" + e + "'"))) {
            assertThat(keys.getInt("of")).isEqualTo(3);
            assertThat(keys.getString("params.find { it.key == 'seed' }.type")).isEqualTo("number");
            assertThat(keys.getList("params.find { it.key == 'seed' }.values", Integer.class))
                    .containsExactly(9, 10);
            assertThat(keys.getInt("params.find { it.key == 'seed' }.distinct")).isEqualTo(2);
            assertThat(keys.getBoolean("params.find { it.key == 'seed' }.varies"))
                    .isTrue();
            assertThat(keys.getInt("params.find { it.key == 'method.prompts' }.runs"))
                    .isEqualTo(2);
            assertThat(keys.getList("params.varies", Boolean.class))
                    .isSortedAccordingTo(java.util.Comparator.reverseOrder());
            assertThat(keys.getString("metrics.find { it.key == 'val/top1' }.goal"))
                    .isEqualTo("MAX");
            assertThat(keys.getString("metrics.find { it.key == 'val/top1' }.unit"))
                    .isEqualTo("%");
            assertThat(keys.getString("metrics.find { it.key == 'kept' }.goal")).isNull();
        }
    }

    @Test
    void runsOfEarlierReleasesGetTheirs() {
        String e = "config-before";
        UUID a = queue(e, "a", ", \"seed\": 4");
        statements.change("delete from run_config where run_id = ?", a);
        assertThat(names(e, "params.seed = 4", "name")).isEmpty();
        configurations.complete();
        configurations.complete();
        assertThat(names(e, "params.seed = 4", "name")).containsExactly("a");
    }

    @Test
    void whatMeansNothingIsRefusedByName() {
        given().queryParam("sort", "metrics.train/lr.best")
                .get("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("code", equalTo("NO_DIRECTION"));
        given().queryParam("field", "nme")
                .get("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("field", equalTo("field"));
        given().queryParam("filter", "name =~ '('")
                .get("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("code", equalTo("BAD_PATTERN"));
        given().queryParam("filter", "state = FAILED and params.x >")
                .get("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("position", equalTo(29))
                .body("detail", containsString("expected a value"));
    }

    private static JsonPath keys(String by, String value) {
        return given().queryParam(by, value)
                .get("/api/v1/keys")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
