package dev.runyard.service.metric;

import dev.runyard.service.auth.Fence;
import dev.runyard.service.db.Statements;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

/**
 * Turns what older attempts measured beyond a step into ghosts and rebuilds what was derived from it. The run's row is locked
 * first, which keeps every ingest of the run out until the commit.
 */
@ApplicationScoped
class Supersession {
    /** CheckpointLedger of a course that was left: resuming from one would bring it back. */
    private static final String DROP_CHECKPOINTS =
            "delete from checkpoint where run_id = ? and attempt < ? and step > ?"
                    // What a program keeps is a folder, which says nothing of the course that its points took.
                    + " and not exists (select 1 from run r where r.id = run_id and r.spec ->> 'task' = 'command')";

    private static final String MARK = """
            with marked as (
              update metric_point p set superseded_by = ?
              from metric_summary s
              where s.run_id = ? and p.run_id = s.run_id and p.key_id = s.key_id and p.step > ?
                and p.attempt < ? and p.superseded_by is null
              returning p.key_id)
            select distinct key_id from marked
            """;

    /** What this attempt made ghosts, as far as it counts again; not where something else was measured since. */
    private static final String RESTORE = """
            with back as (
              update metric_point p set superseded_by = null
              where p.run_id = ? and p.superseded_by = ? and p.step <= ?
                and not exists (select 1 from metric_point o where o.run_id = p.run_id and o.key_id = p.key_id
                                and o.step = p.step and o.superseded_by is null)
              returning p.key_id)
            select distinct key_id from back
            """;

    private static final String DROP_BLOCKS =
            "delete from metric_block where run_id = ? and key_id = any(?) and block >= ? >> " + Digest.BLOCK_BITS;

    /** The points that count, from the first step of the block that the cut falls into. */
    private static final String REBUILD_BLOCKS =
            """
            insert into metric_block (run_id, key_id, block, first_step, first_time, first, last_step, last_time, last,
              min, max, count, non_finite)
            select run_id, key_id, step >> %1$d, min(step),
              (array_agg(time order by step, time))[1], (array_agg(value order by step, time))[1], max(step),
              (array_agg(time order by step desc, time desc))[1], (array_agg(value order by step desc, time desc))[1],
              min(value) filter (where %2$s), max(value) filter (where %2$s),
              count(*), count(*) filter (where not %2$s)
            from metric_point
            where run_id = ? and key_id = any(?) and step >= (? >> %1$d) << %1$d and superseded_by is null
            group by run_id, key_id, step >> %1$d
            """.formatted(Digest.BLOCK_BITS, "(value <> 'NaN' and abs(value) <> 'Infinity')");

    private static final String DROP_SUMMARIES = "delete from metric_summary where run_id = ? and key_id = any(?)";

    /** A best value lies in the earliest block whose extreme it is; only that block's points are read. */
    private static final String REBUILD_SUMMARIES = """
            insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best,
              best_step, lower_is_better)
            select t.run_id, t.key_id, t.count, t.non_finite, l.last_step, l.last_time, l.last, t.min, t.max, t.best,
              (select min(p.step) from metric_point p
               where p.run_id = t.run_id and p.key_id = t.key_id and p.superseded_by is null and p.value = t.best
                 and p.step >= e.block << %1$d and p.step < (e.block + 1) << %1$d),
              t.lower_is_better
            from (
              select b.run_id, b.key_id, sum(b.count) as count, sum(b.non_finite) as non_finite, min(b.min) as min,
                max(b.max) as max, case when k.lower_is_better then min(b.min) else max(b.max) end as best,
                k.lower_is_better
              from metric_block b join metric_key k on k.id = b.key_id
              where b.run_id = ? and b.key_id = any(?)
              group by b.run_id, b.key_id, k.lower_is_better) t
            cross join lateral (
              select b.last_step, b.last_time, b.last from metric_block b
              where b.run_id = t.run_id and b.key_id = t.key_id order by b.block desc limit 1) l
            left join lateral (
              select min(b.block) as block from metric_block b
              where b.run_id = t.run_id and b.key_id = t.key_id
                and case when t.lower_is_better then b.min else b.max end = t.best) e on true
            """.formatted(Digest.BLOCK_BITS);

    private final Statements statements;
    private final Fence fence;

    Supersession(Statements statements, Fence fence) {
        this.statements = statements;
        this.fence = fence;
    }

    /** Inside the transaction that is to hold all of it. */
    void apply(UUID run, long attempt, long step) {
        fence.holdAlone(run, attempt);
        statements.change(DROP_CHECKPOINTS, run, attempt, step);
        derive(run, step, statements.rows(MARK, r -> r.getInt(1), attempt, run, step, attempt));
        boolean back = statements.number(
                        "select count(*) from attempt where run_id = ? and attempt = ? and start_step is not null",
                        run,
                        attempt)
                > 0;
        if (back) {
            // It said something else before: what it took away then comes back.
            derive(run, -1, statements.rows(RESTORE, r -> r.getInt(1), run, attempt, step));
        }
    }

    /** Anew, what is derived from the points of these keys from a step on. */
    private void derive(UUID run, long step, List<Integer> keys) {
        if (!keys.isEmpty()) {
            int[] changed = keys.stream().mapToInt(Integer::intValue).toArray();
            statements.change(DROP_BLOCKS, run, changed, step);
            statements.change(REBUILD_BLOCKS, run, changed, step);
            statements.change(DROP_SUMMARIES, run, changed);
            statements.change(REBUILD_SUMMARIES, run, changed);
        }
    }
}
