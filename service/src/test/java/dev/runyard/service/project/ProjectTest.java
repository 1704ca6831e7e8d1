package dev.runyard.service.project;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.runyard.service.auth.People;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import dev.runyard.spec.Sha256;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A project goes out as lines, leaves nothing behind, and comes back as it was. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class ProjectTest {
    private static final String MLFLOW = "/api/2.0/mlflow/";

    @Inject
    Lab lab;

    @Inject
    People people;

    @Inject
    Statements statements;

    private final String project = "whole-" + UUID.randomUUID();
    private final byte[] weights = project.getBytes(StandardCharsets.UTF_8);

    @Test
    void whatWentOutAndWasRemovedComesBackEqual() {
        fill();
        String out = export(project).statusCode(200).extract().asString();
        List<String> lines = out.lines().toList();
        assertThat(lines.get(lines.size() - 1)).isEqualTo("{\"end\":true,\"rows\":" + (lines.size() - 2) + "}");
        for (Part part : Part.ALL) {
            if (!List.of(
                            "saved_view",
                            "sweep_point",
                            "report_frozen",
                            "report_citation",
                            "checkpoint",
                            "checkpoint_file")
                    .contains(part.table())) {
                assertThat(out).as(part.table()).contains("{\"table\":\"" + part.table() + "\"");
            }
        }
        assertThat(lines)
                .anyMatch(line -> line.contains("\"table\":\"retention\"")
                        && line.replace(" ", "").contains("\"best\":3"))
                .anyMatch(line -> line.contains("\"table\":\"run\"")
                        && line.replace(" ", "").contains("\"pinned\":true"));
        List<String> positions = lab.column(
                "select e.position::text from event e join run r on r.id = e.run_id join project p on p.id = r.project_id"
                        + " where p.name = ? and e.position is not null",
                project);
        given().delete("/api/v1/projects/" + project)
                .then()
                .statusCode(200)
                .body("rows.run", equalTo(4))
                .body("rows.metric_point", equalTo(44))
                .body("rows.project", equalTo(1));
        assertThat(left()).isEmpty();
        // The lab that reads it has numbered events of its own.
        UUID other = lab.run("RUNNING");
        positions.forEach(position -> lab.sql(
                "insert into event (run_id, who, kind, position) values (?, 'ann', 'note', cast(? as bigint))",
                other,
                position));

        String sha256 = Sha256.of(out.getBytes(StandardCharsets.UTF_8));
        given().contentType("application/octet-stream")
                .body(out.getBytes(StandardCharsets.UTF_8))
                .put("/api/v1/artifacts/" + sha256)
                .then()
                .statusCode(201);
        read(project, sha256).statusCode(200).body("rows.run", equalTo(4));
        assertThat(export(project).extract().asString()).isEqualTo(out);
        assertThat(lab.column(
                        "select distinct concat_ws(' ', s.last, s.min, s.max, s.best, b.first, b.last, b.min, b.max)"
                                + " from metric_summary s join metric_key k on k.id = s.key_id and k.key = 'zero'"
                                + " join metric_block b on b.run_id = s.run_id and b.key_id = s.key_id"
                                + " join run r on r.id = s.run_id join project p on p.id = r.project_id where p.name = ?",
                        project))
                .as("a zero's sign")
                .containsExactly("-0 -0 -0 -0 -0 -0 -0 -0");
        // As anybody reads it.
        given().get("/api/v1/projects/" + project + "/retention")
                .then()
                .body("last", equalTo(5))
                .body("best", equalTo(3))
                .body("deletedDays", equalTo(90));
        assertThat(in().queryParam("filter", "pinned = true")
                        .get("/api/v1/runs")
                        .then()
                        .extract()
                        .<List<String>>path("items.name"))
                .containsExactly("r0");
        String run = in().queryParam("filter", "params.lr = 0.5")
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .extract()
                .path("items[0].id");
        in().queryParam("key", "loss")
                .get("/api/v1/runs/" + run + "/metrics/history")
                .then()
                .body("total", equalTo(9));

        read(project, sha256).statusCode(409).body("code", equalTo("PROJECT_NOT_EMPTY"));
        given().accept("application/x-ndjson")
                .contentType("application/json")
                .body("{\"sha256\": \"" + sha256 + "\"}")
                .post("/api/v1/projects/" + project + "/import")
                .then()
                .statusCode(200)
                .body(startsWith("{\"problem\":{"), containsString("\"code\":\"PROJECT_NOT_EMPTY\""), endsWith("\n"));
        read("other-" + project, sha256).statusCode(409).body("code", equalTo("ALREADY_THERE"));
        assertThat(lab.number("select count(*) from project where name = ?", "other-" + project))
                .isZero();
        byte[] cut = out.substring(0, out.length() - 40).getBytes(StandardCharsets.UTF_8);
        given().contentType("application/octet-stream")
                .body(cut)
                .put("/api/v1/artifacts/" + Sha256.of(cut))
                .then()
                .statusCode(201);
        given().delete("/api/v1/projects/" + project).then().statusCode(200);
        read(project, Sha256.of(cut)).statusCode(422).body("code", equalTo("BAD_EXPORT"));
        // Of the last line of points: those before it go into the database with it, and are not at fault.
        String line = lines.stream()
                .filter(text -> text.startsWith(PointLine.PREFIX) && text.contains("[0, 1"))
                .reduce((before, last) -> last)
                .orElseThrow();
        int number = lines.indexOf(line) + 1;
        for (String[] wrong : List.of(
                new String[] {"\"value\" : \\[[^,]+", "\"value\" : [1e400"},
                new String[] {"\"step\" : \\[0", "\"step\" : [9223372036854775808"},
                new String[] {"\"step\" : \\[0, 1", "\"step\" : [0, 0"})) {
            String bad = line.replaceFirst(wrong[0], wrong[1]);
            assertThat(bad).isNotEqualTo(line);
            read(project, stored(out.replace(line, bad)))
                    .statusCode(422)
                    .body("code", equalTo("BAD_EXPORT"))
                    .body("value", equalTo("\"line " + number + "\""));
        }
        assertThat(left()).isEmpty();
    }

    /** Whoever makes the lines may write what they like into them. */
    @Test
    void linesAreReadIntoTheProjectAloneThatTheyAreReadAs() {
        UUID others = lab.run("RUNNING");
        UUID experiment = UUID.randomUUID();
        String head = "{\"format\":1,\"project\":\"p\",\"runyard\":\"0\"}\n";
        String line = "{\"table\":\"experiment\",\"row\":{\"id\":\"" + experiment
                + "\",\"name\":\"e\",\"created_by\":\"x\",\"created_at\":\"2026-01-01T00:00:00Z\",\"tags\":{}}}\n";
        read(project, stored(head + line + "{\"end\":true,\"rows\":1}\n")).statusCode(200);
        assertThat(lab.column(
                        "select p.name from experiment e join project p on p.id = e.project_id where e.id = ?",
                        experiment))
                .as("a line that does not say its project")
                .containsExactly(project);
        given().delete("/api/v1/projects/" + project).then().statusCode(200);
        for (String foreign : List.of(
                "\"run_log\",\"row\":{\"run_id\":\"" + others
                        + "\",\"attempt\":1,\"seq\":7777,\"time\":\"2026-01-01T00:00:00Z\",\"line\":\"planted\"}",
                "\"note\",\"row\":{\"kind\":\"RUN\",\"subject\":\"" + others + "\",\"text\":\"planted\",\"who\":\"x\"}",
                "\"run\",\"row\":{\"id\":\"" + UUID.randomUUID() + "\",\"of_run\":\"" + others + "\"}",
                "\"metric_point\",\"row\":{\"run_id\":\"" + others
                        + "\",\"key\":\"loss\",\"attempt\":1,\"step\":[7777],\"time\":[1],\"value\":[1],\"epoch\":[null]}",
                "\"metric_point\",\"row\":{\"run_id\":\"" + others + "\"}",
                "\"run_output\",\"row\":{\"model_id\":\"m-of-another-project\",\"step\":0}")) {
            read(project, stored(head + line + "{\"table\":" + foreign + "}\n{\"end\":true,\"rows\":2}\n"))
                    .statusCode(422)
                    .body("code", equalTo("BAD_EXPORT"))
                    .body("value", equalTo("\"line 3\""));
        }
        assertThat(lab.number("select count(*) from run_log where run_id = ? and seq = 7777", others))
                .isZero();
        assertThat(lab.number("select count(*) from metric_point where run_id = ? and step = 7777", others))
                .isZero();
    }

    private static String stored(String lines) {
        byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
        String sha256 = Sha256.of(bytes);
        given().contentType("application/octet-stream").body(bytes).put("/api/v1/artifacts/" + sha256);
        return sha256;
    }

    /** In a lab of 20 million points, reading all of them for each run would take hours. */
    @Test
    void pointsOfARunAreFoundByAnIndex() {
        UUID run = lab.run("RUNNING");
        QuarkusTransaction.requiringNew().run(() -> {
            statements.change("set local enable_seqscan = off"); // where there is another way
            assertThat(statements.rows("explain " + ProjectExport.POINTS, r -> r.getString(1), run, run))
                    .anyMatch(line -> line.contains("metric_point_identity"))
                    .anyMatch(line -> line.contains("metric_point_ghost"))
                    .noneMatch(line -> line.contains("Seq Scan on metric_point"));
        });
    }

    @Test
    void whatGoesOnIsNotTakenApart() {
        people.project(project);
        lab.run("RUNNING", project);
        export(project).statusCode(409).body("code", equalTo("PROJECT_BUSY"));
        given().delete("/api/v1/projects/" + project).then().statusCode(409).body("code", equalTo("PROJECT_BUSY"));
        given().get("/api/v1/projects/no-such-project/export").then().statusCode(404);
        given().delete("/api/v1/projects/no-such-project").then().statusCode(404);
    }

    /** Whatever table somebody adds goes out with its project, or is said to stay. */
    @Test
    void everyTableOfAProjectIsWrittenOrNamed() {
        List<String> known = new ArrayList<>();
        Part.ALL.forEach(part -> known.add(part.table()));
        Part.LAB.forEach(part -> known.add(part.table()));
        // Of the lab: people, hosts, what was done, and names that all projects share.
        known.addAll(List.of(
                "account",
                "api_token",
                "audit",
                "credential",
                "flyway_schema_history",
                "invitation",
                "metric_beat",
                "metric_key",
                "project",
                "secret",
                "session",
                "sso_attempt",
                "stored_place"));
        assertThat(new TreeSet<>(known))
                .containsAll(lab.column("select relname from pg_class where relnamespace = 'public'::regnamespace"
                        + " and relkind in ('r', 'p') and not relispartition"));
    }

    /** Numbers that each lab deals out by itself would meet those of the lab that reads them. */
    @Test
    void whatALabNumbersByItselfStaysThere() {
        for (Part part : Part.ALL) {
            assertThat(part.without()).as(part.table()).containsAll(lab.column("""
                            select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                            where i.indrelid = cast(? as regclass) and i.indisunique and i.indnkeyatts = 1
                              and a.atttypid in ('int4'::regtype, 'int8'::regtype)""", part.table()));
        }
    }

    private void fill() {
        people.project(project);
        given().contentType("application/json")
                .body("{\"last\": 5, \"best\": 3, \"deletedDays\": 90}")
                .put("/api/v1/projects/" + project + "/retention")
                .then()
                .statusCode(200);
        String experiment =
                post("experiments/create", "{\"name\": \"e\"}").extract().path("experiment_id");
        for (int i = 0; i < 4; i++) {
            String run = post(
                            "runs/create",
                            "{\"experiment_id\": \"" + experiment
                                    + "\", \"start_time\": 1764190000000, \"run_name\": \"r" + i + "\"}")
                    .extract()
                    .path("run.info.run_id");
            StringBuilder points = new StringBuilder();
            for (int step = 0; step < 10; step++) {
                points.append(step == 0 ? "" : ",")
                        .append("{\"key\": \"loss\", \"value\": ")
                        .append(
                                switch (step) {
                                    case 3 -> "\"NaN\"";
                                    case 4 -> "-0.0";
                                    case 5 -> "-1";
                                    default -> String.valueOf(1.0 / (step + 3));
                                })
                        .append(", \"timestamp\": 1764190000000, \"step\": " + step + "}");
            }
            points.append(",{\"key\": \"zero\", \"value\": -0.0, \"timestamp\": 1764190000000, \"step\": 0}");
            post(
                    "runs/log-batch",
                    "{\"run_id\": \"" + run + "\", \"metrics\": [" + points
                            + "], \"params\": [{\"key\": \"lr\", \"value\": \"0." + (i + 5)
                            + "\"}], \"tags\": [{\"key\": \"t\", \"value\": \"größer \\\"x\\\"\"}]}");
            if (i == 0) {
                post(
                        "runs/set-tag",
                        "{\"run_id\": \"" + run + "\", \"key\": \"runyard.resumeStep\", \"value\": \"8\"}");
                in().contentType("application/octet-stream")
                        .body(weights)
                        .put("/api/2.0/mlflow-artifacts/artifacts/0/" + run + "/artifacts/w.bin")
                        .then()
                        .statusCode(200);
                post(
                        "runs/log-inputs",
                        "{\"run_id\": \"" + run
                                + "\", \"datasets\": [{\"dataset\": {\"name\": \"d\", \"digest\": \"1\","
                                + " \"source_type\": \"local\", \"source\": \"s\"}}]}");
                String model = post("logged-models", "{\"source_run_id\": \"" + run + "\", \"name\": \"net\"}")
                        .extract()
                        .path("model.info.model_id");
                post("runs/outputs", "{\"run_id\": \"" + run + "\", \"models\": [{\"model_id\": \"" + model + "\"}]}");
                in().contentType("application/json")
                        .body("{\"pinned\": true}")
                        .patch("/api/v1/runs/" + run)
                        .then()
                        .statusCode(200);
                in().contentType("application/json")
                        .body("{\"text\": \"a *note*\"}")
                        .put("/api/v1/runs/" + run + "/note")
                        .then()
                        .statusCode(200);
                UUID device = UUID.randomUUID();
                lab.sql("insert into worker (id, host, pid, version) values (?, 'h', 1, 'v')", device);
                lab.sql(
                        "insert into device (id, host, key, kind, name, memory_bytes, slots) values (?, ?, 'cpu', 'cpu', 'c', 0, 1)",
                        device,
                        "h-" + device);
                lab.sql(
                        "insert into attempt (run_id, attempt, device_id, worker_id, state, ended_at) values (cast(? as uuid), 1, ?, ?, 'FINISHED', now())",
                        run,
                        device,
                        device);
                lab.sql(
                        "insert into run_log (run_id, attempt, seq, time, line) values (cast(? as uuid), 1, 0, now(), 'said')",
                        run);
            }
            post("runs/update", "{\"run_id\": \"" + run + "\", \"status\": \"FINISHED\"}");
        }
        String sweep = in().contentType("application/json")
                .body("{\"experiment\": \"e\", \"external\": true, \"metric\": \"loss\","
                        + " \"axes\": {\"x\": {\"uniform\": [0, 1]}}, \"sampler\": {\"kind\": \"random\", \"runs\": 2},"
                        + " \"pruner\": {\"kind\": \"median\"}, \"base\": {\"schedule\": {\"epochs\": 9}}}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        in().contentType("application/json")
                .body("{}")
                .post("/api/v1/sweeps/" + sweep + "/ask")
                .then()
                .statusCode(200);
        in().contentType("application/json")
                .body("{\"point\": 0, \"epoch\": 1, \"value\": 3}")
                .post("/api/v1/sweeps/" + sweep + "/tell")
                .then()
                .statusCode(200);
        in().contentType("application/json")
                .body("{\"text\": \"title: t\\nruns: {experiment: e}\\nrows: [params.lr]\\ncell: {metric: loss}\\n\"}")
                .post("/api/v1/reports")
                .then()
                .statusCode(201);
    }

    private RequestSpecification in() {
        return given().header("X-Runyard-Project", project);
    }

    private ValidatableResponse post(String path, String body) {
        return in().contentType("application/json")
                .body(body)
                .post(MLFLOW + path)
                .then()
                .statusCode(200);
    }

    private static ValidatableResponse export(String name) {
        return given().get("/api/v1/projects/" + name + "/export").then();
    }

    private static ValidatableResponse read(String name, String sha256) {
        return given().contentType("application/json")
                .body("{\"sha256\": \"" + sha256 + "\"}")
                .post("/api/v1/projects/" + name + "/import")
                .then();
    }

    /** Tables in which something of it is still there: its own text is in each of its rows' ids or names. */
    private List<String> left() {
        List<String> left = new ArrayList<>();
        for (String table : List.of("run", "sweep", "report", "experiment", "saved_view", "retention")) {
            if (lab.number("select count(*) from " + table
                            + " t where not exists (select 1 from project p where p.id = t.project_id)")
                    > 0) {
                left.add(table);
            }
        }
        for (String table : List.of(
                "run_config",
                "client_run",
                "run_dataset",
                "attempt",
                "run_log",
                "metric_point",
                "metric_summary",
                "metric_block",
                "artifact",
                "checkpoint",
                "config_unseen")) {
            if (lab.number("select count(*) from " + table
                            + " t where not exists (select 1 from run r where r.id = t.run_id)")
                    > 0) {
                left.add(table);
            }
        }
        if (lab.number("select count(*) from project where name = ?", project) > 0) {
            left.add("project");
        }
        return left;
    }
}
