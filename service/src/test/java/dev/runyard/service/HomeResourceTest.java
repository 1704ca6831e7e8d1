package dev.runyard.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The lab at a glance. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class HomeResourceTest {
    @Inject
    Statements statements;

    @Test
    void anExperimentIsJudgedByItsSweepsGoalElseByWhatItsRunsReport() {
        String experiment =
                "insert into experiment (project_id, name, created_by) select id, ?, 't' from project where name = 'default'";
        String run =
                "insert into run (id, project_id, experiment_id, sweep_id, sweep_index, name, state, created_at, spec, spec_hash,"
                        + " created_by, epochs, of_run) select coalesce(?, gen_random_uuid()), project_id, id, ?, ?, ?, 'RUNNING', now(), '{}', '', 't', 1, ?"
                        + " from experiment where name = ?";
        for (String name : List.of("judged-by-sweep", "judged-by-runs", "judged-by-nothing")) {
            statements.change(experiment, name);
        }
        UUID sweep = UUID.randomUUID();
        UUID first = UUID.randomUUID();
        statements.change(
                "insert into sweep (id, project_id, experiment_id, name, state, spec, total, parallel, priority, created_by)"
                        + " select ?, project_id, id, 'Widths of Nets', 'RUNNING', '{\"metric\": \"net/width\", \"goal\": \"min\"}', 1, 1, 0, 't'"
                        + " from experiment where name = 'judged-by-sweep'",
                sweep);
        // A newer one that nobody has measured yet says nothing.
        statements.change(
                "insert into sweep (id, project_id, experiment_id, name, state, spec, total, parallel, priority, created_by, created_at)"
                        + " select gen_random_uuid(), project_id, id, 'later', 'RUNNING', '{\"metric\": \"val/top1\"}', 1, 1, 0, 't',"
                        + " now() + interval '1 hour' from experiment where name = 'judged-by-sweep'");
        statements.change(run, first, sweep, 0, "in-sweep", null, "judged-by-sweep");
        statements.change(run, null, null, null, "look", first, "judged-by-sweep");
        statements.change(run, null, null, null, "alone", null, "judged-by-runs");
        for (String key : List.of("net/width", "own/accuracy", "train/lr", "system/seconds/training")) {
            statements.change(
                    "insert into metric_key (key, lower_is_better) values (?, false) on conflict do nothing", key);
        }
        statements.change(
                "insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, lower_is_better)"
                        + " select r.id, k.id, 1, 0, 1, 1, 3, 2, 9, false from run r, metric_key k"
                        + " where (r.name, k.key) in (('in-sweep', 'net/width'), ('alone', 'own/accuracy'), ('alone', 'train/lr'),"
                        + " ('alone', 'system/seconds/training'))");
        String named = "find { it.name == '%s' }";
        JsonPath all = given().get("/api/v1/experiments")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(all.getMap(named.formatted("judged-by-sweep") + ".judgedBy"))
                .isEqualTo(Map.of("key", "net/width", "goal", "MIN"));
        assertThat(all.getMap(named.formatted("judged-by-runs") + ".judgedBy"))
                .isEqualTo(Map.of("key", "own/accuracy", "goal", "MAX"));
        assertThat(all.getMap(named.formatted("judged-by-nothing"))).doesNotContainKey("judgedBy");
        JsonPath home =
                given().get("/api/v1/home").then().statusCode(200).extract().jsonPath();
        assertThat(home.getDouble("experiments." + named.formatted("judged-by-sweep") + ".best.value"))
                .isEqualTo(2);
        // What only looks at a run is told apart, and a row says what its sweep is called.
        JsonPath alone = given().queryParam("experiment", "judged-by-sweep")
                .queryParam("filter", "of is null")
                .get("/api/v1/runs")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(alone.getList("items.name")).containsExactly("in-sweep");
        assertThat(alone.getString("items[0].sweepName")).isEqualTo("Widths of Nets");
        for (String part : List.of("s of n", sweep.toString().substring(0, 8))) {
            given().queryParam("name", part)
                    .get("/api/v1/sweeps")
                    .then()
                    .statusCode(200)
                    .body("items.name", equalTo(List.of("Widths of Nets")))
                    .body("total", equalTo(1));
        }
        given().queryParam("name", "no such sweep").get("/api/v1/sweeps").then().body("items.size()", equalTo(0));
    }

    @Test
    void whatRunsWhatEndedWhatFailedAndWhereSomethingHappens() {
        statements.change(
                "insert into experiment (project_id, name, created_by) select id, 'home', 't' from project where name = 'default'");
        statements.change(
                "insert into metric_key (key, lower_is_better) values ('val/top1', false) on conflict do nothing");
        String run =
                "insert into run (id, project_id, experiment_id, name, state, reason, message, ended_at, created_at, spec, spec_hash,"
                        + " created_by, epochs) select gen_random_uuid(), project_id, id, ?, ?, ?, ?, case when ? then now() - interval '%s' end,"
                        + " now() - interval '%s', '{}', '', 't', 1 from experiment where name = 'home'";
        statements.change(run.formatted("1 hour", "2 days"), "good", "FINISHED", null, null, true);
        statements.change(run.formatted("1 hour", "2 days"), "bad", "FAILED", "DATA", "no such folder", true);
        statements.change(run.formatted("2 hours", "2 days"), "worse", "FAILED", "DATA", "older", true);
        statements.change(run.formatted("3 days", "4 days"), "long ago", "FINISHED", null, null, true);
        statements.change(run.formatted("0", "0"), "now", "RUNNING", null, null, false);
        statements.change(
                "insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, lower_is_better)"
                        + " select r.id, k.id, 1, 0, 1, 1, 50, 40, case r.name when 'good' then 81.5 else 60 end, false"
                        + " from run r, metric_key k where k.key = 'val/top1' and r.name in ('good', 'long ago')"
                        + " and r.experiment_id = (select id from experiment where name = 'home')");
        JsonPath home =
                given().get("/api/v1/home").then().statusCode(200).extract().jsonPath();
        assertThat(home.getList("running.name", String.class)).contains("now").doesNotContain("good");
        assertThat(home.getList("ended.name", String.class))
                .contains("good", "bad", "worse")
                .doesNotContain("long ago", "now");
        String data = "failed.find { it.reason == 'DATA' }";
        assertThat(home.getInt(data + ".runs")).isGreaterThanOrEqualTo(2);
        assertThat(home.getString(data + ".example.message")).isEqualTo("no such folder");
        String e = "experiments.find { it.name == 'home' }";
        assertThat(home.getInt(e + ".runs")).isEqualTo(5);
        assertThat(home.getInt(e + ".running")).isEqualTo(1);
        assertThat(home.getInt(e + ".failed")).isEqualTo(2);
        assertThat(home.getString(e + ".best.key")).isEqualTo("val/top1");
        assertThat(home.getDouble(e + ".best.value")).isEqualTo(81.5);
        List<Integer> activity = home.getList(e + ".activity", Integer.class);
        assertThat(activity).hasSize(14);
        assertThat(activity.stream().mapToInt(Integer::intValue).sum()).isEqualTo(5);
        given().queryParam("since", Instant.now().minusSeconds(60).toString())
                .get("/api/v1/home")
                .then()
                .statusCode(200)
                .body("ended.name", not(hasItem("good")));
        given().queryParam("since", "yesterday")
                .get("/api/v1/home")
                .then()
                .statusCode(422)
                .body("field", equalTo("since"));
    }
}
