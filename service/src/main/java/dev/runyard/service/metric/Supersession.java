package dev.runyard.service.metric;

import dev.runyard.service.auth.Fence;
import dev.runyard.service.db.Statements;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
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

    /** What this attempt made ghosts, as far as it counts again; not what lies behind something that the attempt measured itself. */
    private static final String RESTORE = """
            with back as (
              update metric_point p set superseded_by = null
              where p.run_id = ? and p.superseded_by = ? and p.step <= ?
                and not exists (select 1 from metric_point o where o.run_id = p.run_id and o.key_id = p.key_id
                                and o.step = p.step and o.superseded_by is null)
                and not exists (select 1 from metric_point o where o.run_id = p.run_id and o.key_id = p.key_id
                                and o.attempt = ? and o.step <= p.step and o.superseded_by is null)
              returning p.key_id)
            select distinct key_id from back
            """;

    /**
     * Of each metric, what older attempts measured from the first step on that this one measures again. A point that is the older one itself,
     * which comes again, is no measurement: what makes two the same, and the least step that tells of a course, are whoever asks to say. Step 0
     * goes with the steps behind it where this attempt has measured one, since a metric with steps begins there once.
     */
    private static final String OVERTAKE = """
            with again as (
              select p.key_id, min(p.step) as step
              from unnest(?::int[], ?::bigint[], ?::bigint[], ?::float8[]) as p(key_id, step, time, value)
              where p.step >= ? and exists (
                  select 1 from metric_point o where o.run_id = ? and o.key_id = p.key_id and o.step = p.step
                    and o.attempt < ? and o.superseded_by is null)
                and not exists (
                  select 1 from metric_point o where o.run_id = ? and o.key_id = p.key_id and o.step = p.step
                    and o.superseded_by is null and o.value = p.value and (? or o.time / 1000 = p.time / 1000))
              group by p.key_id),
            first as (
              select a.key_id, case when exists (
                  select 1 from metric_point o where o.run_id = ? and o.key_id = a.key_id and o.step = 0
                    and o.attempt = ? and o.superseded_by is null) then 0 else a.step end as step
              from again a),
            marked as (
              update metric_point p set superseded_by = ?
              from first f
              where p.run_id = ? and p.key_id = f.key_id and p.step >= f.step and p.attempt < ? and p.superseded_by is null
              returning p.key_id, p.step)
            select key_id, min(step) from marked group by key_id
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
              rebuilt_at, best_step, lower_is_better)
            select t.run_id, t.key_id, t.count, t.non_finite, l.last_step, l.last_time, l.last, t.min, t.max, t.best,
              (extract(epoch from clock_timestamp()) * 1000000)::bigint,
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
            derive(run, -1, statements.rows(RESTORE, r -> r.getInt(1), run, attempt, step, attempt));
        }
    }

    /** What makes a point that comes the one that is there. */
    enum Same {
        /** A managed run has one value of a metric a step, whatever the clocks said. */
        VALUE(0),
        /** A client may measure one step several times, and says 0 each time where it has none. */
        MOMENT(1);

        private final long least;

        Same(long least) {
            this.least = least;
        }
    }

    /**
     * A later attempt measures steps again that older ones measured and that count, whatever it said of the step it went on from: of these
     * metrics the older points from there on become ghosts. The caller stores the new ones after it, and then has {@link #derive} draw up anew
     * what follows from them; both in the transaction that this is called in, which no other writer of the run's points is let into from here on.
     *
     * @return by metric the first step that changed; empty where nothing did, as for each first attempt
     */
    Map<Integer, Long> overtake(UUID run, long attempt, SortedPoints points, Same same) {
        Map<Integer, Long> first = new TreeMap<>();
        if (attempt > 1) {
            statements.row("select 1 from run where id = ? for no key update", r -> r.getInt(1), run);
            statements.each(
                    OVERTAKE,
                    r -> first.put(r.getInt(1), r.getLong(2)),
                    points.keyIds(),
                    points.steps(),
                    points.times(),
                    points.values(),
                    same.least,
                    run,
                    attempt,
                    run,
                    same == Same.VALUE,
                    run,
                    attempt,
                    attempt,
                    run,
                    attempt);
        }
        return first;
    }

    /** Anew, what is derived from the points of these keys from a step on. */
    void derive(UUID run, long step, Collection<Integer> keys) {
        if (!keys.isEmpty()) {
            int[] changed = keys.stream().mapToInt(Integer::intValue).toArray();
            statements.change(DROP_BLOCKS, run, changed, step);
            statements.change(REBUILD_BLOCKS, run, changed, step);
            statements.change(DROP_SUMMARIES, run, changed);
            statements.change(REBUILD_SUMMARIES, run, changed);
        }
    }
}
