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

    private UUID run(String kind, double... values) {
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
        return id;
    }

    /** A run that measured at these seconds, with a minute's wait before its second attempt began at 10 s. */
    private void timed(String kind, double epochsOfStep, int[] seconds, double... values) {
        UUID id = run(kind, values);
        long start = 1_700_000_000L;
        statements.change(
                "update run set started_at = to_timestamp(?), steps = 100, epochs = ? where id = ?",
                start,
                (int) (100 * epochsOfStep),
                id);
        for (int step = 0; step < seconds.length; step++) {
            statements.change(
                    "update metric_point set time = ? where run_id = ? and step = ?",
                    (start + seconds[step]) * 1_000_000,
                    id,
                    (long) step);
        }
        statements.change(
                "update metric_summary set last_time = ? where run_id = ?",
                (start + seconds[seconds.length - 1]) * 1_000_000,
                id);
        UUID device = UUID.randomUUID();
        UUID worker = UUID.randomUUID();
        statements.change("insert into worker (id, host, pid, version) values (?, 'bands', 1, 'test')", worker);
        statements.change(
                "insert into device (id, host, key, kind, name, memory_bytes, slots) values (?, 'bands', ?, 'cpu', 'c', 0, 1)",
                device,
                device.toString());
        for (int attempt = 1; attempt <= 2; attempt++) {
            statements.change(
                    "insert into attempt (run_id, attempt, device_id, worker_id, state, started_at, ended_at)"
                            + " values (?, ?, ?, ?, 'FINISHED', to_timestamp(?), to_timestamp(?))",
                    id,
                    attempt,
                    device,
                    worker,
                    attempt == 1 ? start : start + 10,
                    attempt == 1 ? start + 6 : start + 100);
        }
    }

    @Test
    void byAnotherAxisEachRunsLastValueCountsUntilItsNextAndNotBehindItsLast() {
        timed("timed", 1, new int[] {0, 12, 20}, 1, 2, 3);
        timed("timed", 2, new int[] {0, 16}, 5, 9);
        String of = "{\"experiment\": \"bands\", \"filter\": [\"params.kind = 'timed'\"], \"key\": \"bands/x\", ";
        JsonPath relative = ask(of + "\"x\": \"RELATIVE\"}");
        assertThat(relative.getList("groups[0].x", Double.class)).containsExactly(0.0, 12.0, 16.0, 20.0);
        assertThat(relative.getList("groups[0].mean", Float.class)).containsExactly(3f, 3.5f, 5.5f, 3f);
        assertThat(relative.getList("groups[0].n", Integer.class)).containsExactly(2, 2, 2, 1);
        assertThat(relative.getList("groups[0].steps", Integer.class)).containsExactly(0, 1, 1, 2);
        // Two steps are four epochs of the one, two of the other.
        JsonPath epochs = ask(of + "\"x\": \"EPOCH\"}");
        assertThat(epochs.getList("groups[0].x", Double.class)).containsExactly(0.0, 1.0, 2.0);
        assertThat(epochs.getList("groups[0].mean", Float.class)).containsExactly(3f, 3.5f, 6f);
        // Between 6 and 10 s the runs were on no device.
        JsonPath device = ask(of + "\"x\": \"DEVICE\"}");
        assertThat(device.getList("groups[0].x", Double.class)).containsExactly(0.0, 8.0, 12.0, 16.0);
        // What was measured before a zoom counts in it.
        JsonPath zoomed = ask(of + "\"x\": \"RELATIVE\", \"from\": 14.5, \"to\": 18}");
        assertThat(zoomed.getList("groups[0].x", Double.class)).containsExactly(16.0);
        assertThat(zoomed.getList("groups[0].mean", Float.class)).containsExactly(5.5f);
        assertThat(ask(of + "\"x\": \"RELATIVE\", \"buckets\": 1}").getList("groups[0].n", Integer.class))
                .containsExactly(2);
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
                new String[] {"{\"key\": \"x\", \"x\": \"WALL\"}", "x"},
                new String[] {"{\"key\": \"x\", \"from\": 3.5, \"to\": 3}", "to"},
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
