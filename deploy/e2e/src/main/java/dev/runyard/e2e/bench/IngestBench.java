package dev.runyard.e2e.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Metric ingest over HTTP in batches of 1,000 points, client, service and Postgres on one machine, fsync on. Goals: at least
 * 20,000 points/s; a repeated batch costs at most 1.2 times as much after 1,000,000 rows as after 10,000.
 *
 * <p>Argument: the home of a running lab; without one a lab of its own is started.
 */
public final class IngestBench {
    private static final int SECONDS = 20;
    private static final int REPEATS = 200;

    private IngestBench() {}

    public static void main(String[] arguments) throws Exception {
        try (BenchLab lab = BenchLab.open(arguments)) {
            rate(lab, 4, 5, false);
            rate(lab, 1, SECONDS, true);
            rate(lab, 4, SECONDS, true);
            repeated(lab);
        }
    }

    /** Each client has a run of its own and sends as fast as it is answered. */
    private static void rate(BenchLab lab, int clients, int seconds, boolean shown) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(clients);
        List<UUID> runs = new ArrayList<>();
        try {
            List<Callable<List<Double>>> loops = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                UUID run = lab.heldRun("ingest-" + i);
                runs.add(run);
                PointSender sender = new PointSender(lab, run, 10);
                loops.add(() -> loop(sender, seconds));
            }
            long begin = System.nanoTime();
            List<Double> times = new ArrayList<>();
            for (Future<List<Double>> one : pool.invokeAll(loops)) {
                times.addAll(one.get());
            }
            double took = (System.nanoTime() - begin) / 1e9;
            if (shown) {
                System.out.printf(
                        Locale.ROOT,
                        "ingest, %d client(s), batches of %d: %.0f points/s; a batch %s%n",
                        clients,
                        PointSender.BATCH,
                        times.size() * PointSender.BATCH / took,
                        new Quantiles(doubles(times)).line("ms"));
            }
        } finally {
            pool.shutdown();
            for (UUID run : runs) {
                lab.release(run);
            }
        }
    }

    private static List<Double> loop(PointSender sender, int seconds) throws IOException, InterruptedException {
        List<Double> times = new ArrayList<>();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        for (int n = 0; System.nanoTime() < end; n++) {
            times.add(sender.send(n));
        }
        return times;
    }

    private static void repeated(BenchLab lab) throws Exception {
        UUID small = lab.heldRun("repeated-10k");
        UUID large = lab.heldRun("repeated-1m");
        PointSender few = new PointSender(lab, small, 10);
        PointSender many = new PointSender(lab, large, 10);
        for (int n = 0; n < 10; n++) {
            few.send(n);
        }
        for (int n = 0; n < 1_000; n++) {
            many.send(n);
        }
        // Taking turns, so that whatever else the machine does meets both.
        double[] after10k = new double[REPEATS];
        double[] after1m = new double[REPEATS];
        for (int i = -20; i < REPEATS; i++) {
            double a = few.send(Math.floorMod(i, 10));
            double b = many.send(Math.floorMod(i * 379, 1_000));
            if (i >= 0) {
                after10k[i] = a;
                after1m[i] = b;
            }
        }
        Quantiles a = new Quantiles(after10k);
        Quantiles b = new Quantiles(after1m);
        System.out.println("repeated batch after 10,000 rows: " + a.line("ms"));
        System.out.println("repeated batch after 1,000,000 rows: " + b.line("ms"));
        System.out.printf(Locale.ROOT, "ratio of medians: %.2f%n", b.at(0.5) / a.at(0.5));
        lab.release(small);
        lab.release(large);
    }

    private static double[] doubles(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
