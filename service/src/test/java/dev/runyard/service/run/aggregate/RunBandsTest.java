package dev.runyard.service.run.aggregate;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.run.Configuration;
import dev.runyard.service.run.Configurations;
import dev.runyard.spec.json.Json;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Mean curves over all runs of a group. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class RunBandsTest {
    @Inject
    Statements statements;

    @Inject
    Configurations configurations;

    private void run(String kind, double... values) {
        UUID id = UUID.randomUUID();
        String spec = "{\"kind\": \"" + kind + "\"}";
        statements.change(
                "insert into experiment (project_id, name, created_by) select id, 'bands', 'test' from project where name = 'default'"
                        + " on conflict do nothing");
        statements.change(
                "insert into metric_key (key, lower_is_better) values ('bands/x', false) on conflict do nothing");
        statements.change(
                "insert into run (id, project_id, experiment_id, name, state, spec, spec_hash, created_by, epochs)"
                        + " select ?, project_id, id, 'b', 'QUEUED', cast(? as jsonb), '', 'test', 1 from experiment where name = 'bands'",
                id,
                spec);
        configurations.store(id, Configuration.of(Json.tree(spec), Json.tree("{}")));
        statements.change(
                "insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, lower_is_better)"
                        + " select ?, id, ?, 0, ?, 1, 1, false from metric_key where key = 'bands/x'",
                id,
                values.length,
                values.length - 1L);
        statements.change(
                "insert into metric_point (run_id, step, time, value, key_id, attempt) select ?, n - 1, n, v, k.id, 1"
                        + " from unnest(?::float8[]) with ordinality as u(v, n), metric_key k where k.key = 'bands/x'",
                id,
                values);
    }

    @Test
    void aBandIsTheMeanAndSpreadOfAllRunsAtEachStep() {
        run("a", 1, 2, 3);
        run("a", 3, 4, Double.NaN);
        run("a", 5, 9);
        run("b", 7);
        JsonPath answer =
                ask("{\"experiment\": \"bands\", \"key\": \"bands/x\", \"by\": [\"params.kind\"], \"buckets\": 10}");
        assertThat(answer.getList("groups.by.'params.kind'", String.class)).containsExactly("a", "b");
        assertThat(answer.getList("groups[0].steps", Integer.class)).containsExactly(0, 1, 2);
        assertThat(answer.getList("groups[0].mean", Float.class)).containsExactly(3f, 5f, 3f);
        assertThat(answer.getList("groups[0].n", Integer.class)).containsExactly(3, 3, 1);
        assertThat(answer.getList("groups[0].min", Float.class)).containsExactly(1f, 2f, 3f);
        assertThat(answer.getList("groups[0].max", Float.class)).containsExactly(5f, 9f, 3f);
        assertThat(answer.getDouble("groups[0].std[0]")).isCloseTo(2, within(1e-9));
        assertThat(answer.getList("groups[0].std").get(2)).isNull();
        assertThat(answer.getInt("groups[1].runs")).isEqualTo(1);
        // Stretches of two steps: the last value of each run counts.
        JsonPath folded = ask("{\"experiment\": \"bands\", \"key\": \"bands/x\", \"buckets\": 2}");
        assertThat(folded.getList("groups")).hasSize(1);
        assertThat(folded.getList("groups[0].n", Integer.class)).containsExactly(4, 1);
        assertThat(folded.getDouble("groups[0].mean[0]")).isCloseTo((2 + 4 + 9 + 7) / 4.0, within(1e-9));
        assertThat(ask("{\"experiment\": \"bands-none\", \"key\": \"bands/x\", \"by\": [\"state\"]}")
                        .getList("groups"))
                .isEmpty();
    }

    @Test
    void whatMeansNothingIsRefusedByName() {
        for (String[] bad : List.of(
                new String[] {"{\"key\": \"x\", \"by\": [\"metrics.x\"]}", "by"},
                new String[] {"{\"key\": \"x\", \"by\": [\"nope\"]}", "by"},
                new String[] {"{\"key\": \"x\", \"buckets\": 3000}", "buckets"},
                new String[] {"{\"key\": \"x\", \"filter\": [\"=\"]}", "filter"})) {
            given().contentType(ContentType.JSON)
                    .body(bad[0])
                    .post("/api/v1/metrics/bands")
                    .then()
                    .statusCode(422)
                    .body("field", equalTo(bad[1]));
        }
    }

    private static JsonPath ask(String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/api/v1/metrics/bands")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
