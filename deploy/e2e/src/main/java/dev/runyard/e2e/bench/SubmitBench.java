package dev.runyard.e2e.bench;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast runs are queued: {@code POST /runs} by 8 clients, each with an Idempotency-Key of its own, in a lab without a worker.
 * Goals: at least 400/s, p99 at most 100 ms.
 *
 * <p>Argument: the home of a running lab; without one a lab of its own is started.
 */
public final class SubmitBench {
    private static final int CLIENTS = 8;
    private static final int SECONDS = 15;

    private SubmitBench() {}

    public static void main(String[] arguments) throws Exception {
        try (BenchLab lab = BenchLab.open(arguments)) {
            round(lab, 5, "warm");
            long begin = System.nanoTime();
            List<Double> times = round(lab, SECONDS, "measured");
            double took = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "POST /runs, %d clients: %.0f/s; a request %s%n",
                    CLIENTS,
                    times.size() / took,
                    new Quantiles(times.stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray())
                            .line("ms"));
        }
    }

    private static List<Double> round(BenchLab lab, int seconds, String name) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Callable<List<Double>>> loops = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String client = name + "-" + i;
                loops.add(() -> loop(lab, client, seconds));
            }
            List<Double> times = new ArrayList<>();
            for (Future<List<Double>> one : pool.invokeAll(loops)) {
                times.addAll(one.get());
            }
            return times;
        } finally {
            pool.shutdown();
        }
    }

    private static List<Double> loop(BenchLab lab, String client, int seconds) throws Exception {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        String body = "{\"experiment\":\"bench-submit\",\"spec\":" + BenchLab.SPEC + "}";
        List<Double> times = new ArrayList<>();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        for (int n = 0; System.nanoTime() < end; n++) {
            HttpRequest request = lab.request("/api/v1/runs")
                    .header("Content-Type", "application/json")
                    .header("Idempotency-Key", client + "-" + System.nanoTime() + "-" + n)
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            long begin = System.nanoTime();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IllegalStateException(answer.statusCode() + " " + answer.body());
            }
            times.add((System.nanoTime() - begin) / 1e6);
        }
        return times;
    }
}
