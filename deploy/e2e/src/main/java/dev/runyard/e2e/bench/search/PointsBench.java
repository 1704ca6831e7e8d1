package dev.runyard.e2e.bench.search;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.e2e.bench.Arguments;
import dev.runyard.e2e.bench.BenchLab;
import dev.runyard.e2e.bench.Quantiles;
import dev.runyard.e2e.lab.LabProcess;
import dev.runyard.spec.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Points of an external sweep that 4 clients ask for and tell, a second, over REST and on Postgres: by chance, and by TPE with 1,000 points of history.
 * Goal: 10 times what Optuna does on the same Postgres with 4 processes.
 *
 * <p>{@code --seconds 15}; {@code --home FOLDER} of a running lab; {@code --python FILE}: a Python that has optuna 5.0.0 and psycopg2, asked
 * anew. Without it Optuna's side is what it did on such a machine (33.6 and 15.7 a second).
 */
public final class PointsBench {
    private static final int CLIENTS = 4;
    private static final int HISTORY = 1_000;
    private static final int AT_ONCE = 100;

    private final BenchLab lab;

    private PointsBench(BenchLab lab) {
        this.lab = lab;
    }

    public static void main(String[] given) throws Exception {
        Arguments arguments = Arguments.of(given, List.of("seconds", "home", "python"));
        String home = arguments.text("home", "");
        String python = arguments.text("python", "");
        int seconds = arguments.count("seconds", 15);
        try (BenchLab lab = BenchLab.open(home.isEmpty() ? new String[0] : new String[] {home})) {
            PointsBench bench = new PointsBench(lab);
            System.out.println("sampler history ours/s a-point Optuna's/s ratio verdict");
            for (String kind : List.of("random", "tpe")) {
                int history = kind.equals("tpe") ? HISTORY : 0;
                String sweep = bench.sweep(kind);
                bench.history(sweep, history);
                bench.round(sweep, 3);
                long begin = System.nanoTime();
                List<Double> times = bench.round(sweep, seconds);
                double rate = times.size() / ((System.nanoTime() - begin) / 1e9);
                double optuna = python.isEmpty()
                        ? kind.equals("tpe") ? 15.7 : 33.6
                        : bench.optuna(python, kind, history, seconds);
                System.out.printf(
                        Locale.ROOT,
                        "%s %d %.1f [%s] %.1f%s %.1f %s%n",
                        kind,
                        history,
                        rate,
                        new Quantiles(times.stream()
                                        .mapToDouble(Double::doubleValue)
                                        .toArray())
                                .line("ms"),
                        optuna,
                        python.isEmpty() ? " (stored)" : "",
                        rate / optuna,
                        rate >= 10 * optuna ? "hit" : "MISS");
            }
        }
    }

    private String sweep(String kind) throws IOException, InterruptedException {
        String startup = kind.equals("tpe") ? ",\"startup\":" + HISTORY : "";
        return post(
                        client(),
                        "/api/v1/sweeps",
                        "{\"experiment\":\"bench-points\",\"external\":true,\"base\":{},\"metric\":\"loss\",\"axes\":{"
                                + "\"rate\":{\"logUniform\":[1e-5,1]},\"kind\":[\"sgd\",\"adam\",\"adamw\"],\"n\":{\"integers\":[1,64]}},"
                                + "\"sampler\":{\"kind\":\"" + kind + "\",\"runs\":10000" + startup + "}}",
                        "sweep-" + System.nanoTime())
                .path("id")
                .asText();
    }

    /** Points of chance that were told before it is measured. */
    private void history(String sweep, int points) throws IOException, InterruptedException {
        HttpClient http = client();
        for (int i = 0; i < points; i += AT_ONCE) {
            JsonNode asked = post(
                    http, "/api/v1/sweeps/" + sweep + "/ask", "{\"points\":" + AT_ONCE + "}", "history-" + i + sweep);
            for (JsonNode point : asked.path("points")) {
                tell(http, sweep, point);
            }
        }
    }

    private List<Double> round(String sweep, int seconds) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Callable<List<Double>>> loops = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                loops.add(() -> loop(sweep, seconds));
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

    private List<Double> loop(String sweep, int seconds) throws IOException, InterruptedException {
        HttpClient http = client();
        List<Double> times = new ArrayList<>();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() < end) {
            long begin = System.nanoTime();
            JsonNode asked = post(
                    http,
                    "/api/v1/sweeps/" + sweep + "/ask",
                    "{}",
                    Thread.currentThread().getName() + "-" + begin);
            if (asked.path("points").isEmpty()) {
                break;
            }
            tell(http, sweep, asked.path("points").get(0));
            times.add((System.nanoTime() - begin) / 1e6);
        }
        return times;
    }

    private void tell(HttpClient http, String sweep, JsonNode point) throws IOException, InterruptedException {
        double rate = Math.log10(point.at("/params/rate").doubleValue()) + 2.5;
        double n = (point.at("/params/n").doubleValue() - 16) / 16;
        double kind =
                switch (point.at("/params/kind").textValue()) {
                    case "sgd" -> 0.6;
                    case "adam" -> 0.2;
                    default -> 0;
                };
        post(
                http,
                "/api/v1/sweeps/" + sweep + "/tell",
                "{\"point\":" + point.path("point").asInt() + ",\"value\":" + (rate * rate + kind + n * n) + "}",
                "");
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private JsonNode post(HttpClient http, String path, String body, String key)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = lab.request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", key);
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
        return Json.tree(answer.body());
    }

    /** Trials a second of 4 processes on the lab's own Postgres, in a schema of their own. */
    private double optuna(String python, String kind, int history, int seconds) throws Exception {
        Path script = LabProcess.repositoryRoot().resolve("deploy/e2e/bench/optuna_points.py");
        Process process = new ProcessBuilder(
                        python,
                        script.toString(),
                        lab.database("optuna"),
                        kind,
                        String.valueOf(history),
                        String.valueOf(CLIENTS),
                        String.valueOf(seconds))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String last = "";
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
            }
        }
        if (process.waitFor() != 0) {
            throw new IOException("optuna_points.py ended with " + process.exitValue());
        }
        return Double.parseDouble(last.strip());
    }
}
