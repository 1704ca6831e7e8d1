package dev.runyard.e2e.bench.page;

import dev.runyard.e2e.bench.BenchLab;
import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The page of a sweep of 10,000 finished runs in Chromium: until it is there, until its plot is drawn, and a move of a brush. Goals: 1.5 s, 50 ms.
 *
 * <p>Argument: the home of a running lab; without one a lab of its own is started.
 */
public final class SweepPageBench {
    private static final UUID SWEEP = UUID.fromString("10000000-0000-4000-8000-000000000000");
    private static final int RUNS = 10_000;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final String EXPERIMENT = """
            insert into experiment (project_id, name, created_by)
            select id, 'bench-sweep', 'bench' from project where name = 'default' on conflict do nothing""";

    private static final String MADE = """
            insert into sweep (id, project_id, experiment_id, name, state, spec, total, created, parallel, priority, created_by, ended_at)
            select ?, project_id, id, 'ten thousand', 'FINISHED', cast(? as jsonb), ?, ?, 1, 0, 'bench', now()
            from experiment where name = 'bench-sweep'""";

    private static final String SPEC = """
            {"experiment": "bench-sweep", "base": {"dataset": {"id": "shapes"}}, "metric": "val/top1", "goal": "max",
             "sampler": {"kind": "random", "runs": 10000}, "axes": {"optimizer.learningRate": {"logUniform": [0.001, 1]},
             "method.prompts": {"integers": [1, 64]}, "method.librarySize": {"integers": [8, 256]}, "augment": ["none", "flip-crop"]}}""";

    private static final String POINTS = """
            insert into sweep_draw (sweep_id, point, params, source, sampler, version, seed, history)
            select ?, i, jsonb_build_object('optimizer.learningRate', 10 ^ (-3 * random()), 'method.prompts', 1 + floor(random() * 64),
              'method.librarySize', 8 + floor(random() * 249), 'augment', (array['none', 'flip-crop'])[1 + i % 2]), 'sampler', 'random', 1, 0, i
            from generate_series(0, ? - 1) i""";

    private static final String PLACES = "insert into sweep_point (sweep_id, sweep_index, params, point)"
            + " select sweep_id, point, params, point from sweep_draw where sweep_id = ?";

    private static final String ROWS = """
            insert into run (id, project_id, experiment_id, sweep_id, sweep_index, name, state, attempt, spec, spec_hash, params,
              created_at, created_by, epochs, started_at, ended_at)
            select md5('bench-sweep-' || d.point)::uuid, s.project_id, s.experiment_id, s.id, d.point, 'ten thousand #' || d.point, 'FINISHED', 1,
              cast(? as jsonb), '', d.params, now() - make_interval(secs => d.point), 'bench', 1, now(), now()
            from sweep s join sweep_draw d on d.sweep_id = s.id where s.id = ?""";

    private static final String SUMMARIES = """
            insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best, best_step, lower_is_better)
            select r.id, k.id, 10, 0, 9, 0, v, v, v, v, 9, false from run r cross join metric_key k
            cross join lateral (select 90 - 10 * (log(cast(r.params ->> 'optimizer.learningRate' as numeric)) + 1) ^ 2 + 3 * random() as v) x
            where r.sweep_id = ? and k.key = 'val/top1'""";

    private static final String LAYOUT = """
            insert into config_layout values (md5('bench-sweep')::uuid,
              array['augment', 'method.librarySize', 'method.prompts', 'optimizer.learningRate'])""";

    private static final String CONFIGURATIONS = """
            insert into run_config select r.id, md5('bench-sweep')::uuid, array['"' || (r.params ->> 'augment') || '"', r.params ->> 'method.librarySize',
              r.params ->> 'method.prompts', r.params ->> 'optimizer.learningRate'] from run r where r.sweep_id = ?""";

    private SweepPageBench() {}

    public static void main(String[] arguments) throws Exception {
        try (BenchLab lab = BenchLab.open(arguments)) {
            lab.update(EXPERIMENT);
            lab.update(
                    "insert into metric_key (key, lower_is_better) values ('val/top1', false) on conflict do nothing");
            lab.update(MADE, SWEEP, SPEC, RUNS, RUNS);
            lab.update(POINTS, SWEEP, RUNS);
            lab.update(PLACES, SWEEP);
            lab.update(ROWS, BenchLab.SPEC, SWEEP);
            lab.update(SUMMARIES, SWEEP);
            lab.update(LAYOUT);
            lab.update(CONFIGURATIONS, SWEEP);
            for (String table :
                    new String[] {"run", "run_config", "metric_summary", "sweep", "sweep_draw", "sweep_point"}) {
                lab.execute("vacuum analyze " + table);
            }
            browser(lab);
        }
    }

    private static void browser(BenchLab lab) throws IOException, InterruptedException {
        Path chromium = Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .flatMap(folder -> Stream.of(Path.of(folder, "chromium"), Path.of(folder, "chromium-browser")))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("there is no Chromium here; the distribution's package has it"));
        ProcessBuilder figures = new ProcessBuilder("node", "sweep.mjs")
                .directory(LabProcess.repositoryRoot()
                        .resolve("deploy/e2e/browser")
                        .toFile());
        figures.environment().put("LAB_URL", lab.at("").toString());
        figures.environment().put("LAB_TOKEN", lab.bearer().substring("Bearer ".length()));
        figures.environment().put("CHROMIUM", chromium.toString());
        figures.environment().put("SWEEP", SWEEP.toString());
        LabProcess.Result measured = LabProcess.run(figures, PATIENCE);
        System.out.print(measured.out());
        if (measured.exit() != 0) {
            throw new IOException("the page could not be measured: " + measured.err());
        }
    }
}
