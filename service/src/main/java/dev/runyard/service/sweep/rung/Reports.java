package dev.runyard.service.sweep.rung;

import dev.runyard.service.db.Statements;
import dev.runyard.spec.pruner.Pruner;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is not booked yet: by epochs, and of programs that report none, by steps. It is the first value at each place, also of a run that is
 * over, whose last ones were not seen when they came, because others are compared with them. What a run reports after it was told to stop is not: how
 * much that is, is a matter of how fast it obeys, and must not tell with others.
 */
@ApplicationScoped
public class Reports {
    private static final String EPOCHS = """
            select r.id, r.sweep_index, r.epochs, r.state, r.spared, f.epoch, f.value, f.time
            from run r
            cross join lateral (
              select distinct on (least(floor(p.epoch), 2147483647))
                     cast(least(floor(p.epoch), 2147483647) as integer) as epoch, p.value, p.time
              from metric_point p
              where p.run_id = r.id and p.key_id = ? and p.superseded_by is null and p.epoch >= 1
              order by least(floor(p.epoch), 2147483647), p.step) f
            where r.sweep_id = ? and (cast(? as uuid) is null or r.id = ?) and r.pruned is null
              and (r.ended_at is null
                   or greatest(r.epoch, %s) > coalesce((select max(e.epoch) from sweep_reading e where e.run_id = r.id), 0))
              and not exists (select 1 from sweep_reading s where s.run_id = r.id and s.epoch = f.epoch)""";

    /** Nobody but its last point says how far a program is. */
    private static final String LAST = """
            coalesce((select least(floor(p.epoch), 2147483647) from metric_summary m
                      join metric_point p on p.run_id = m.run_id and p.key_id = m.key_id and p.step = m.last_step
                      where m.run_id = r.id and m.key_id = %d and p.superseded_by is null order by p.time desc limit 1), 0)""";

    private static final String STEPPING = """
            select r.id, r.sweep_index, r.epochs, r.state, r.spared, m.last_step,
                   coalesce((select max(e.epoch) from sweep_reading e where e.run_id = r.id), 0) as place
            from run r join metric_summary m on m.run_id = r.id and m.key_id = ?
            where r.sweep_id = ? and (cast(? as uuid) is null or r.id = ?) and r.pruned is null""";

    /** Of one that says epochs, what comes without one in between is at no place: epochs and steps are not counted together. */
    private static final String EPOCHAL = """
            select count(*) from (select from metric_point p where p.run_id = ? and p.key_id = ? and p.superseded_by is null
                                  and p.epoch is not null limit 1) one""";

    private static final String STEP = """
            select p.step, p.value, p.time from metric_point p
            where p.run_id = ? and p.key_id = ? and p.superseded_by is null and p.epoch is null and p.step >= ?
            order by p.step, p.time limit 1""";

    private final Statements statements;

    Reports(Statements statements) {
        this.statements = statements;
    }

    /**
     * In the order in which they were measured.
     *
     * @param run null: all of the sweep
     * @param key of the metric that the pruner looks at
     * @param program whether the runs are programs
     */
    public List<Report> fresh(UUID sweep, @Nullable UUID run, int key, Pruner pruner, boolean program) {
        List<Report> found = new ArrayList<>(statements.rows(
                EPOCHS.formatted(program ? LAST.formatted(key) : "0"),
                r -> new Report(
                        r.getObject("id", UUID.class),
                        r.getInt("sweep_index"),
                        r.getInt("epochs"),
                        RunState.valueOf(r.getString("state")),
                        r.getBoolean("spared"),
                        r.getInt("epoch"),
                        false,
                        r.getDouble("value"),
                        r.getLong("time")),
                key,
                sweep,
                run,
                run));
        if (program) {
            stepping(sweep, run, key).stream()
                    .filter(one -> one.lastStep() >= pruner.next(one.index(), one.place()))
                    .filter(one -> statements.number(EPOCHAL, one.run(), key) == 0)
                    .forEach(one -> steps(one, key, pruner, found));
        }
        found.sort(Comparator.comparingLong(Report::time)
                .thenComparingInt(Report::index)
                .thenComparingInt(Report::place));
        return found;
    }

    /** @param place the last that is booked; 0: none */
    private record Stepping(
            UUID run, int index, int epochs, RunState state, boolean spared, long lastStep, int place) {}

    private List<Stepping> stepping(UUID sweep, @Nullable UUID run, int key) {
        return statements.rows(
                STEPPING,
                r -> new Stepping(
                        r.getObject("id", UUID.class),
                        r.getInt("sweep_index"),
                        r.getInt("epochs"),
                        RunState.valueOf(r.getString("state")),
                        r.getBoolean("spared"),
                        r.getLong("last_step"),
                        r.getInt("place")),
                key,
                sweep,
                run,
                run);
    }

    /** From place to place: what lies between is not read. */
    private void steps(Stepping one, int key, Pruner pruner, List<Report> to) {
        record Step(long step, double value, long time) {}
        int place = one.place();
        for (; ; ) {
            Step found = statements
                    .row(
                            STEP,
                            r -> new Step(r.getLong(1), r.getDouble(2), r.getLong(3)),
                            one.run(),
                            key,
                            pruner.next(one.index(), place))
                    .orElse(null);
            if (found == null) {
                return;
            }
            int at = pruner.place(one.index(), found.step());
            if (at <= place) {
                // Behind the last place that there is.
                return;
            }
            place = at;
            to.add(new Report(
                    one.run(),
                    one.index(),
                    one.epochs(),
                    one.state(),
                    one.spared(),
                    place,
                    true,
                    found.value(),
                    found.time()));
        }
    }
}
