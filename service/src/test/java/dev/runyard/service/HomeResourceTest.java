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
import org.junit.jupiter.api.Test;

/** The lab at a glance. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class HomeResourceTest {
    @Inject
    Statements statements;

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
