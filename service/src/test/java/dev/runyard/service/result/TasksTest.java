package dev.runyard.service.result;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.blob.Artifacts;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.Lab;
import dev.runyard.service.sweep.SweepLedger;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tasks that look at finished runs: queued by a person, and by a sweep for each of its runs. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class TasksTest {
    private static final String TRAINED = """
            {"experiment": "looked-at", "name": "first", "spec": {"dataset": {"id": "shapes"}, "seed": 3, "method": {"kind": "iip"},
             "evaluations": [{"id": "shapes"}]}}""";

    @Inject
    Lab lab;

    @Inject
    SweepLedger sweeps;

    @Inject
    Artifacts artifacts;

    @Test
    void aTaskIsTheRunsOwnSpecWithWhatItSaysLaidOver() {
        UUID run = finished();
        String task = post("{\"spec\": {\"task\": \"evaluate\", \"of\": \""
                        + run.toString().substring(0, 13)
                        + "\", \"evaluations\": [{\"id\": \"folder\", \"root\": \"/data/other\"}]}}")
                .statusCode(201)
                .body("name", equalTo("evaluate first"))
                .body("experiment", equalTo("looked-at"))
                .body("state", equalTo("QUEUED"))
                .body("spec.task", equalTo("evaluate"))
                .body("spec.of", equalTo(run.toString()))
                .body("spec.method.kind", equalTo("iip"))
                .body("spec.seed", equalTo(3))
                .body("spec.evaluations.size()", equalTo(1))
                .body("spec.evaluations[0].root", equalTo("/data/other"))
                .extract()
                .path("id");
        assertThat(lab.column("select of_run::text from run where id = ?", UUID.fromString(task)))
                .containsExactly(run.toString());
        // Its worker gets the weights of the run it looks at.
        String sha = "ab".repeat(32);
        lab.sql("insert into blob (sha256, size) values (?, 7) on conflict do nothing", sha);
        lab.sql(
                "insert into artifact (run_id, attempt, name, kind, sha256, size) values (?, 1, 'weights.safetensors', 'weights', ?, 7)",
                run,
                sha);
        assertThat(artifacts.looked(UUID.fromString(task))).singleElement().satisfies(file -> assertThat(file.name())
                .isEqualTo("weights.safetensors"));
        assertThat(artifacts.looked(run)).isEmpty();
    }

    @Test
    void whatCannotBeLookedAtIsRefused() {
        UUID run = finished();
        UUID waiting = queued();
        looks("analyse", waiting.toString(), "")
                .body("code", equalTo("NOT_FINISHED"))
                .body("field", equalTo("spec.of"));
        looks("analyse", UUID.randomUUID().toString(), "").body("code", equalTo("UNKNOWN_RUN"));
        looks("analyse", "no id", "").body("code", equalTo("UNKNOWN_RUN"));
        looks("analyse", run.toString(), ", \"seed\": 4")
                .body("code", equalTo("NOT_APPLICABLE"))
                .body("field", equalTo("spec.seed"))
                .body("detail", containsString("looked-at run's own"));
        looks("invert", run.toString(), ", \"look\": {\"only\": [\"nmi\"]}").body("field", equalTo("spec.look.only"));
        looks("invert", run.toString(), ", \"evaluations\": [{\"id\": \"shapes\"}]")
                .body("field", equalTo("spec.evaluations"));
        post("{\"spec\": {\"task\": \"invert\"}}").statusCode(422).body("field", equalTo("spec.of"));
        post("{\"spec\": {\"dataset\": {\"id\": \"shapes\"}, \"of\": \"" + run + "\"}}")
                .statusCode(422)
                .body("field", equalTo("spec.task"));
    }

    @Test
    void aSweepDoesItsStepsWithEachRunOnce() {
        String sweep = given().contentType(ContentType.JSON)
                .body("""
                        {"experiment": "steps", "base": {"dataset": {"id": "shapes"}}, "seeds": [0, 1],
                         "then": [{"task": "evaluate", "evaluations": [{"id": "folder", "root": "/data/a"}]},
                                  {"task": "analyse", "look": {"only": ["nmi"]}}, {"task": "invert"}]}""")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        UUID id = UUID.fromString(sweep);
        assertThat(tasks(id)).isZero();
        UUID first = SweepLedger.runId(id, 0);
        lab.sql("update run set state = 'FINISHED', ended_at = now(), attempt = 1 where id = ?", first);
        sweeps.next(id);
        sweeps.next(id);
        assertThat(lab.column("select spec->>'task' || ' ' || name from run where of_run = ? order by of_place", first))
                .containsExactly("evaluate evaluate steps #1", "analyse analyse steps #1", "invert invert steps #1");
        assertThat(lab.column("select spec->'look'->'only'->>0 from run where of_run = ? and of_place = 1", first))
                .containsExactly("nmi");
        lab.sql(
                "update run set state = 'FINISHED', ended_at = now(), attempt = 1 where id = ?",
                SweepLedger.runId(id, 1));
        assertThat(sweeps.next(id).over()).isTrue();
        assertThat(tasks(id)).isEqualTo(6);
        // The steps are no runs of the sweep: its table and its end do not count them.
        assertThat(lab.number("select count(*) from run where sweep_id = ?", id))
                .isEqualTo(2);
    }

    @Test
    void stepsOfASweepAreCheckedWhenItIsQueued() {
        sweep("[{\"task\": \"train\"}]", "then[0].task");
        sweep("[{\"task\": \"invert\", \"seed\": 1}]", "then[0].seed");
        sweep("[{\"task\": \"analyse\", \"of\": \"" + UUID.randomUUID() + "\"}]", "then[0].of");
    }

    private static void sweep(String then, String field) {
        given().contentType(ContentType.JSON)
                .body("{\"base\": {\"dataset\": {\"id\": \"shapes\"}}, \"seeds\": [0], \"then\": " + then + "}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .body("field", equalTo(field));
    }

    private long tasks(UUID sweep) {
        return lab.number("select count(*) from run t join run r on r.id = t.of_run where r.sweep_id = ?", sweep);
    }

    private UUID queued() {
        return UUID.fromString(post(TRAINED).statusCode(201).extract().path("id"));
    }

    private UUID finished() {
        UUID run = queued();
        lab.sql("update run set state = 'FINISHED', ended_at = now(), attempt = 1 where id = ?", run);
        return run;
    }

    private static ValidatableResponse looks(String task, String of, String more) {
        return post("{\"spec\": {\"task\": \"" + task + "\", \"of\": \"" + of + "\"" + more + "}}")
                .statusCode(422);
    }

    private static ValidatableResponse post(String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/runs")
                .then();
    }
}
