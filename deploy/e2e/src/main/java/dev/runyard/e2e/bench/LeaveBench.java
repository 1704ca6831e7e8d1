package dev.runyard.e2e.bench;

import dev.runyard.e2e.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long it takes to leave: a project of 10,000 runs with 20 metrics of 100 points each is exported, read into an empty lab, and exported
 * there again, which has to be equal to the byte. Goal: 3 minutes each way.
 *
 * <p>Arguments: {@code --runs N} (10,000), {@code --metrics N} (20), {@code --points N} (100). Needs about 100 bytes of disk a point.
 */
public final class LeaveBench {
    private static final double GOAL_SECONDS = 180;
    private static final Duration WITHIN = Duration.ofHours(2);

    private static final String RUNS = """
            insert into run (id, project_id, experiment_id, name, state, attempt, spec, spec_hash, created_at, created_by, epochs, started_at, ended_at)
            select md5('leave-' || i)::uuid, e.project_id, e.id, 'run ' || i, 'FINISHED', 1, cast(? as jsonb), '',
              timestamptz '2026-01-01 00:00:00Z' + make_interval(secs => i), 'bench', 1, now(), now()
            from generate_series(1, ?) i, experiment e where e.name = 'leave'""";

    private static final String KEYS = """
            insert into metric_key (key, lower_is_better)
            select 'leave/m' || i, false from generate_series(1, ?) i on conflict do nothing""";

    private static final String POINTS = """
            insert into metric_point (run_id, step, time, value, key_id, attempt)
            select r.id, s, 1700000000000000 + s * 20000::bigint, random(), k.id, 1
            from run r cross join metric_key k cross join generate_series(0, ? - 1) s
            where r.name like 'run %' and k.key like 'leave/%' order by r.id, k.id, s""";

    private static final String BLOCKS = """
            insert into metric_block (run_id, key_id, block, first_step, first_time, first, last_step, last_time, last, min, max, count, non_finite)
            select run_id, key_id, step >> 6, min(step), min(time), (array_agg(value order by step))[1], max(step), max(time),
              (array_agg(value order by step desc))[1], min(value), max(value), count(*), 0
            from metric_point group by run_id, key_id, step >> 6""";

    private static final String SUMMARIES = """
            insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best, best_step, lower_is_better)
            select run_id, key_id, sum(count), 0, max(last_step), max(last_time), max(last), min(min), max(max), max(max), 0, false
            from metric_block group by run_id, key_id""";

    private LeaveBench() {}

    public static void main(String[] given) throws Exception {
        Arguments arguments = Arguments.of(given, List.of("runs", "metrics", "points"));
        int runs = arguments.count("runs", 10_000);
        int metrics = arguments.count("metrics", 20);
        int points = arguments.count("points", 100);
        Path folder = Files.createTempDirectory("runyard-leave");
        Path out = folder.resolve("out");
        Path again = folder.resolve("again");
        System.out.printf(Locale.ROOT, "%,d runs x %d metrics x %d points%n", runs, metrics, points);
        double left;
        try (LabProcess lab = LabProcess.start(folder.resolve("one"), Map.of("RUNYARD_WORKERS", "0"))) {
            fill(lab, runs, metrics, points);
            left = typed(lab, "export", "--out", out.toString());
        }
        double came;
        try (LabProcess lab = LabProcess.start(folder.resolve("other"), Map.of("RUNYARD_WORKERS", "0"))) {
            came = typed(lab, "import", "project", out.toString());
            typed(lab, "export", "--out", again.toString());
        }
        long differs = Files.mismatch(out.resolve("project.jsonl"), again.resolve("project.jsonl"));
        figure("export", left);
        figure("import", came);
        System.out.printf(
                Locale.ROOT,
                "%,d bytes of lines; exported again: %s%n",
                Files.size(out.resolve("project.jsonl")),
                differs < 0 ? "equal" : "DIFFERS at byte " + differs);
        System.exit(differs < 0 ? 0 : 1);
    }

    private static void figure(String what, double seconds) {
        System.out.printf(
                Locale.ROOT,
                "%s: %.1f s (goal %.0f s)%s%n",
                what,
                seconds,
                GOAL_SECONDS,
                seconds <= GOAL_SECONDS ? "" : " MISSED");
    }

    private static void fill(LabProcess lab, int runs, int metrics, int points)
            throws IOException, InterruptedException, SQLException {
        long begin = System.nanoTime();
        try (BenchLab rows = BenchLab.open(new String[] {lab.home().toString()})) {
            rows.experiment("leave");
            rows.update(RUNS, BenchLab.SPEC, runs);
            rows.update(KEYS, metrics);
            rows.update(POINTS, points);
            rows.update(BLOCKS);
            rows.update(SUMMARIES);
            rows.execute("vacuum analyze");
        }
        System.out.printf(Locale.ROOT, "filled in %.0f s%n", (System.nanoTime() - begin) / 1e9);
    }

    /** @return seconds */
    private static double typed(LabProcess lab, String... command) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        LabProcess.Result done = LabProcess.run(lab.command(command), WITHIN);
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (done.exit() != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + done.exit() + ": " + done.err());
        }
        System.out.print(done.out());
        return seconds;
    }
}
