package dev.runyard.e2e.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a tracking client feels, by MLflow's protocol: the same requests to this lab and to MLflow 3.17 on the same Postgres, one after the
 * other. Goals, as times MLflow's: 15 × runs/s, 10 × and 8 × points/s in batches of 1,000 and 10, a 20th of a search's and a page's time, 20 × points read.
 *
 * <p>Arguments: {@code --seconds N} (5) of each rate; {@code --mlflow FOLDER} of a virtual environment with {@code mlflow==3.17.2} and {@code psycopg2-binary}
 * (installed where they are missing); {@code --alone true} without MLflow.
 */
public final class TrackBench {
    private static final int RUNS = 2_000;
    private static final int HISTORY = 50_000;
    private static final int SEARCHES = 9;
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String CREATE = "create a run with 16 values, 8 clients, runs/s";
    private static final String THOUSANDS = "points in batches of 1,000, 4 clients, points/s";
    private static final String TENS = "points in batches of 10, 4 clients, points/s";
    private static final String SEARCH = "search by metric and param, 2,000 runs, p50 ms";
    private static final String PAGE = "page of 1,000 runs with all values, p50 ms";
    private static final String READ = "points read of a curve of 50,000, points/s";

    /** How many times MLflow's, in the order in which they are measured. */
    private static final Map<String, Double> GOALS = new LinkedHashMap<>();

    static {
        GOALS.put(CREATE, 15.0);
        GOALS.put(THOUSANDS, 10.0);
        GOALS.put(TENS, 8.0);
        GOALS.put(SEARCH, 20.0);
        GOALS.put(PAGE, 20.0);
        GOALS.put(READ, 20.0);
    }

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String name;
    private final URI base;
    private final @Nullable String bearer;
    private final int seconds;
    private final Map<String, Double> figures = new LinkedHashMap<>();

    private TrackBench(String name, URI base, @Nullable String bearer, int seconds) {
        this.name = name;
        this.base = base;
        this.bearer = bearer;
        this.seconds = seconds;
    }

    public static void main(String[] given) throws Exception {
        Arguments arguments = Arguments.of(given, List.of("seconds", "mlflow", "alone"));
        int seconds = arguments.count("seconds", 5);
        try (BenchLab lab = BenchLab.open(new String[0])) {
            TrackBench ours = new TrackBench("runyard", lab.at("/"), lab.bearer(), seconds);
            ours.measure();
            if (Boolean.parseBoolean(arguments.text("alone", "false"))) {
                return;
            }
            try (MlflowServer server = MlflowServer.start(lab, arguments)) {
                TrackBench theirs = new TrackBench("mlflow", server.url(), null, seconds);
                theirs.measure();
                GOALS.forEach((what, goal) -> {
                    double own = ours.figures.getOrDefault(what, Double.NaN);
                    double other = theirs.figures.getOrDefault(what, Double.NaN);
                    double times = what.endsWith("ms") ? other / own : own / other;
                    System.out.printf(
                            Locale.ROOT,
                            "%-50s runyard %10.1f   mlflow %10.1f   %6.1f x (goal %.0f x)%s%n",
                            what,
                            own,
                            other,
                            times,
                            goal,
                            times >= goal ? "" : " MISSED");
                });
            }
        }
    }

    private void measure() throws Exception {
        String experiment = post("experiments/create", "{\"name\": \"bench-" + System.nanoTime() + "\"}")
                .path("experiment_id")
                .asText();
        figure(CREATE, rate(8, client -> () -> createRun(experiment, client)));
        figure(THOUSANDS, 1_000 * rate(4, client -> points(experiment, 1_000)));
        figure(TENS, 10 * rate(4, client -> points(experiment, 10)));
        String searched = post("experiments/create", "{\"name\": \"searched-" + System.nanoTime() + "\"}")
                .path("experiment_id")
                .asText();
        fill(searched);
        String where = "{\"experiment_ids\": [\"" + searched + "\"], \"max_results\": ";
        figure(
                SEARCH,
                median(
                        () -> post(
                                "runs/search",
                                where
                                        + "10, \"filter\": \"metrics.m3 > 0.9 and params.p1 = 'v7'\", \"order_by\": [\"metrics.m1 DESC\"]}")));
        figure(PAGE, median(() -> post("runs/search", where + "1000}")));
        figure(READ, HISTORY * 1_000 / median(history(experiment)));
    }

    private void figure(String what, double value) {
        figures.put(what, value);
        System.out.printf(Locale.ROOT, "%s: %s %.1f%n", name, what, value);
    }

    private interface Work {
        void once() throws IOException, InterruptedException;
    }

    private interface Works {
        Work of(int client) throws IOException, InterruptedException;
    }

    /** How often a second, all clients together. */
    private double rate(int clients, Works works) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(clients);
        try {
            List<Work> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                all.add(works.of(i));
            }
            for (Work work : all) {
                work.once();
            }
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            List<Callable<Long>> loops = all.stream()
                    .<Callable<Long>>map(work -> () -> {
                        long done = 0;
                        while (System.nanoTime() < end) {
                            work.once();
                            done++;
                        }
                        return done;
                    })
                    .toList();
            long begin = System.nanoTime();
            long done = 0;
            for (Future<Long> one : pool.invokeAll(loops)) {
                done += one.get();
            }
            return done * 1e9 / (System.nanoTime() - begin);
        } finally {
            pool.shutdown();
        }
    }

    private double median(Work work) throws IOException, InterruptedException {
        work.once();
        double[] times = new double[SEARCHES];
        for (int i = 0; i < SEARCHES; i++) {
            long begin = System.nanoTime();
            work.once();
            times[i] = (System.nanoTime() - begin) / 1e6;
        }
        return new Quantiles(times).at(0.5);
    }

    private void createRun(String experiment, int client) throws IOException, InterruptedException {
        String run = run(experiment);
        post("runs/log-batch", "{\"run_id\": \"" + run + "\", " + values(client) + "}");
    }

    private static String values(int i) {
        String metrics = IntStream.range(0, 10)
                .mapToObj(k -> metric("m" + k, (i * 7 + k * 13) % 100 / 100.0, 0))
                .collect(Collectors.joining(","));
        String params = IntStream.range(0, 6)
                .mapToObj(k -> "{\"key\": \"p" + k + "\", \"value\": \"v" + (i + k) % 20 + "\"}")
                .collect(Collectors.joining(","));
        return "\"metrics\": [" + metrics + "], \"params\": [" + params + "], \"tags\": []";
    }

    private static String metric(String key, double value, long step) {
        return "{\"key\": \"" + key + "\", \"value\": " + value + ", \"timestamp\": " + (1_764_190_000_000L + step)
                + ", \"step\": " + step + "}";
    }

    private Work points(String experiment, int batch) throws IOException, InterruptedException {
        String run = run(experiment);
        long[] step = {0};
        return () -> {
            long from = step[0];
            step[0] += batch;
            send(run, from, batch);
        };
    }

    private void send(String run, long from, int count) throws IOException, InterruptedException {
        StringBuilder body = new StringBuilder("{\"run_id\": \"" + run + "\", \"metrics\": [");
        for (int i = 0; i < count; i++) {
            body.append(i == 0 ? "" : ",").append(metric("loss", 1.0 / (from + i + 1), from + i));
        }
        post("runs/log-batch", body.append("], \"params\": [], \"tags\": []}").toString());
    }

    private void fill(String experiment) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Integer>> runs = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                int n = i;
                runs.add(() -> {
                    createRun(experiment, n);
                    return n;
                });
            }
            for (Future<Integer> one : pool.invokeAll(runs)) {
                one.get();
            }
        } finally {
            pool.shutdown();
        }
    }

    private Work history(String experiment) throws IOException, InterruptedException {
        String run = run(experiment);
        for (int from = 0; from < HISTORY; from += 1_000) {
            send(run, from, 1_000);
        }
        return () -> {
            String token = "";
            int read = 0;
            do {
                JsonNode page = get("metrics/get-history?run_id=" + run + "&metric_key=loss&max_results=25000"
                        + (token.isEmpty() ? "" : "&page_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8)));
                read += page.path("metrics").size();
                token = page.path("next_page_token").asText("");
            } while (!token.isEmpty());
            if (read != HISTORY) {
                throw new IOException(read + " points of " + HISTORY);
            }
        };
    }

    private String run(String experiment) throws IOException, InterruptedException {
        return post(
                        "runs/create",
                        "{\"experiment_id\": \"" + experiment + "\", \"start_time\": 1764190000000, \"tags\": []}")
                .path("run")
                .path("info")
                .path("run_id")
                .asText();
    }

    private JsonNode post(String path, String body) throws IOException, InterruptedException {
        return sent(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return sent(request(path).GET());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve("/api/2.0/mlflow/" + path)).timeout(Duration.ofMinutes(2));
        return bearer == null ? request : request.header("Authorization", bearer);
    }

    private JsonNode sent(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(name + " answers " + answer.statusCode() + ": " + answer.body());
        }
        return JSON.readTree(answer.body());
    }
}
