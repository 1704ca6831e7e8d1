package dev.runyard.service.metric;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/**
 * Turns what older attempts measured beyond a step into ghosts and rebuilds what was derived from it. The run's row is locked
 * first, which keeps every ingest of the run out until the commit.
 */
@ApplicationScoped
class Supersession {
    private static final String FENCE =
            "select 1 from run where id = ? and attempt = ? and state in " + MetricLedger.HELD + " for no key update";

    /** Checkpoints of a course that was left: resuming from one would bring it back. */
    private static final String DROP_CHECKPOINTS =
            "delete from checkpoint where run_id = ? and attempt < ? and step > ?";

    private static final String MARK = """
            with marked as (
              update metric_point p set superseded_by = ?
              from metric_summary s
              where s.run_id = ? and p.run_id = s.run_id and p.key_id = s.key_id and p.step > ?
                and p.attempt < ? and p.superseded_by is null
              returning p.key_id)
            select coalesce(array_agg(distinct key_id), '{}') from marked
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

    /** @param c inside the transaction that is to hold all of it */
    void apply(Connection c, UUID run, long attempt, long step) throws SQLException {
        fence(c, run, attempt);
        update(c, DROP_CHECKPOINTS, run, attempt, step);
        Integer[] keys = mark(c, run, attempt, step);
        if (keys.length > 0) {
            Array ids = c.createArrayOf("int4", keys);
            update(c, DROP_BLOCKS, run, ids, step);
            update(c, REBUILD_BLOCKS, run, ids, step);
            update(c, DROP_SUMMARIES, run, ids);
            update(c, REBUILD_SUMMARIES, run, ids);
        }
    }

    private static void fence(Connection c, UUID run, long attempt) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(FENCE)) {
            s.setObject(1, run);
            s.setLong(2, attempt);
            try (ResultSet r = s.executeQuery()) {
                if (!r.next()) {
                    throw MetricLedger.refusal(c, run, attempt);
                }
            }
        }
    }

    /** @return the metrics that lost points */
    private static Integer[] mark(Connection c, UUID run, long attempt, long step) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(MARK)) {
            s.setLong(1, attempt);
            s.setObject(2, run);
            s.setLong(3, step);
            s.setLong(4, attempt);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return (Integer[]) r.getArray(1).getArray();
            }
        }
    }

    private static void update(Connection c, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                s.setObject(i + 1, parameters[i]);
            }
            s.executeUpdate();
        }
    }
}
