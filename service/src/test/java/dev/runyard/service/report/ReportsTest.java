package dev.runyard.service.report;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import dev.runyard.service.result.Animals;
import dev.runyard.service.run.Configuration;
import dev.runyard.service.run.Configurations;
import dev.runyard.service.sweep.SweepLedger;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.table.LatexTable;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Reports over runs: what cells say, what is marked, versions, and what is frozen. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class ReportsTest {
    private static final String SPEC = """
            title: Methods
            runs: {experiment: %s}
            rows: [method.kind]
            columns: [dataset.id]
            cell: {metric: test/top1}
            against: {row: {method.kind: iip}}
            extra: [average, wins, trainedParameters, {quote: {row: VP, values: {c10: 75.3}, source: "table 3"}}]
            """;

    @Inject
    Statements statements;

    @Inject
    Configurations configurations;

    @Inject
    Lab lab;

    private UUID run(
            String experiment, String kind, String data, int seed, String state, @Nullable Double top1, String more) {
        statements.change(
                "insert into experiment (project_id, name, created_by) select id, ?, 'test' from project where name = 'default'"
                        + " on conflict do nothing",
                experiment);
        UUID id = UUID.randomUUID();
        String spec = "{\"method\": {\"kind\": \"" + kind + "\"" + more + "}, \"dataset\": {\"id\": \"" + data
                + "\", \"root\": \"/data/" + seed + "\"}, \"seed\": " + seed + "}";
        statements.change(
                "insert into run (id, project_id, experiment_id, name, state, reason, message, spec, spec_hash, created_by, epochs,"
                        + " created_at, ended_at) select ?, project_id, id, ?, ?, case when ? = 'FAILED' then 'DATA' end,"
                        + " 'no images', cast(? as jsonb), '', 'test', 1, clock_timestamp(), case when ? <> 'QUEUED' then now() end"
                        + " from experiment where name = ?",
                id,
                kind + "-" + seed,
                state,
                state,
                spec,
                state,
                experiment);
        configurations.store(id, Configuration.of(Json.tree(spec), Json.tree("{}")));
        if (top1 != null) {
            summary(id, "test/top1", top1);
            summary(id, "system/parameters", kind.length() * 1000.0);
        }
        fingerprint(id, "of-" + data);
        return id;
    }

    private void summary(UUID run, String key, double value) {
        statements.change(
                "insert into metric_key (key, lower_is_better) values (?, false) on conflict do nothing", key);
        statements.change(
                "insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, lower_is_better)"
                        + " select ?, id, 1, 0, 1, 1, ?, ?, ?, false from metric_key where key = ?",
                run,
                value,
                value,
                value,
                key);
    }

    private void fingerprint(UUID run, String hash) {
        statements.change(
                "insert into checkpoint (run_id, attempt, step, epoch, best, manifest) values (?, 1, 1, 1, true,"
                        + " jsonb_build_object('dataHash', cast(? as text))) on conflict (run_id, attempt, step) do update set manifest"
                        + " = excluded.manifest",
                run,
                hash);
    }

    private void lab(String experiment) {
        double[][] iip = {{70.1, 70.5, 70.2}, {50.1, 50.9, 50.2}};
        double[][] pgn = {{75.1, 75.4, 75.3}, {49.0, 52.0, Double.NaN}};
        for (int data = 0; data < 2; data++) {
            for (int seed = 0; seed < 3; seed++) {
                run(experiment, "iip", "c" + (data == 0 ? "10" : "100"), seed, "FINISHED", iip[data][seed], "");
                boolean failed = Double.isNaN(pgn[data][seed]);
                run(
                        experiment,
                        "pgn",
                        "c" + (data == 0 ? "10" : "100"),
                        seed,
                        failed ? "FAILED" : "FINISHED",
                        failed ? null : pgn[data][seed],
                        "");
            }
        }
    }

    private static String body(String text) {
        return Json.canonical(Map.of("text", text));
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/reports" + path)
                .then();
    }

    private static JsonNode preview(String text) throws IOException {
        return new ObjectMapper()
                .readTree(post("/preview", body(text)).statusCode(200).extract().asString());
    }

    private static JsonNode cell(JsonNode table, String row, int column) {
        for (JsonNode one : table.path("rows")) {
            if (one.path("labels").path(0).asText().equals(row)) {
                return one.path("cells").path(column);
            }
        }
        throw new AssertionError("there is no row " + row + " in " + table);
    }

    @Test
    void cellsAreOfAllRunsAndSayWhatTheyLack() throws IOException {
        lab("cells");
        JsonNode table = preview(SPEC.formatted("cells"));
        assertThat(table.path("columns").findValuesAsText("label")).containsExactly("c10", "c100");
        assertThat(cell(table, "pgn", 0).path("text").asText()).isEqualTo("75.27 ± 0.15");
        assertThat(cell(table, "pgn", 0).path("mean").asDouble())
                .isCloseTo(DoubleStream.of(75.1, 75.4, 75.3).average().orElseThrow(), within(1e-12));
        assertThat(cell(table, "pgn", 0).path("over").toString()).isEqualTo("[\"0\",\"1\",\"2\"]");
        assertThat(cell(table, "pgn", 0).path("test").path("words").asText()).isEqualTo("paired t");
        assertThat(cell(table, "pgn", 0).path("test").path("p").asDouble())
                .isCloseTo(0.00013330667259119503, within(1e-13));
        assertThat(cell(table, "pgn", 1).path("text").asText()).isEqualTo("50.50 ± 2.12 (2/3)");
        assertThat(table.path("unfinishedTotal").asInt()).isEqualTo(1);
        assertThat(table.path("unfinished").path(0).path("why").asText()).isEqualTo("DATA: no images");
        assertThat(table.path("rows").path(0).path("further").path(2).asText()).isEqualTo("3000");
        assertThat(table.path("complete").asBoolean()).isFalse();
    }

    @Test
    void mixedDataOtherSettingsAndRepeatedSeedsAreMarked() throws IOException {
        lab("mixed");
        UUID odd = run("mixed", "vp", "c10", 0, "FINISHED", 60.0, "");
        run("mixed", "vp", "c10", 1, "FINISHED", 61.0, "");
        fingerprint(odd, "another");
        run("mixed", "full", "c10", 0, "FINISHED", 80.0, ", \"rate\": 1");
        run("mixed", "full", "c10", 1, "FINISHED", 81.0, ", \"rate\": 2");
        run("mixed", "linear", "c10", 0, "FINISHED", 64.0, "");
        UUID newer = run("mixed", "linear", "c10", 0, "FINISHED", 65.0, "");
        JsonNode table = preview(SPEC.formatted("mixed"));
        assertThat(cell(table, "vp", 0).path("text").asText()).isEqualTo("mixed");
        assertThat(cell(table, "full", 0).path("marks")).isNotEmpty();
        assertThat(cell(table, "full", 0).path("best").asBoolean()).isFalse();
        assertThat(cell(table, "pgn", 0).path("best").asBoolean()).isTrue();
        assertThat(cell(table, "linear", 0).path("text").asText()).isEqualTo("65.00 (1/3)");
        assertThat(cell(table, "linear", 0).path("runs").path(0).asText()).isEqualTo(newer.toString());
        assertThat(table.path("notes").findValuesAsText("text"))
                .anyMatch(text -> text.contains("differ in method.rate"))
                .anyMatch(text -> text.contains("different states of the data"))
                .anyMatch(text -> text.contains("run more than once"));
        // The paths of data lie elsewhere on each host, and are no setting.
        assertThat(cell(table, "iip", 0).path("marks")).isEmpty();
    }

    /** A finished run of the lab that kept its answers to four images. */
    private UUID answered(String experiment, String kind, int seed, String data, String judged, int... answers) {
        UUID id = run(experiment, kind, "animals", seed, "FINISHED", 25.0 * right(answers), "");
        statements.change("delete from checkpoint where run_id = ?", id);
        statements.change("update run set state = 'RUNNING', attempt = 1, ended_at = null where id = ?", id);
        Animals.store(
                lab.bearer(id, 1),
                id,
                "predictions.safetensors",
                "predictions",
                Animals.predictions(data, judged, answers));
        statements.change("update run set state = 'FINISHED', ended_at = now() where id = ?", id);
        return id;
    }

    private static int right(int... answers) {
        int[] labels = {0, 1, 2, 2};
        return (int) IntStream.range(0, 4).filter(i -> answers[i] == labels[i]).count();
    }

    @Test
    void runsWithoutCheckpointsPairByWhatTheyWereJudgedOn() throws IOException {
        for (int seed = 0; seed < 3; seed++) {
            answered("judged", "iip", seed, "few", "j", 0, 1, seed % 2, 1);
            answered("judged", "pgn", seed, "many", "j", 0, 1, 2, 2 - seed % 2);
            answered("judged", "vp", seed, "many", "other", 0, 1, 2, 2 - seed % 2);
        }
        JsonNode table = preview(SPEC.formatted("judged"));
        assertThat(cell(table, "pgn", 0).path("test").path("words").asText()).isEqualTo("paired t");
        assertThat(cell(table, "vp", 0).path("test").path("words").asText()).isEqualTo("Welch's t");
        assertThat(cell(table, "vp", 0).path("test").path("why").asText()).isEqualTo("not the same data");
    }

    @Test
    void twoRunsAreComparedImageByImage() throws IOException {
        answered("images", "iip", 0, "few", "j", 0, 0, 0, 0);
        answered("images", "pgn", 0, "many", "j", 0, 1, 2, 2);
        JsonNode test = cell(preview(SPEC.formatted("images").replace("iip}}", "iip}, test: mcnemar}")), "pgn", 0)
                .path("test");
        assertThat(test.path("words").asText()).isEqualTo("McNemar's");
        assertThat(test.path("n").asText()).isEqualTo("4 images, 3 told apart");
        assertThat(test.path("p").asDouble()).isEqualTo(0.25);
    }

    /** What a sweep's {@code then:} has its runs judged on is a column of its report, though the tasks are no runs of it. */
    @Test
    void whatTasksOnASweepsRunsMeasuredStandsInItsReport() throws IOException {
        UUID sweep = UUID.fromString(given().contentType(ContentType.JSON)
                .body("{\"experiment\": \"judged-later\", \"base\": {\"dataset\": {\"id\": \"shapes\"}}, \"axes\":"
                        + " {\"method.prompts\": [1, 2]}, \"seeds\": [0, 1], \"parallel\": 4}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .<String>path("id"));
        String[] states = {"FINISHED", "FINISHED", "FINISHED", "FAILED"};
        for (int i = 0; i < 4; i++) {
            UUID run = SweepLedger.runId(sweep, i);
            statements.change("update run set state = 'FINISHED', attempt = 1, ended_at = now() where id = ?", run);
            summary(run, "test/top1", 80 + i);
            task(run, 0, "FINISHED", 30.0 + i);
            // The newest that finished counts.
            task(run, 1, states[i], 40.0 + i);
        }
        summary(SweepLedger.runId(sweep, 0), "test/folder/top1", 50);
        JsonNode table = preview("""
                title: Judged later
                runs: {sweep: %s}
                rows: [method.prompts]
                cell: {metric: [test/top1, test/folder/top1], show: mean}
                """.formatted(sweep));
        assertThat(cell(table, "1", 0).path("mean").asDouble()).isEqualTo(80.5);
        assertThat(cell(table, "1", 1).path("values").toString()).isEqualTo("[50.0,41.0]");
        assertThat(cell(table, "2", 1).path("values").toString()).isEqualTo("[42.0,33.0]");
        assertThat(table.path("unfinishedTotal").asInt()).isZero();
    }

    private void task(UUID of, int minutes, String state, double value) {
        UUID id = UUID.randomUUID();
        statements.change(
                "insert into run (id, project_id, experiment_id, name, state, reason, spec, spec_hash, created_by, epochs, of_run,"
                        + " created_at, ended_at) select ?, project_id, experiment_id, 'evaluate', ?,"
                        + " case when ? = 'FAILED' then 'DATA' end, '{\"task\": \"evaluate\"}', '', 'test', 1, id, now(),"
                        + " now() + make_interval(mins => ?) from run where id = ?",
                id,
                state,
                state,
                minutes,
                of);
        summary(id, "test/folder/top1", value);
    }

    @Test
    void hidingARowChangesNoOtherNumber() throws IOException {
        lab("hidden");
        JsonNode whole = preview(SPEC.formatted("hidden"));
        JsonNode without = preview(SPEC.formatted("hidden") + "hide: [{method.kind: pgn}]\n");
        assertThat(cell(without, "iip", 0)).isEqualTo(cell(whole, "iip", 0));
        assertThat(cell(without, "iip", 1)).isEqualTo(cell(whole, "iip", 1));
        assertThat(without.path("content")).isEqualTo(whole.path("content"));
    }

    @Test
    void whatMatchesNothingIsSaidAndWhatMeansNothingIsRefused() throws IOException {
        JsonNode nothing = preview(SPEC.formatted("nobody-made-this"));
        assertThat(nothing.path("rows").findValuesAsText("source")).containsExactly("table 3");
        assertThat(nothing.path("notes").findValuesAsText("text")).contains("No run matches this report.");
        lab("spelled");
        assertThat(preview(SPEC.formatted("spelled").replace("columns: [dataset.id]", "columns: [dataset.idd]"))
                        .path("notes")
                        .findValuesAsText("text"))
                .anyMatch(text -> text.contains("has a value of dataset.idd"));
        String gone = "00000000-0000-0000-0000-00000000abcd";
        assertThat(preview(SPEC.replace("{experiment: %s}", "{ids: [" + gone + "]}"))
                        .path("notes")
                        .findValuesAsText("text"))
                .anyMatch(text -> text.contains(gone));
        post("/preview", body(SPEC.replace("{experiment: %s}", "{sweep: no-such-sweep}")))
                .statusCode(422)
                .body("field", equalTo("runs.sweep"));
        post("/preview", body(SPEC.replace("{experiment: %s}", "{filter: 'state ='}")))
                .statusCode(422)
                .body("code", equalTo("BAD_FILTER"));
        post("/preview", body(SPEC.formatted("e").replace("columns: ", "colums: ")))
                .statusCode(422)
                .body("field", equalTo("colums"));
        post("/preview", body("x".repeat(70_000))).statusCode(413);
        post("", body("- 1")).statusCode(422);
    }

    @Test
    void aReportHasVersionsAndKeepsWhatWasFrozen() throws IOException {
        lab("kept");
        String first = SPEC.formatted("kept");
        String id = post("", body(first)).statusCode(201).extract().path("id");
        given().contentType(ContentType.JSON)
                .body(body(first.replace("title: Methods", "title: All methods")))
                .put("/api/v1/reports/" + id)
                .then()
                .statusCode(200)
                .body("version", equalTo(2))
                .body("title", equalTo("All methods"))
                .body("versions.size()", equalTo(2));
        given().contentType(ContentType.JSON)
                .body(Json.canonical(Map.of("text", first, "version", 1)))
                .put("/api/v1/reports/" + id)
                .then()
                .statusCode(409)
                .body("code", equalTo("CONFLICT"));
        given().get("/api/v1/reports").then().body("id", hasItem(id));
        String content =
                post("/" + id + "/freeze", "{}").statusCode(200).extract().path("frozen.content");
        // Three more runs change the live table and not what was frozen.
        UUID deleted = UUID.fromString(statements
                .row("select run_id from report_citation where content = ? limit 1", r -> r.getString(1), content)
                .orElseThrow());
        run("kept", "pgn", "c100", 2, "FINISHED", 51.0, "");
        assertThat(given().get("/api/v1/reports/" + id + "/table")
                        .then()
                        .extract()
                        .<String>path("content"))
                .isNotEqualTo(content);
        given().get("/api/v1/reports/" + id + "/frozen/" + content)
                .then()
                .statusCode(200)
                .body("table.content", equalTo(content))
                .body("gone.size()", equalTo(0));
        statements.change("update run set deleted_at = now() where id = ?", deleted);
        given().get("/api/v1/reports/" + id + "/frozen/" + content)
                .then()
                .body("gone", hasItem(deleted.toString()))
                .body("table.notes.mark", hasItem("!"));
        given().delete("/api/v1/reports/" + id).then().statusCode(409).body("code", equalTo("IN_USE"));
        given().delete("/api/v1/reports/" + id + "/frozen/" + content).then().statusCode(204);
        given().delete("/api/v1/reports/" + id).then().statusCode(204);
        given().get("/api/v1/reports").then().body("id", not(hasItem(id)));
    }

    @Test
    void aTableIsWrittenAsText() {
        lab("text");
        String id = post("", body(SPEC.formatted("text"))).extract().path("id");
        for (String[] one : new String[][] {
            {"latex", "application/x-tex", LatexTable.FIRST},
            {"csv", "text/csv", "method.kind,column,metric"},
            {"markdown", "text/markdown", "| method.kind | c10 | c100 |"}
        }) {
            var answer = given().queryParam("format", one[0])
                    .get("/api/v1/reports/" + id + "/export")
                    .then()
                    .statusCode(200)
                    .extract();
            assertThat(answer.contentType()).startsWith(one[1]);
            assertThat(answer.asString()).contains(one[2]);
        }
        given().queryParam("format", "word")
                .get("/api/v1/reports/" + id + "/export")
                .then()
                .statusCode(422)
                .body("field", equalTo("format"));
    }
}
