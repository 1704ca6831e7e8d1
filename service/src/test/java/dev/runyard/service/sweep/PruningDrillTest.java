package dev.runyard.service.sweep;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.metric.MetricLedger;
import dev.runyard.service.metric.PointBatch;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.run.attempt.Heartbeats;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A sweep that learns and prunes, once left alone and once with workers that die, points that come again after a checkpoint, listeners that never ran,
 * and stops that are obeyed late: drawn, seen and decided is the same.
 */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class PruningDrillTest {
    private static final int EPOCHS = 9;
    private static final int RUNS = 16;

    @Inject
    Statements statements;

    @Inject
    SweepLedger ledger;

    @Inject
    RunLedger runs;

    @Inject
    Heartbeats heartbeats;

    @Inject
    MetricLedger metrics;

    private static UUID queue(String pruner) {
        return UUID.fromString(given().contentType(ContentType.JSON)
                .body(
                        "{\"experiment\": \"drill\", \"base\": {\"dataset\": {\"id\": \"shapes\"}, \"schedule\": {\"epochs\": "
                                + EPOCHS
                                + "}}, \"axes\": {\"optimizer.learningRate\": {\"logUniform\": [0.001, 10]}}, \"parallel\": 1,"
                                + " \"pruner\": " + pruner + ", \"sampler\": {\"kind\": \"tpe\", \"runs\": " + RUNS
                                + ", \"startup\": 4}}")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getString("id"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"kind\": \"asha\", \"reduction\": 2, \"minEpochs\": 1}",
                "{\"kind\": \"hyperband\", \"reduction\": 2, \"minEpochs\": 1}",
                "{\"kind\": \"median\", \"startup\": 3, \"minEpochs\": 2}",
                "{\"kind\": \"percentile\", \"keep\": 40, \"startup\": 2, \"minEpochs\": 1}",
                "{\"kind\": \"threshold\", \"min\": 55, \"minEpochs\": 2}",
                "{\"kind\": \"patience\", \"epochs\": 3}"
            })
    void disturbedSweepsDecideAsUndisturbedOnes(String pruner) {
        UUID calm = queue(pruner);
        UUID drill = queue(pruner);
        carryOut(calm, null);
        carryOut(drill, new Random(7));
        assertThat(rows(drill, "select point || ' ' || params from sweep_draw where sweep_id = ? order by point"))
                .hasSize(RUNS)
                .isEqualTo(
                        rows(calm, "select point || ' ' || params from sweep_draw where sweep_id = ? order by point"));
        String readings =
                "select sweep_index || '@' || epoch || ' ' || value || ' ' || coalesce(decision, '-') || coalesce(why, '')"
                        + " from sweep_reading where sweep_id = ? order by seq";
        assertThat(rows(drill, readings)).isEqualTo(rows(calm, readings));
        String states = "select sweep_index || ' ' || state from run where sweep_id = ? order by sweep_index";
        assertThat(rows(drill, states)).isEqualTo(rows(calm, states));
        assertThat(rows(calm, states)).anyMatch(s -> s.endsWith("PRUNED")).anyMatch(s -> s.endsWith("FINISHED"));
        assertThat(statements.number("select max(attempt) from run where sweep_id = ?", drill))
                .isGreaterThan(1);
    }

    private List<String> rows(UUID sweep, String sql) {
        return statements.rows(sql, r -> r.getString(1), sweep);
    }

    private void carryOut(UUID sweep, @Nullable Random chaos) {
        UUID device = device();
        for (int i = 0; i < RUNS; i++) {
            train(sweep, SweepLedger.runId(sweep, i), device, chaos);
            ledger.next(sweep);
        }
        assertThat(statements.number("select count(*) from sweep where id = ? and state = 'FINISHED'", sweep))
                .isEqualTo(1);
    }

    /** One that nobody but this test gives runs to. */
    private UUID device() {
        UUID worker = UUID.randomUUID();
        UUID device = UUID.randomUUID();
        statements.change("insert into worker (id, host, pid, version) values (?, 'drill', 1, 'test')", worker);
        statements.change(
                "insert into device (id, host, machine, key, kind, name, memory_bytes, slots, worker_id, drained)"
                        + " values (?, 'drill', cast(? as text), 'cpu', 'cpu', 'c', 1, 1, ?, true)",
                device,
                device.toString(),
                worker);
        return device;
    }

    private void train(UUID sweep, UUID run, UUID device, @Nullable Random chaos) {
        double rate = statements
                .row(
                        "select cast(params ->> 'optimizer.learningRate' as float8) from run where id = ?",
                        r -> r.getDouble(1),
                        run)
                .orElseThrow();
        long attempt = lease(run, device, 0);
        boolean fresh = false;
        int obeys = chaos == null ? 0 : chaos.nextInt(3);
        for (int epoch = 1; epoch <= EPOCHS; epoch++) {
            double value = value(rate, epoch);
            if (chaos != null && epoch < EPOCHS - 2 && chaos.nextInt(4) == 0) {
                // The service died between the point and the look at it: seen with the next one, or when the sweep is
                // topped up.
                unseen(run, attempt, epoch, value);
                if (chaos.nextBoolean()) {
                    ledger.next(sweep);
                }
            } else {
                PointBatch batch = batch(attempt, epoch, value);
                metrics.store(run, batch);
                if (chaos != null && chaos.nextBoolean()) {
                    metrics.store(run, batch);
                }
            }
            Order order = heartbeats.beat(run, attempt, new Heartbeats.Beat(epoch * 10L, epoch, EPOCHS * 10L, EPOCHS));
            if (order == Order.PAUSE && (obeys-- <= 0 || epoch >= EPOCHS - 1)) {
                runs.ended(run, attempt, new Outcome.GivenBack(epoch * 10L, Outcome.Cause.PAUSE));
                return;
            }
            if (chaos != null && order == Order.CONTINUE && fresh && epoch < EPOCHS && chaos.nextInt(3) == 0) {
                ledger.next(sweep);
                runs.evict(run, attempt, "kill -9");
                if (over(run)) {
                    return;
                }
                int checkpoint = Math.max(0, epoch - chaos.nextInt(3));
                attempt = lease(run, device, checkpoint * 10L);
                metrics.supersede(run, attempt, checkpoint * 10L);
                epoch = checkpoint;
                fresh = false;
                continue;
            }
            fresh = true;
        }
        runs.ended(run, attempt, new Outcome.Finished(EPOCHS * 10L));
    }

    private boolean over(UUID run) {
        return statements.number("select count(*) from run where id = ? and ended_at is not null", run) == 1;
    }

    private long lease(UUID run, UUID device, long step) {
        UUID worker = statements
                .row("select worker_id from device where id = ?", r -> r.getObject(1, UUID.class), device)
                .orElseThrow();
        long attempt = QuarkusTransaction.requiringNew()
                .call(() -> runs.grant(run, device, 0, worker))
                .orElseThrow();
        runs.started(run, attempt);
        runs.resumed(run, attempt, step);
        assertThat(heartbeats.beat(run, attempt, new Heartbeats.Beat(step, (int) (step / 10), EPOCHS * 10L, EPOCHS)))
                .isEqualTo(Order.CONTINUE);
        return attempt;
    }

    /** Best near a rate of 0.1, and the same however often it is trained. */
    private static double value(double rate, int epoch) {
        double away = Math.log10(rate) + 1;
        double noise = new Random(Double.doubleToLongBits(rate) + epoch).nextGaussian();
        return 80 - 10 * away * away - 30 * Math.exp(-epoch / 3.0) + 3 * noise;
    }

    private static PointBatch batch(long attempt, int epoch, double value) {
        return new PointBatch(
                attempt,
                1,
                new String[] {"val/top1"},
                new long[] {epoch * 10L},
                new double[] {epoch},
                new double[] {value},
                new long[] {epoch * 1_000_000L});
    }

    private void unseen(UUID run, long attempt, int epoch, double value) {
        statements.change(
                "insert into metric_key (key, lower_is_better) values ('val/top1', false) on conflict do nothing");
        statements.change("""
                insert into metric_point (run_id, step, time, value, epoch, key_id, attempt)
                select ?, ?, ?, ?, ?, id, ? from metric_key where key = 'val/top1'""", run, epoch * 10L, epoch * 1_000_000L, value, (double) epoch, attempt);
        statements.change("""
                insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best, best_step, lower_is_better)
                select ?, id, 1, 0, ?, ?, ?, ?, ?, ?, ?, false from metric_key where key = 'val/top1'
                on conflict (run_id, key_id) do update set count = metric_summary.count + 1, last = excluded.last,
                  last_step = excluded.last_step, last_time = excluded.last_time""", run, epoch * 10L, epoch * 1_000_000L, value, value, value, value, epoch * 10L);
    }
}
