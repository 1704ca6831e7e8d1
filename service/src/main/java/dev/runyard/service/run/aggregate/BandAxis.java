package dev.runyard.service.run.aggregate;

/**
 * What places a run's points in its group. The wall clock is none of them: runs of a group go on at different hours, so that a mean there
 * would be of those that happened to run together.
 */
public enum BandAxis {
    /** Optimiser steps; runs of one configuration measure at the same ones. */
    STEP("l.step"),
    /** Epochs as they were told, else by the run's own steps of an epoch; runs with neither are left out. */
    EPOCH(
            "coalesce(l.epoch, case when r.steps > 0 and r.epochs > 0 then l.step * cast(r.epochs as double precision) / r.steps end)"),
    /** Seconds since the run started, else since it first measured this. */
    RELATIVE("""
            greatest(0, l.time / 1e6 - coalesce(extract(epoch from r.started_at)::double precision,
              (select b.first_time / 1e6 from metric_block b where b.run_id = s.run_id and b.key_id = s.key_id order by b.block limit 1)))"""),
    /** Seconds on devices, waits between attempts left out; runs without an attempt are left out. */
    DEVICE("""
            (select sum(greatest(0, least(l.time / 1e6, extract(epoch from coalesce(a.ended_at, now()))::double precision)
               - extract(epoch from coalesce(a.started_at, a.granted_at))::double precision))
             from attempt a where a.run_id = s.run_id)""");

    /** Points that are read one by one; of longer curves every 64 steps' last. */
    private static final int FEW = 4_096;

    private static final String EPOCH_OF = """
            (select p.epoch from metric_point p where p.run_id = s.run_id and p.key_id = s.key_id and p.superseded_by is null
               and p.step = %1$s_step and p.time = %1$s_time limit 1)""";

    private static final String LEVEL = """
            select p.step, p.time, p.epoch, p.value from metric_point p
            where s.count <= %1$d and p.run_id = s.run_id and p.key_id = s.key_id and p.superseded_by is null
            union all
            select b.last_step, b.last_time, %2$s, b.last from metric_block b
            where s.count > %1$d and b.run_id = s.run_id and b.key_id = s.key_id""".formatted(FEW, EPOCH_OF.formatted("b.last"));

    private static final String OF =
            " join run r on r.id = c.id join metric_summary s on s.run_id = c.id and s.key_id = ?";

    /** One stretch of a run: its last value there, and the stretch at which its next one begins. Behind its last one a run is gone. */
    private static final String STRETCHES = """
            select p.*, lead(p.bucket, 1, p.bucket + 1) over (partition by p.g, p.id order by p.bucket) as next
            from (select distinct on (q.g, c.id, w.bucket) q.g, c.id, w.bucket, v.x, l.step, l.value
                  from groups q join chosen c on true%1$s%2$s cross join lateral (%3$s) l
                    cross join lateral (select %4$s as x) v
                    cross join lateral (select least(greatest(floor(v.x / ?), ?), ?)::bigint as bucket) w
                  where q.g <= %5$d and v.x is not null
                  order by q.g, c.id, w.bucket, v.x desc, l.step desc) p""";

    private final String place;

    BandAxis(String place) {
        this.place = place;
    }

    /** Beside {@code chosen}: how far the furthest run goes. Binds the metric. */
    String end() {
        return " select coalesce(max(v.x), 0) from chosen c" + OF
                + " cross join lateral (select s.last_step as step, s.last_time as time, "
                + EPOCH_OF.formatted("s.last")
                + " as epoch) l cross join lateral (select " + place + " as x) v";
    }

    /**
     * Beside {@code chosen} and {@code groups}: for each stretch in which a run of the group measured, the mean over the runs that have
     * begun and not yet measured their last, of each one's last value up to there. Binds the metric, the width, the stretch before the
     * first and the one behind the last, and these two again: what was measured there tells what counts between them.
     *
     * @param same joins a run to its group
     */
    String curves(String same, int groups) {
        return " select g, max(step) filter (where fresh), avg(value), stddev_samp(value), min(value), max(value), count(*),"
                + " max(x) filter (where fresh) from (select u.*, b.at, b.at = u.bucket as fresh from ("
                + STRETCHES.formatted(same, OF, LEVEL, place, groups)
                + ") u cross join lateral generate_series(u.bucket, u.next - 1) b(at)"
                + " where u.value < 'Infinity' and u.value > '-Infinity') t"
                + " where t.at > ? and t.at < ? group by g, at having bool_or(fresh) order by g, at";
    }
}
