package dev.runyard.service.run.list;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.metric.Lab;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A page has a limit in rows, in metrics and in bytes, whatever the runs hold; nothing is left out of the pages together. */
@QuarkusTest
final class RunListLimitsTest {
    private static final int RUNS = 400;
    private static final int METRICS = 300;
    private static final String EXPERIMENT = "wide";

    @Inject
    Lab lab;

    @BeforeEach
    void wideRuns() {
        if (lab.number("select count(*) from experiment where name = '" + EXPERIMENT + "'") > 0) {
            return;
        }
        lab.sql("insert into experiment (project_id, name, created_by) select id, '" + EXPERIMENT
                + "', 'test' from project where name = 'default'");
        // The spec is long, so that rows alone would pass the limit.
        lab.sql("""
                insert into run (id, project_id, experiment_id, name, state, spec, spec_hash, created_by, epochs)
                select gen_random_uuid(), e.project_id, e.id, 'wide ' || i, 'QUEUED',
                       '{"dataset": {"id": "eurosat", "root": "/%s"}}', '', 'test', 1
                from experiment e, generate_series(1, %d) i where e.name = '%s'""".formatted("d".repeat(3_000), RUNS, EXPERIMENT));
        lab.sql("insert into metric_key (key, lower_is_better) select 'layer/' || i, false from generate_series(1, "
                + METRICS + ") i union all select 'val/top1', false on conflict do nothing");
        lab.sql("""
                insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best,
                  best_step, lower_is_better)
                select r.id, k.id, 1, 0, 1, 1, 0.5, 0.5, 0.5, 0.5, 1, false
                from run r join experiment e on e.id = r.experiment_id, metric_key k
                where e.name = '%s' and (k.key like 'layer/%%' or k.key = 'val/top1')""".formatted(EXPERIMENT));
    }

    @Test
    void aPageOfManyBytesIsShorterAndTheNextGoesOn() throws Exception {
        Set<String> seen = new HashSet<>();
        String cursor = "";
        int pages = 0;
        do {
            String body = page("&cursor=" + cursor);
            assertThat(body.length()).isLessThan(RunList.PAGE_BYTES + 100_000);
            JsonNode page = new ObjectMapper().readTree(body);
            page.path("items").forEach(run -> assertThat(seen.add(run.path("id").asText()))
                    .isTrue());
            cursor = page.path("next").asText("");
            pages++;
        } while (!cursor.isEmpty());
        assertThat(seen).hasSize(RUNS);
        assertThat(pages).isGreaterThan(1);
    }

    @Test
    void aRowHasTheMetricsAskedForOrTheFirstFew() throws Exception {
        JsonNode unasked = new ObjectMapper().readTree(page(""));
        JsonNode summary = unasked.path("items").path(0).path("summary");
        assertThat(summary.size()).isEqualTo(20);
        assertThat(summary.has("val/top1")).isTrue();
        assertThat(unasked.path("metrics")).hasSize(METRICS + 1);

        JsonNode asked =
                new ObjectMapper().readTree(page("&metrics=layer/7&metrics=layer/9&sort=-metrics.layer/11.max"));
        assertThat(asked.path("items").path(0).path("summary").properties())
                .extracting(e -> e.getKey())
                .containsExactlyInAnyOrder("layer/7", "layer/9", "layer/11");
    }

    @Test
    void moreMetricsThanTheLimitAreRefused() {
        String many = "&metrics=m".repeat(RunList.EACH + 1);
        given().get("/api/v1/runs?experiment=" + EXPERIMENT + many)
                .then()
                .statusCode(422)
                .body("field", org.hamcrest.Matchers.equalTo("metrics"));
    }

    private static String page(String more) {
        return given().get("/api/v1/runs?experiment=" + EXPERIMENT + "&limit=1000" + more)
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }
}
