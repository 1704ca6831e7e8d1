package dev.runyard.e2e.bench;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * 200 held runs, one heartbeat a second each, over HTTP: processor time of the service and Postgres together. Goal: at most 0.3 core.
 * Linux only, since it reads {@code /proc}.
 *
 * <p>Argument: the home of a running lab; without one a lab of its own is started.
 */
public final class BeatsBench {
    private static final int RUNS = 200;
    private static final int WARM_UP_SECONDS = 20;
    private static final int SECONDS = 60;
    private static final double TICKS_PER_SECOND = 100;

    private BeatsBench() {}

    public static void main(String[] arguments) throws Exception {
        try (BenchLab lab = BenchLab.open(arguments)) {
            List<UUID> runs = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                runs.add(lab.heldRun("beats-" + i));
            }
            ScheduledExecutorService clock = Executors.newScheduledThreadPool(16);
            HttpClient http =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            AtomicLong taken = new AtomicLong();
            AtomicLong refused = new AtomicLong();
            try {
                for (int i = 0; i < RUNS; i++) {
                    UUID run = runs.get(i);
                    String bearer = lab.bearer(run);
                    AtomicLong step = new AtomicLong();
                    clock.scheduleAtFixedRate(
                            () -> beat(lab, http, run, bearer, step.incrementAndGet(), taken, refused),
                            5L * i,
                            1_000,
                            TimeUnit.MILLISECONDS);
                }
                Thread.sleep(1_000L * WARM_UP_SECONDS);
                long beats = taken.get();
                double service = seconds(lab.service());
                double postgres = postgres(lab.postmaster());
                long begin = System.nanoTime();
                Thread.sleep(1_000L * SECONDS);
                double took = (System.nanoTime() - begin) / 1e9;
                service = (seconds(lab.service()) - service) / took;
                postgres = (postgres(lab.postmaster()) - postgres) / took;
                System.out.printf(
                        Locale.ROOT,
                        "%d held runs, %.0f heartbeats/s (%d refused): service %.3f + Postgres %.3f = %.3f core%n",
                        RUNS,
                        (taken.get() - beats) / took,
                        refused.get(),
                        service,
                        postgres,
                        service + postgres);
            } finally {
                clock.shutdownNow();
                clock.awaitTermination(5, TimeUnit.SECONDS);
                for (UUID run : runs) {
                    lab.release(run);
                }
            }
        }
    }

    private static void beat(
            BenchLab lab, HttpClient http, UUID run, String bearer, long step, AtomicLong taken, AtomicLong refused) {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(lab.at("/api/v1/runs/" + run + "/attempts/1/heartbeat"))
                            .header("Authorization", bearer)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"step\":" + step + ",\"epoch\":0,\"steps\":1000000,\"epochs\":1}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            (answer.body().contains("CONTINUE") ? taken : refused).incrementAndGet();
        } catch (IOException e) {
            refused.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The postmaster, what it reaped, and what it runs. */
    private static double postgres(long postmaster) throws IOException {
        double all = ticks(postmaster, 13, 14, 15, 16);
        for (ProcessHandle child :
                ProcessHandle.of(postmaster).orElseThrow().children().toList()) {
            all += child.isAlive() ? ticks(child.pid(), 13, 14) : 0;
        }
        return all;
    }

    private static double seconds(long pid) throws IOException {
        return ticks(pid, 13, 14);
    }

    /** Fields of {@code /proc/PID/stat} by proc(5), counted from 0. */
    private static double ticks(long pid, int... fields) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.UTF_8);
        String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" "); // the first is field 2
        double sum = 0;
        for (int field : fields) {
            sum += Long.parseLong(words[field - 2]) / TICKS_PER_SECOND;
        }
        return sum;
    }
}
