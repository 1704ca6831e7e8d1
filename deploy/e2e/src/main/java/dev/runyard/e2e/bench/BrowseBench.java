package dev.runyard.e2e.bench;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;

/**
 * What a page asks for. Goals: a page of 100 runs out of 100,000, filtered and sorted by a metric, p95 at most 100 ms; one curve of
 * 1,000,000 points p95 at most 300 ms.
 *
 * <p>Argument: the home of a running lab; without one a lab of its own is started.
 */
public final class BrowseBench {
    private static final int RUNS = 100_000;
    private static final int POINTS = 1_000_000;
    private static final int REQUESTS = 200;

    private final BenchLab lab;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private BrowseBench(BenchLab lab) {
        this.lab = lab;
    }

    public static void main(String[] arguments) throws Exception {
        try (BenchLab lab = BenchLab.open(arguments)) {
            BrowseBench bench = new BrowseBench(lab);
            bench.curves();
            bench.pages();
        }
    }

    private void curves() throws Exception {
        UUID run = lab.heldRun("curve");
        PointSender sender = new PointSender(lab, run, 1);
        for (int n = 0; n < POINTS / PointSender.BATCH; n++) {
            sender.send(n);
        }
        lab.release(run);
        String path = "/api/v1/runs/" + run + "/metrics/history?buckets=800&key=" + encode("bench/0");
        time("curve of 1,000,000 points, whole", i -> path);
        Random random = new Random(1);
        time("curve of 1,000,000 points, zoomed at random", i -> {
            int width = 1_000 << random.nextInt(9);
            int from = random.nextInt(POINTS - width);
            return path + "&from=" + from + "&to=" + (from + width);
        });
    }

    private void pages() throws Exception {
        rows();
        String all = "/api/v1/runs?limit=100&experiment=bench-browse";
        String few = "&filter=" + encode("params.method.prompts = 4");
        String good = "&filter=" + encode("metrics.val/top1.best >= 60");
        time("runs page, newest", i -> all);
        time("runs page, sorted by metric", i -> all + "&sort=-metrics.val/top1.best");
        time("runs page, filtered by parameter, sorted by metric", i -> all + few + "&sort=-metrics.val/top1.best");
        time("runs page, filtered by metric, sorted by another", i -> all + good + "&sort=metrics.train/loss.last");
    }

    /**
     * Finished runs with two parameters and four metrics each. All metrics of a run have the same value, so a filter that wants large
     * ones opposes a sort that begins with small ones: the worst case for both. Drawn by the run's id, since Postgres draws once for all
     * rows that are alike in what the subquery names.
     */
    private void rows() throws SQLException {
        lab.experiment("bench-browse");
        lab.update("insert into metric_key (key, lower_is_better) values ('val/top1', false), ('val/loss', true),"
                + " ('train/top1', false), ('train/loss', true) on conflict do nothing");
        lab.update(
                "insert into run (id, project_id, experiment_id, name, state, attempt, spec, spec_hash, params, created_at,"
                        + " created_by, epochs, started_at, ended_at)"
                        + " select gen_random_uuid(), e.project_id, e.id, 'run-' || i, 'FINISHED', 1, cast(? as jsonb), '',"
                        + " jsonb_build_object('method.prompts', (array[1, 4, 16])[1 + i % 3], 'seed', i),"
                        + " now() - make_interval(secs => i), 'bench', 1, now(), now()"
                        + " from experiment e, generate_series(1, ?) i where e.name = 'bench-browse'",
                BenchLab.SPEC, RUNS);
        lab.update("insert into config_layout values (md5('bench-browse')::uuid, array['method.prompts', 'seed'])"
                + " on conflict do nothing");
        lab.update("insert into run_config select r.id, md5('bench-browse')::uuid,"
                + " array[r.params ->> 'method.prompts', r.params ->> 'seed'] from run r join experiment e on e.id = r.experiment_id"
                + " where e.name = 'bench-browse'");
        lab.update(
                "insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best,"
                        + " best_step, lower_is_better)"
                        + " select r.id, k.id, 1000, 0, 999, 0, v, v, v, v, 999, k.lower_is_better"
                        + " from run r join experiment e on e.id = r.experiment_id and e.name = 'bench-browse'"
                        + " cross join metric_key k cross join lateral (select 100 * random() as v where r.id is not null) x"
                        + " where k.key in ('val/top1', 'val/loss', 'train/top1', 'train/loss')");
        lab.execute("vacuum analyze run");
        lab.execute("vacuum analyze run_config");
        lab.execute("vacuum analyze metric_summary");
    }

    private interface Path {
        String of(int i);
    }

    private void time(String what, Path path) throws IOException, InterruptedException {
        double[] ms = new double[REQUESTS];
        long bytes = 0;
        for (int i = -20; i < REQUESTS; i++) {
            HttpRequest request = HttpRequest.newBuilder(lab.at(path.of(i)))
                    .header("Authorization", lab.bearer())
                    .build();
            long begin = System.nanoTime();
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException("answered " + response.statusCode() + ": " + response.body());
            }
            if (i >= 0) {
                ms[i] = (System.nanoTime() - begin) / 1e6;
                bytes += response.body().length();
            }
        }
        System.out.printf(
                Locale.ROOT, "%s: %s, %.0f kB each%n", what, new Quantiles(ms).line("ms"), bytes / 1e3 / REQUESTS);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
