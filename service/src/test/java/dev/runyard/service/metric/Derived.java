package dev.runyard.service.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;

/** Summaries and blocks recomputed from the points that count. */
public final class Derived {
    private static final String FINITE = "filter (where value <> 'NaN' and abs(value) <> 'Infinity')";

    private Derived() {}

    public static void assertAgree(Lab lab, UUID run) {
        assertThat(lab.column(
                        "select row(key_id, count, non_finite, last_step, last_time, last, min, max, best, best_step)::text"
                                + " from metric_summary where run_id = ? order by key_id",
                        run))
                .isEqualTo(lab.column("""
                        with p as (select p.*, k.lower_is_better as lower from metric_point p
                                   join metric_key k on k.id = key_id where run_id = ? and superseded_by is null),
                        t as (select key_id, lower, count(*) as n, count(*) - count(*) %1$s as broken, max(step) as last_step,
                               (array_agg(time order by step desc, time desc))[1] as last_time,
                               (array_agg(value order by step desc, time desc))[1] as last,
                               min(value) %1$s as least, max(value) %1$s as most from p group by key_id, lower)
                        select row(key_id, n, broken, last_step, last_time, last, least, most,
                          case when lower then least else most end,
                          (select min(step) from p where p.key_id = t.key_id
                             and value = case when t.lower then least else most end))::text
                        from t order by key_id
                        """.formatted(FINITE), run));
        assertThat(lab.column(
                        "select row(key_id, block, first_step, first_time, first, last_step, last_time, last, min, max, count,"
                                + " non_finite)::text from metric_block where run_id = ? order by key_id, block",
                        run))
                .isEqualTo(lab.column("""
                        select row(key_id, step >> 6, min(step), (array_agg(time order by step, time))[1],
                          (array_agg(value order by step, time))[1], max(step),
                          (array_agg(time order by step desc, time desc))[1],
                          (array_agg(value order by step desc, time desc))[1],
                          min(value) %1$s, max(value) %1$s, count(*)::int, (count(*) - count(*) %1$s)::int)::text
                        from metric_point where run_id = ? and superseded_by is null
                        group by key_id, step >> 6 order by key_id, step >> 6
                        """.formatted(FINITE), run));
    }
}
