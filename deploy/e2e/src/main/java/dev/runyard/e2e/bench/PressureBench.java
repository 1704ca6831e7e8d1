package dev.runyard.e2e.bench;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What may not hurt: {@code GET /runs?limit=1000} over runs of 1,000 metrics each (goals: at most 2 MB, 300 ms), and 500 sockets that
 * send one byte of a body (goal: health within 1 s throughout).
 *
 * <p>Argument: the home of a running lab; without one a lab of its own is started.
 */
public final class PressureBench {
    private static final int RUNS = 1_000;
    private static final int METRICS = 1_000;
    private static final int SOCKETS = 500;

    private PressureBench() {}

    public static void main(String[] arguments) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        try (BenchLab lab = BenchLab.open(arguments)) {
            wideList(lab, http);
            slowBodies(lab, http);
        }
    }

    private static void wideList(BenchLab lab, HttpClient http) throws Exception {
        lab.experiment("bench-wide");
        lab.update(
                "insert into run (id, project_id, experiment_id, name, state, attempt, spec, spec_hash, created_by, epochs,"
                        + " started_at, ended_at) select gen_random_uuid(), e.project_id, e.id, 'wide ' || i, 'FINISHED', 1,"
                        + " cast(? as jsonb), '', 'bench', 1, now(), now()"
                        + " from experiment e, generate_series(1, " + RUNS + ") i where e.name = 'bench-wide'",
                BenchLab.SPEC);
        lab.update("insert into metric_key (key, lower_is_better) select 'wide/' || i, false from generate_series(1, "
                + METRICS + ") i on conflict do nothing");
        lab.update(
                "insert into metric_summary (run_id, key_id, count, non_finite, last_step, last_time, last, min, max, best,"
                        + " best_step, lower_is_better) select r.id, k.id, 1, 0, 1, 1, random(), 0, 1, 1, 1, false"
                        + " from run r join experiment e on e.id = r.experiment_id, metric_key k"
                        + " where e.name = 'bench-wide' and k.key like 'wide/%'");
        lab.execute("vacuum analyze metric_summary");
        lab.execute("vacuum analyze run");
        double[] times = new double[30];
        int bytes = 0;
        for (int i = -5; i < times.length; i++) {
            HttpRequest request = lab.request("/api/v1/runs?experiment=bench-wide&limit=1000")
                    .GET()
                    .build();
            long begin = System.nanoTime();
            HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("GET /runs answered " + answer.statusCode());
            }
            if (i >= 0) {
                times[i] = (System.nanoTime() - begin) / 1e6;
            }
            bytes = answer.body().length;
        }
        System.out.printf(
                Locale.ROOT,
                "GET /runs?limit=1000 over %d runs of %d metrics: %d bytes, %s%n",
                RUNS,
                METRICS,
                bytes,
                new Quantiles(times).line("ms"));
    }

    private static void slowBodies(BenchLab lab, HttpClient http) throws Exception {
        String host = lab.at("/").getHost();
        int port = lab.at("/").getPort();
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < SOCKETS; i++) {
                slow.add(unfinished(lab, host, port));
            }
            List<Double> times = new ArrayList<>();
            long end = System.nanoTime() + 20_000_000_000L;
            while (System.nanoTime() < end) {
                long begin = System.nanoTime();
                HttpResponse<byte[]> answer = http.send(
                        HttpRequest.newBuilder(lab.at("/q/health/ready")).GET().build(),
                        HttpResponse.BodyHandlers.ofByteArray());
                times.add((System.nanoTime() - begin) / 1e6);
                if (answer.statusCode() != 200) {
                    throw new IllegalStateException("health answered " + answer.statusCode());
                }
                Thread.sleep(20);
            }
            System.out.printf(
                    Locale.ROOT,
                    "health while %d bodies do not end: %s%n",
                    SOCKETS,
                    new Quantiles(times.stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray())
                            .line("ms"));
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static Socket unfinished(BenchLab lab, String host, int port) throws IOException {
        Socket socket = new Socket(host, port);
        StringBuilder head = new StringBuilder("POST /api/v1/runs HTTP/1.1\r\nHost: " + host + ":" + port + "\r\n");
        lab.request("/api/v1/runs")
                .build()
                .headers()
                .map()
                .forEach((name, values) -> values.forEach(
                        value -> head.append(name).append(": ").append(value).append("\r\n")));
        head.append("Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
        socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }
}
