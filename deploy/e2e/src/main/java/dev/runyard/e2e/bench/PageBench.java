package dev.runyard.e2e.bench;

import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the page asks of a lab of 100,000 runs with 50 values of configuration and 20 metrics each. Goals at the API, median: first page
 * 150 ms; sort by a metric or parameter 200; filter 200; groups by two parameters with two metrics over all 400; keys 150; ten curves of
 * 1,000,000 points 400 ms and 200 kB on the wire. Then, where there are a Chromium and npm, what the page itself takes in it: first
 * paint, sort, filter, groups, scrolling, curves, a smoothing step ({@code deploy/e2e/browser/figures.mjs}).
 *
 * <p>Argument: the home of a running lab; without one a lab of its own is started.
 */
public final class PageBench {
    private static final int RUNS = 100_000;
    private static final int POINTS = 1_000_000;
    private static final int CURVES = 10;
    private static final int REQUESTS = 20;
    private static final int WARM = 5;
    private static final int SHORT_CURVES = 10;
    private static final int SHORT = 1_000;
    private static final Duration PATIENCE = Duration.ofMinutes(8);

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

    private final List<UUID> curves = new ArrayList<>();
    private final BenchLab lab;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private PageBench(BenchLab lab) {
        this.lab = lab;
    }

    public static void main(String[] arguments) throws Exception {
        try (BenchLab lab = BenchLab.open(arguments)) {
            PageBench bench = new PageBench(lab);
            bench.fill();
            bench.lists();
            bench.curves();
            bench.browser();
        }
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

    private void lists() throws IOException, InterruptedException {
        String list = "/api/v1/runs?limit=100&param=method.kind&param=seed&metrics=val/top1";
        get("runs, first page", 150, list);
        get("runs, sorted by a metric", 200, list + "&sort=-metrics.val/top1.best");
        get("runs, sorted by a parameter", 200, list + "&sort=-params.optimizer.learningRate");
        get("runs, filtered by a parameter", 200, list + "&filter=" + encode("params.method.kind = vp"));
        get(
                "runs, filtered by a parameter, few match",
                200,
                list + "&filter=" + encode("params.optimizer.learningRate < 0.00001"));
        get("runs, filtered by a metric", 200, list + "&filter=" + encode("metrics.val/top1 > 60"));
        String groups =
                "/api/v1/runs/groups?by=params.method.kind&by=params.dataset.id&field=metrics.val/top1.best&field=metrics.val/loss";
        get("groups by two parameters, two metrics, all runs", 400, groups);
        get("the same of one experiment", 400, groups + "&experiment=page-1");
        get("keys of the lab", 150, "/api/v1/keys");
        get("keys of an experiment", 150, "/api/v1/keys?experiment=page-1");
    }

    private void curves() throws Exception {
        StringBuilder pairs = new StringBuilder();
        for (int i = 0; i < CURVES; i++) {
            UUID run = lab.heldRun("curve " + i);
            curves.add(run);
            lab.update(CURVE, run, POINTS);
            lab.update(SHORTS, run, SHORT, SHORT_CURVES);
            lab.update(BLOCKS, run);
            lab.update(
                    "insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best, best_step,"
                            + " lower_is_better) select run_id, key_id, sum(count), 0, max(last_step), max(last_time), max(last), min(min),"
                            + " max(max), max(max), 0, false from metric_block where run_id = ? group by run_id, key_id",
                    run);
            lab.release(run);
            pairs.append(i == 0 ? "" : ", ").append("{\"run\": \"" + run + "\", \"key\": \"val/top1\"}");
        }
        lab.execute("vacuum analyze metric_point");
        lab.execute("vacuum analyze metric_block");
        String body = "{\"series\": [" + pairs + "], \"buckets\": 400}";
        time(
                CURVES + " curves of " + POINTS + " points in one request",
                400,
                HttpRequest.newBuilder(lab.at("/api/v1/metrics/series"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private void browser() throws IOException, InterruptedException {
        Optional<Path> chromium = Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(
                                System.getenv().getOrDefault("PATH", "").split(":"))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (chromium.isEmpty()) {
            System.out.println(
                    "The page itself is not measured: there is no Chromium here; the distribution's package has it.");
            return;
        }
        Path folder = LabProcess.repositoryRoot().resolve("deploy/e2e/browser");
        LabProcess.Result install = LabProcess.run(
                new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund").directory(folder.toFile()), PATIENCE);
        if (install.exit() != 0) {
            throw new IOException("npm ci failed: " + install.err());
        }
        ProcessBuilder figures = new ProcessBuilder("node", "figures.mjs").directory(folder.toFile());
        figures.environment().put("LAB_URL", lab.at("").toString());
        figures.environment().put("LAB_TOKEN", lab.bearer().substring("Bearer ".length()));
        figures.environment().put("CHROMIUM", chromium.get().toString());
        figures.environment().put("CURVES", curves.stream().map(UUID::toString).collect(Collectors.joining(",")));
        LabProcess.Result measured = LabProcess.run(figures, PATIENCE);
        System.out.print(measured.out());
        if (measured.exit() != 0) {
            throw new IOException("the page could not be measured: " + measured.err());
        }
    }

    private void get(String what, int goal, String path) throws IOException, InterruptedException {
        time(what, goal, HttpRequest.newBuilder(lab.at(path)));
    }

    private void time(String what, int goal, HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpRequest asked = request.header("Authorization", lab.bearer())
                .header("Accept-Encoding", "gzip")
                .build();
        double[] ms = new double[REQUESTS];
        long bytes = 0;
        for (int i = -WARM; i < REQUESTS; i++) {
            long begin = System.nanoTime();
            HttpResponse<byte[]> response = http.send(asked, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IOException(what + " answered " + response.statusCode());
            }
            if (i >= 0) {
                ms[i] = (System.nanoTime() - begin) / 1e6;
                bytes += response.body().length;
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%s: %s (goal %d ms), %.0f kB on the wire%n",
                what,
                new Quantiles(ms).line("ms"),
                goal,
                bytes / 1e3 / REQUESTS);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
