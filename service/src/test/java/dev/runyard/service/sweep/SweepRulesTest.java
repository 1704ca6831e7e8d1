package dev.runyard.service.sweep;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a sweep is made of is drawn once, every value is counted once, and its state says what is true. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class SweepRulesTest {
    @Inject
    Statements statements;

    @Inject
    SweepLedger ledger;

    @Inject
    SweepPruning pruning;

    @Inject
    SweepsOf010 sweepsOf010;

    private static JsonPath queue(String fields) {
        return given().contentType(ContentType.JSON)
                .body("{\"experiment\": \"rules\", \"base\": {\"dataset\": {\"id\": \"shapes\"}}, " + fields + "}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath();
    }

    private static UUID id(JsonPath sweep) {
        return UUID.fromString(sweep.getString("id"));
    }

    /** All runs of the sweep end as if they had been trained, with {@code value} as their metric. */
    private void finish(UUID sweep, double value) {
        statements.change(
                "insert into metric_key (key, lower_is_better) values ('val/top1', false) on conflict do nothing");
        statements.change("""
                insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, lower_is_better)
                select r.id, k.id, 1, 0, 1, 1, ? + r.sweep_index, false from run r, metric_key k
                where r.sweep_id = ? and k.key = 'val/top1' and r.ended_at is null on conflict do nothing""", value, sweep);
        statements.change(
                "update run set state = 'FINISHED', ended_at = now() where sweep_id = ? and ended_at is null", sweep);
    }

    @Test
    void fewerPointsThanWantedAreRunOnceAndSaid() {
        JsonPath sweep = queue("\"axes\": {\"method.prompts\": [1, 2]}, \"seeds\": [0, 1], \"parallel\": 50,"
                + " \"sampler\": {\"kind\": \"random\", \"runs\": 5}");
        assertThat(sweep.getInt("total")).isEqualTo(4);
        assertThat(sweep.getString("note")).contains("2 points").contains("5 asked for");
        given().get("/api/v1/sweeps/" + id(sweep) + "/events").then().body("[0].why", containsString("5 asked for"));
        finish(id(sweep), 50);
        JsonPath table = given().get("/api/v1/sweeps/" + id(sweep) + "/table").jsonPath();
        assertThat(table.getList("rows.n")).isEqualTo(List.of(2, 2));
        assertThat(table.getList("rows.expected")).isEqualTo(List.of(2, 2));
    }

    @Test
    void theTableCountsTheValueThatIsAskedFor() {
        UUID sweep = id(queue("\"axes\": {\"method.prompts\": [1, 2]}, \"parallel\": 50"));
        finish(sweep, 50);
        statements.change(
                "update metric_summary set best = last + 5, max = last + 5, min = last - 5"
                        + " where run_id in (select id from run where sweep_id = ?)",
                sweep);
        String table = "/api/v1/sweeps/" + sweep + "/table";
        assertThat(means(table)).containsExactly(50f, 51f);
        assertThat(means(table + "?value=last")).containsExactly(50f, 51f);
        assertThat(means(table + "?value=best")).containsExactly(55f, 56f);
        assertThat(means(table + "?value=min")).containsExactly(45f, 46f);
        given().get(table + "?value=best").then().body("value", equalTo("best"));
        given().get(table + "?value=worst")
                .then()
                .statusCode(422)
                .body("field", equalTo("value"))
                .body("detail", containsString("worst"));
        // Without a direction there is no best: the last value stands for it.
        statements.change(
                "update metric_summary set best = null where run_id in (select id from run where sweep_id = ?)", sweep);
        assertThat(means(table + "?value=best")).containsExactly(50f, 51f);
    }

    private static List<Float> means(String table) {
        return given().get(table).jsonPath().getList("rows.mean");
    }

    /** As release 0.1.0 left it: the same point twice with the same seed. */
    @Test
    void aRunThatIsThereTwiceIsNoFurtherSeed() {
        UUID sweep = id(queue("\"axes\": {\"method.prompts\": [1, 2]}, \"seeds\": [0, 1], \"parallel\": 50"));
        statements.change("update run set params = params || '{\"method.prompts\": 1}' where sweep_id = ?", sweep);
        finish(sweep, 50);
        JsonPath table = given().get("/api/v1/sweeps/" + sweep + "/table").jsonPath();
        assertThat(table.getList("rows.n")).isEqualTo(List.of(2));
        assertThat(table.getList("rows[0].seeds", Long.class)).containsExactly(0L, 1L);
        assertThat(table.getList("rows[0].values", Double.class)).containsExactly(50.0, 51.0);
    }

    @Test
    void whatWasDrawnStaysWhateverBecomesOfTheSpecAndItsSampler() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": {\"uniform\": [0.1, 0.9]}}, \"parallel\": 1,"
                + " \"sampler\": {\"kind\": \"random\", \"runs\": 3, \"seed\": 7}"));
        List<String> drawn = statements.rows(
                "select params ->> 'optimizer.learningRate' from sweep_point where sweep_id = ? order by sweep_index",
                r -> r.getString(1),
                sweep);
        assertThat(drawn).hasSize(3).doesNotHaveDuplicates();
        statements.change(
                "update sweep set spec = jsonb_set(spec, '{sampler}', '{\"kind\": \"of another time\"}') where id = ?",
                sweep);
        given().get("/api/v1/sweeps").then().statusCode(200).body("items.id", hasItem(sweep.toString()));
        given().get("/api/v1/sweeps/" + sweep)
                .then()
                .statusCode(200)
                .body("spec.sampler.kind", equalTo("of another time"))
                .body("specFault", containsString("sampler.kind"));
        String at = "/api/v1/sweeps/" + sweep;
        given().get(at + "/table").then().statusCode(200);
        given().get(at + "/rungs").then().statusCode(200).body("readings", hasSize(0));
        given().get(at + "/points")
                .then()
                .statusCode(200)
                .body("points", hasSize(3))
                .body("metrics", equalTo(List.of("val/top1")))
                .body("goals", equalTo(List.of("max")));
        // What needs the axes or the sampler says what it cannot read.
        given().get(at + "/importance").then().statusCode(422).body("field", equalTo("spec.sampler.kind"));
        given().contentType(ContentType.JSON)
                .body("{\"points\": 1}")
                .post(at + "/extend")
                .then()
                .statusCode(422)
                .body("field", equalTo("spec.sampler.kind"));
        for (int i = 0; i < 3; i++) {
            finish(sweep, 1);
            ledger.next(sweep);
        }
        assertThat(statements.rows(
                        "select params ->> 'optimizer.learningRate' from run where sweep_id = ? order by sweep_index",
                        r -> r.getString(1),
                        sweep))
                .isEqualTo(drawn);
        given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("FINISHED"));
    }

    /** What learns, prunes and has a budget reads its spec at every step: one of another release ends the drawing, and sticks nothing. */
    @Test
    void aSweepWhoseSpecNobodyReadsAnyMoreEndsWithWhatItHas() {
        UUID sweep = id(
                queue(
                        "\"axes\": {\"optimizer.learningRate\": {\"uniform\": [0.1, 0.9]}}, \"parallel\": 2,"
                                + " \"sampler\": {\"kind\": \"tpe\", \"runs\": 9}, \"pruner\": {\"kind\": \"asha\"}, \"budget\": {\"target\": 99}"));
        statements.change(
                "update sweep set spec = jsonb_set(spec, '{sampler,kind}', '\"of another time\"') where id = ?", sweep);
        pruning.stored(SweepLedger.runId(sweep, 0), Set.of("val/top1"), 1);
        finish(sweep, 1);
        ledger.next(sweep);
        given().get("/api/v1/sweeps/" + sweep)
                .then()
                .body("state", equalTo("FINISHED"))
                .body("total", equalTo(2));
        assertThat(statements
                        .row("select stopping from sweep where id = ?", r -> r.getString(1), sweep)
                        .orElseThrow())
                .contains("cannot read the sweep's spec")
                .contains("of another time");
    }

    @Test
    void aSweepWhoseSpecNobodyReadsIsStopped() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": {\"uniform\": [0.1, 0.9]}}, \"parallel\": 1,"
                + " \"sampler\": {\"kind\": \"random\", \"runs\": 3}"));
        unreadable(sweep);
        given().post("/api/v1/sweeps/" + sweep + "/stop")
                .then()
                .statusCode(200)
                .body("stopping", containsString("stopped by"))
                .body("points", hasSize(1));
        finish(sweep, 1);
        ledger.next(sweep);
        given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("FINISHED"));
    }

    /** Whoever carries a point out has its result once: it is kept, whatever this release reads. */
    @Test
    void whatIsToldOfASweepWhoseSpecNobodyReadsIsKept() {
        String sweep = given().contentType(ContentType.JSON)
                .body("{\"experiment\": \"rules\", \"external\": true, \"base\": {\"schedule\": {\"epochs\": 9}},"
                        + " \"metric\": \"loss\", \"goal\": \"min\", \"axes\": {\"x\": {\"uniform\": [0, 1]}},"
                        + " \"pruner\": {\"kind\": \"median\", \"metric\": \"early\"},"
                        + " \"sampler\": {\"kind\": \"random\", \"runs\": 2}}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        post(sweep, "ask", "{\"points\": 2}").statusCode(200);
        unreadable(UUID.fromString(sweep));
        post(sweep, "tell", "{\"point\": 0, \"epoch\": 1, \"value\": 3}")
                .statusCode(200)
                .body("state", equalTo("OPEN"))
                .body("decision", nullValue());
        post(sweep, "tell", "{\"point\": 0, \"value\": 0.5}").statusCode(200);
        post(sweep, "tell", "{\"point\": 1, \"state\": \"PRUNED\", \"value\": 0.25, \"epoch\": 2}")
                .statusCode(200);
        String at = "/api/v1/sweeps/" + sweep;
        given().get(at + "/rungs").then().statusCode(200).body("readings.value", equalTo(List.of(3f)));
        given().get(at + "/points")
                .then()
                .statusCode(200)
                .body("best", equalTo(0))
                .body("points.state", equalTo(List.of("FINISHED", "PRUNED")))
                .body("points.values", equalTo(List.of(List.of(0.5f), List.of(0.25f))));
        given().get(at).then().body("state", equalTo("FINISHED"));
    }

    private void unreadable(UUID sweep) {
        statements.change(
                "update sweep set spec = jsonb_set(spec, '{sampler,kind}', '\"of another time\"') where id = ?", sweep);
    }

    private static ValidatableResponse post(String sweep, String what, String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/sweeps/" + sweep + "/" + what)
                .then();
    }

    @Test
    void aSweepThatNobodyReadsBeforeItsFirstRunEndsWithNone() {
        UUID sweep = id(queue("\"axes\": {\"optimizer.learningRate\": {\"uniform\": [0.1, 0.9]}}, \"parallel\": 2,"
                + " \"sampler\": {\"kind\": \"tpe\", \"runs\": 9}"));
        // As if the first runs had been left to a release that does not read it.
        statements.change("delete from sweep_point where sweep_id = ?", sweep);
        statements.change("delete from sweep_draw where sweep_id = ?", sweep);
        statements.change("delete from run where sweep_id = ?", sweep);
        statements.change(
                "update sweep set created = 0, spec = jsonb_set(spec, '{sampler,kind}', '\"of another time\"') where id = ?",
                sweep);
        ledger.next(sweep);
        given().get("/api/v1/sweeps/" + sweep)
                .then()
                .body("state", equalTo("FINISHED"))
                .body("total", equalTo(0));
    }

    @Test
    void aSweepOf010GoesOnWithItsOwnDraws() {
        UUID sweep = id(queue("\"axes\": {\"method.prompts\": [1, 2]}, \"parallel\": 1,"
                + " \"sampler\": {\"kind\": \"random\", \"runs\": 2, \"seed\": 3}"));
        statements.change("delete from sweep_point where sweep_id = ?", sweep);
        statements.change("delete from sweep_draw where sweep_id = ?", sweep);
        statements.change(
                "update sweep set total = 5, spec = jsonb_set(spec, '{sampler,runs}', '5') where id = ?", sweep);
        sweepsOf010.draw();
        finish(sweep, 1);
        ledger.next(sweep);
        assertThat(statements.number("select count(*) from sweep_point where sweep_id = ?", sweep))
                .isEqualTo(5);
        assertThat(statements.number("select count(*) from run where sweep_id = ?", sweep))
                .isEqualTo(2);
        given().get("/api/v1/sweeps/" + sweep + "/points")
                .then()
                .statusCode(200)
                .body("points.source", everyItem(equalTo("unsaid")))
                .body("points.runs.flatten()", hasSize(2));
    }

    @Test
    void aPausedSweepWhoseLastRunEndsIsOverAndOpensAgainWithAnEvent() {
        UUID sweep = id(queue("\"seeds\": [0, 1], \"parallel\": 5"));
        given().post("/api/v1/sweeps/" + sweep + "/pause").then().statusCode(200);
        finish(sweep, 1);
        assertThat(ledger.next(sweep).over()).isTrue();
        given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("FINISHED"));
        statements.change(
                "update run set state = 'FAILED', reason = 'INTERNAL' where sweep_id = ? and sweep_index = 0", sweep);
        given().post("/api/v1/runs/" + SweepLedger.runId(sweep, 0) + "/retry")
                .then()
                .statusCode(200);
        given().get("/api/v1/sweeps/" + sweep)
                .then()
                .body("state", equalTo("RUNNING"))
                .body("endedAt", nullValue());
        given().get("/api/v1/sweeps/" + sweep + "/events")
                .then()
                .body("kind", hasItem("reopen"))
                .body("findAll { it.kind == 'reopen' }", hasSize(1));
        given().post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"seeds\": [0, 1], \"metric\": \"nope/x\", \"goal\": \"max\" | UNKNOWN_METRIC | metric",
                "\"seeds\": [0, 1], \"metric\": \"train/lr\" | MISSING_FIELD | goal",
                "\"axes\": {\"dataset.root\": [\"a\", \"/b\"], \"dataset.id\": [\"dtd\"]} | RELATIVE_PATH | axes.dataset.root",
            })
    void whatCannotBeMeantIsRefused(String fields, String code, String field) {
        given().contentType(ContentType.JSON)
                .body("{\"base\": {\"dataset\": {\"id\": \"shapes\"}}, " + fields + "}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .body("code", equalTo(code))
                .body("field", equalTo(field));
    }

    @Test
    void aRelativePathOfARunIsRefusedAndItsNameIsNot() {
        for (String path : new String[] {"/api/v1/runs", "/api/v1/specs/check"}) {
            given().contentType(ContentType.JSON)
                    .body("{\"spec\": {\"dataset\": {\"id\": \"dtd\", \"root\": \"data/dtd\"}}}")
                    .post(path)
                    .then()
                    .statusCode(422)
                    .body("code", equalTo("RELATIVE_PATH"));
        }
        given().contentType(ContentType.JSON)
                .body("{\"spec\": {\"dataset\": {\"id\": \"dtd\", \"root\": \"/data/dtd\"},"
                        + " \"backbone\": {\"weights\": \"clip-vit-b32\"}}, \"name\": \"eurosat 10% 🫠\"}")
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .body("name", equalTo("eurosat 10% 🫠"));
    }
}
