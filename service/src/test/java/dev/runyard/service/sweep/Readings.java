package dev.runyard.service.sweep;

import dev.runyard.service.db.Statements;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** What runs of a test's sweep report, and what was decided of it. */
@ApplicationScoped
class Readings {
    @Inject
    Statements statements;

    @Inject
    SweepPruning pruning;

    int key(String name) {
        statements.change(
                "insert into metric_key (key, lower_is_better) values (?, false) on conflict do nothing", name);
        return (int) statements.number("select id from metric_key where key = ?", name);
    }

    void report(UUID run, int epoch, double value) {
        statements.change(
                "insert into metric_point (run_id, step, time, value, epoch, key_id, attempt) values (?, ?, ?, ?, ?, ?, 1)",
                run,
                epoch * 10L,
                epoch * 10L,
                value,
                (double) epoch,
                key("val/top1"));
        pruning.stored(run, Set.of("val/top1"), epoch * 10L);
    }

    List<String> decisions(UUID sweep) {
        return statements.rows(
                "select sweep_index || '@' || epoch || ' ' || coalesce(decision, '-') from sweep_reading where sweep_id = ? order by seq",
                r -> r.getString(1),
                sweep);
    }

    void unseen(String metric, UUID sweep, int index, long step, double value) {
        int key = key(metric);
        UUID run = SweepLedger.runId(sweep, index);
        statements.change(
                "insert into metric_point (run_id, step, time, value, key_id, attempt) values (?, ?, ?, ?, ?, 1)",
                run,
                step,
                step * 1_000L,
                value,
                key);
        statements.change("""
                insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, lower_is_better)
                values (?, ?, 1, 0, ?, 1, ?, true)
                on conflict (run_id, key_id) do update set last_step = excluded.last_step, last = excluded.last""", run, key, step, value);
    }
}
