package dev.runyard.service.run.list;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A list as text: all of it, and every number as it is. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class RunCsvTest {
    @Inject
    Statements statements;

    @Test
    void everyRowIsThereAndEveryNumberReadsBackTheSame() {
        statements.change(
                "insert into experiment (project_id, name, created_by) select id, 'csv', 't' from project where name = 'default'");
        statements.change(
                "insert into metric_key (key, lower_is_better) values ('csv/x', false) on conflict do nothing");
        statements.change(
                "insert into run (id, project_id, experiment_id, name, state, spec, spec_hash, created_by, epochs, tags)"
                        + " select gen_random_uuid(), e.project_id, e.id, case i when 7 then '=cmd(\"x\"),y' else 'n' || i end, 'QUEUED', '{}', '',"
                        + " 't', 1, jsonb_build_object('i', i::text) from experiment e, generate_series(1, 2500) i where e.name = 'csv'");
        statements.change(
                "insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, lower_is_better)"
                        + " select r.id, k.id, 1, 0, 1, 1, 1 / (r.tags ->> 'i')::float8, 0.1::float8 + 0.2, 1e300, false"
                        + " from run r join experiment e on e.id = r.experiment_id, metric_key k where e.name = 'csv' and k.key = 'csv/x'"
                        + " and r.tags ->> 'i' <> '9'");
        statements.change(
                "update metric_summary s set last = 'NaN' from run r join experiment e on e.id = r.experiment_id"
                        + " where s.run_id = r.id and e.name = 'csv' and r.tags ->> 'i' = '11'");
        UUID worker = UUID.randomUUID();
        UUID device = UUID.randomUUID();
        statements.change("insert into worker (id, host, pid, version) values (?, 'csv', 1, 'test')", worker);
        statements.change(
                "insert into device (id, host, key, kind, name, memory_bytes, slots) values (?, 'csv', 'csv', 'cpu', 'c', 0, 1)",
                device);
        String fifth = " from run r join experiment e on e.id = r.experiment_id where e.name = 'csv' and r.name = 'n5'";
        statements.change(
                "insert into attempt (run_id, attempt, device_id, worker_id, state) select r.id, 1, ?, ?, 'RUNNING'"
                        + fifth,
                device,
                worker);
        statements.change(
                "insert into lease (run_id, attempt, device_id, slot, expires_at)"
                        + " select r.id, 1, ?, 0, now() + interval '1 minute'" + fifth,
                device);
        String text = given().queryParam("experiment", "csv")
                .queryParam(
                        "column",
                        "name",
                        "metrics.csv/x",
                        "metrics.csv/x.min",
                        "tags.i",
                        "createdAt",
                        "params.none",
                        "device")
                .queryParam("sort", "-metrics.csv/x")
                .get("/api/v1/runs.csv")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        List<String> lines = text.lines().toList();
        assertThat(lines.get(0))
                .isEqualTo("id,name,metrics.csv/x,metrics.csv/x.min,tags.i,createdAt,params.none,device");
        assertThat(lines).hasSize(2501);
        assertThat(lines.stream().map(l -> l.substring(0, 36)).distinct().count())
                .isEqualTo(2501);
        // A NaN stands in no order, but it is what was measured.
        assertThat(lines)
                .filteredOn(line -> line.contains(",n11,"))
                .singleElement()
                .asString()
                .contains(",n11,NaN,");
        for (int i = 1; i <= 6; i++) {
            String[] cells = lines.get(i).split(",", -1);
            assertThat(cells[1]).isEqualTo("n" + i);
            assertThat(Double.parseDouble(cells[2])).isEqualTo(1.0 / i);
            assertThat(Double.parseDouble(cells[3])).isEqualTo(0.1 + 0.2);
            assertThat(cells[5]).endsWith("Z");
            assertThat(cells[6]).isEmpty();
            assertThat(cells[7]).isEqualTo(i == 5 ? device.toString() : "");
        }
        assertThat(lines.get(7)).contains(",\"'=cmd(\"\"x\"\"),y\",");
        assertThat(lines.subList(2499, 2501))
                .anySatisfy(line -> assertThat(line).contains(",n9,,,9,"));
    }

    @Test
    void whatMeansNothingIsRefusedBeforeAnythingIsWritten() {
        given().get("/api/v1/runs.csv").then().statusCode(422).body("field", equalTo("column"));
        given().queryParam("column", "nope")
                .get("/api/v1/runs.csv")
                .then()
                .statusCode(422)
                .body("field", equalTo("column"));
        given().queryParam("column", "name")
                .queryParam("filter", "x =")
                .get("/api/v1/runs.csv")
                .then()
                .statusCode(422)
                .body("field", equalTo("filter"));
    }
}
