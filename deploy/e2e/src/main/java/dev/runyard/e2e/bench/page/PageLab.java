package dev.runyard.e2e.bench.page;

import dev.runyard.e2e.bench.BenchLab;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What {@link PageBench} looks at: 100,000 runs with 50 values of configuration and 20 metrics each; ten with a curve of 1,000,000 points and ten
 * short ones; one with 200 metrics. A lab that has them is not filled again.
 */
final class PageLab {
    static final int RUNS = 100_000;
    static final int POINTS = 1_000_000;
    private static final int CURVES = 10;
    private static final int SHORT_CURVES = 10;
    private static final int SHORT = 1_000;
    private static final int MANY_KEYS = 200;

    private static final String LAYOUT = """
            insert into config_layout select md5('page-bench')::uuid, array_agg(p order by p) from (
              select 'part' || i / 8 || '.key' || i as p from generate_series(1, 44) i
              union all select unnest(array['method.kind', 'dataset.id', 'optimizer.learningRate', 'method.prompts', 'seed', 'batchSize'])) p
            on conflict do nothing""";

    private static final String EXPERIMENTS = """
            insert into experiment (project_id, name, created_by)
            select p.id, 'page-' || g, 'bench' from project p, generate_series(0, 4) g where p.name = 'default'""";

    private static final String SWEEPS = """
            insert into sweep (id, project_id, experiment_id, name, state, spec, total, created, parallel, priority, created_by, ended_at)
            select md5('page-sweep-' || s)::uuid, e.project_id, e.id, 'sweep ' || s, 'FINISHED', '{}', 1000, 1000, 1, 0, 'bench', now()
            from generate_series(0, ? / 1000 - 1) s join experiment e on e.name = 'page-' || s % 5""";

    private static final String ROWS = """
            insert into run (id, project_id, experiment_id, sweep_id, sweep_index, name, state, reason, attempt, spec, spec_hash, params,
              created_at, created_by, epochs, started_at, ended_at)
            select md5('page-run-' || i)::uuid, s.project_id, s.experiment_id, s.id, i % 1000, s.name || ' #' || i % 1000,
              case i % 20 when 0 then 'FAILED' when 1 then 'CANCELLED' else 'FINISHED' end, case i % 20 when 0 then 'INTERNAL' end, 1,
              cast(? as jsonb) || jsonb_build_object('seed', i % 10), '', '{}', now() - make_interval(secs => i), 'bench', 1, now(), now()
            from generate_series(0, ? - 1) i join sweep s on s.id = md5('page-sweep-' || i / 1000)::uuid""";

    private static final String CONFIGURATIONS = """
            insert into run_config select md5('page-run-' || i)::uuid, l.id, array(
              select case p
                when 'method.kind' then (array['"pgn"', '"linear"', '"vp"', '"full"'])[1 + i % 4]
                when 'dataset.id' then (array['"eurosat"', '"cifar10"', '"dtd"'])[1 + i / 7 % 3]
                when 'optimizer.learningRate' then trim_scale((random() * 0.1)::numeric(12, 10))::text
                when 'method.prompts' then (array['1', '4', '16'])[1 + i / 3 % 3]
                when 'seed' then (i % 10)::text
                when 'batchSize' then '128'
                else '"value ' || length(p) || '"' end
              from unnest(l.paths) with ordinality u(p, n) where i >= 0 order by n)
            from generate_series(0, ? - 1) i cross join config_layout l where l.id = md5('page-bench')::uuid""";

    private static final String KEYS = """
            insert into metric_key (key, lower_is_better)
            select k, k like '%loss' from unnest(array['val/top1', 'val/loss', 'train/top1', 'train/loss', 'test/top1']) k
            union all select 'extra/m' || i, false from generate_series(1, 15) i on conflict do nothing""";

    private static final String SUMMARIES = """
            insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best, best_step, lower_is_better)
            select md5('page-run-' || i)::uuid, k.id, 1000, 0, 999, 0, v, v, v, v, 999, k.lower_is_better
            from generate_series(0, ? - 1) i cross join metric_key k cross join lateral (select 100 * random() + 0 * i as v) x
            where k.key ~ '^(val|train|test|extra)/'""";

    private static final String CURVE = """
            insert into metric_point (run_id, step, time, value, epoch, key_id, attempt)
            select ?, s, 1700000000000000 + s * 20000::bigint, 100 - 90 * exp(-s / 200000.0) + random(), s / 1000.0, k.id, 1
            from generate_series(0, ? - 1) s, metric_key k where k.key = 'val/top1'""";

    private static final String BLOCKS = """
            insert into metric_block (run_id, key_id, block, first_step, first_time, first, last_step, last_time, last, min, max, count, non_finite)
            select run_id, key_id, step >> 6, min(step), min(time), (array_agg(value order by step))[1], max(step), max(time),
              (array_agg(value order by step desc))[1], min(value), max(value), count(*), 0
            from metric_point where run_id = ? group by run_id, key_id, step >> 6""";

    private static final String SHORTS = """
            insert into metric_point (run_id, step, time, value, epoch, key_id, attempt)
            select ?, s, 1700000000000000 + s * 20000, 100 - 90 * exp(-s / 200.0) + random(), s / 10.0, k.id, 1
            from generate_series(0, ? - 1) s, metric_key k where k.key ~ ('^extra/m([1-9]|' || ? || ')$')""";

    private static final String CURVE_SUMMARIES = """
            insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best, best_step, lower_is_better)
            select run_id, key_id, sum(count), 0, max(last_step), max(last_time), max(last), min(min), max(max), max(max), 0, false
            from metric_block where run_id = ? group by run_id, key_id""";

    private static final String MANY = """
            insert into metric_key (key, lower_is_better)
            select 'layer' || g / 10 || '/m' || g, false from generate_series(0, ? - 1) g on conflict do nothing""";

    private static final String MANY_CURVES = """
            insert into metric_point (run_id, step, time, value, epoch, key_id, attempt)
            select ?, s, 1700000000000000 + s * 20000, sin(s / 50.0) + random(), s / 10.0, k.id, 1
            from generate_series(0, 499) s, metric_key k where k.key ~ '^layer\\d+/m\\d+$'""";

    private final BenchLab lab;
    private final List<UUID> curves = new ArrayList<>();
    private UUID many = new UUID(0, 0);

    private PageLab(BenchLab lab) {
        this.lab = lab;
    }

    static PageLab of(BenchLab lab) throws SQLException {
        PageLab page = new PageLab(lab);
        List<UUID> known = lab.runs("curve ");
        if (known.size() == CURVES) {
            page.curves.addAll(known);
            page.many = lab.runs("many keys").get(0);
            return page;
        }
        page.fill();
        page.many();
        page.drawCurves();
        return page;
    }

    /** Runs with a curve of {@value #POINTS} points. */
    List<UUID> longCurves() {
        return curves;
    }

    /** A run with {@value #MANY_KEYS} metrics. */
    UUID manyKeys() {
        return many;
    }

    private void fill() throws SQLException {
        lab.update(EXPERIMENTS);
        lab.update(SWEEPS, RUNS);
        lab.update(LAYOUT);
        lab.update(ROWS, BenchLab.SPEC, RUNS);
        lab.update(CONFIGURATIONS, RUNS);
        lab.update(KEYS);
        lab.update(SUMMARIES, RUNS);
        lab.update("insert into config_unseen select run_id from run_config on conflict do nothing");
        for (String table : new String[] {"run", "run_config", "config_layout", "metric_summary", "sweep"}) {
            lab.execute("vacuum analyze " + table);
        }
    }

    private void many() throws SQLException {
        lab.update(MANY, MANY_KEYS);
        many = lab.heldRun("many keys");
        lab.update(MANY_CURVES, many);
        lab.update(BLOCKS, many);
        lab.update(CURVE_SUMMARIES, many);
        lab.release(many);
    }

    private void drawCurves() throws SQLException {
        for (int i = 0; i < CURVES; i++) {
            UUID run = lab.heldRun("curve " + i);
            curves.add(run);
            lab.update(CURVE, run, POINTS);
            lab.update(SHORTS, run, SHORT, SHORT_CURVES);
            lab.update(BLOCKS, run);
            lab.update(CURVE_SUMMARIES, run);
            lab.release(run);
        }
        lab.execute("vacuum analyze metric_point");
        lab.execute("vacuum analyze metric_block");
    }
}
