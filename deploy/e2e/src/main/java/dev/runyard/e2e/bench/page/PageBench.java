package dev.runyard.e2e.bench.page;

import dev.runyard.e2e.bench.Arguments;
import dev.runyard.e2e.bench.BenchLab;
import dev.runyard.e2e.bench.Quantiles;
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
 * paint, sort, filter, groups, scrolling, curves, a smoothing step, a run with 200 metrics, requests while 20 runs train, and back to live
 * after a restart ({@code deploy/e2e/browser/figures.mjs}).
 *
 * <p>{@code --home}: that of a running lab, which is filled unless it is already; without it a lab of its own is started. {@code --only}:
 * some of the parts. {@code --throttle 4}: the browser's processor is made so many times slower.
 */
public final class PageBench {
    private static final String LIVE = "quiet";
    private static final List<String> PARTS = List.of("api", "runs", "scroll", "charts", "keys", LIVE, "restart");
    private static final int REQUESTS = 20;
    private static final int WARM = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    private final BenchLab lab;
    private final PageLab page;
    private final int throttle;
    private final StringBuilder notMeasured = new StringBuilder();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private PageBench(BenchLab lab, PageLab page, int throttle) {
        this.lab = lab;
        this.page = page;
        this.throttle = throttle;
    }

    public static void main(String[] given) throws Exception {
        Arguments arguments = Arguments.of(given, List.of("home", "only", "throttle"));
        List<String> parts =
                List.of(arguments.text("only", String.join(",", PARTS)).split(","));
        if (!PARTS.containsAll(parts)) {
            throw new IllegalArgumentException(
                    "--only " + String.join(",", parts) + ": must be some of " + String.join(",", PARTS));
        }
        String home = arguments.text("home", "");
        try (BenchLab lab = BenchLab.open(home.isEmpty() ? new String[0] : new String[] {home})) {
            PageBench bench = new PageBench(lab, PageLab.of(lab), arguments.count("throttle", 1));
            if (parts.contains("api")) {
                bench.firsts();
                bench.lists();
                bench.curves();
            }
            bench.browser(parts.stream().filter(part -> !part.equals("api")).toList());
        }
    }

    /** What is kept afterwards, and so is slow once at most. */
    private void firsts() throws IOException, InterruptedException {
        once("keys of the lab, first answer", 150, "/api/v1/keys");
        once("keys of an experiment, first answer", 150, "/api/v1/keys?experiment=page-1");
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

    private void curves() throws IOException, InterruptedException {
        String pairs = page.longCurves().stream()
                .map(run -> "{\"run\": \"" + run + "\", \"key\": \"val/top1\"}")
                .collect(Collectors.joining(", "));
        time(
                page.longCurves().size() + " curves of " + PageLab.POINTS + " points in one request",
                400,
                HttpRequest.newBuilder(lab.at("/api/v1/metrics/series"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"series\": [" + pairs + "], \"buckets\": 400}")));
    }

    private void browser(List<String> parts) throws IOException, InterruptedException, SQLException {
        if (parts.isEmpty()) {
            return;
        }
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
        figures(
                folder,
                chromium.get(),
                parts.stream().filter(part -> !part.equals(LIVE)).toList());
        if (parts.contains(LIVE)) {
            try (PageTrainings training = new PageTrainings(lab)) {
                training.begin();
                figures(folder, chromium.get(), List.of(LIVE));
            }
        }
        if (!notMeasured.isEmpty()) {
            throw new IOException("not all of the page could be measured:" + notMeasured);
        }
    }

    private void figures(Path folder, Path chromium, List<String> parts) throws IOException, InterruptedException {
        if (parts.isEmpty()) {
            return;
        }
        ProcessBuilder figures = new ProcessBuilder("node", "figures.mjs").directory(folder.toFile());
        figures.command().addAll(parts);
        figures.environment().put("THROTTLE", Integer.toString(throttle));
        figures.environment().put("LAB_URL", lab.at("").toString());
        figures.environment().put("LAB_TOKEN", lab.bearer().substring("Bearer ".length()));
        figures.environment().put("CHROMIUM", chromium.toString());
        figures.environment().put("MANY_KEYS", page.manyKeys().toString());
        figures.environment()
                .put("CURVES", page.longCurves().stream().map(UUID::toString).collect(Collectors.joining(",")));
        LabProcess.Result measured = LabProcess.run(figures, PATIENCE);
        System.out.print(measured.out());
        if (measured.exit() != 0) {
            notMeasured.append(' ').append(String.join(",", parts)).append(measured.err());
        }
    }

    private void once(String what, int goal, String path) throws IOException, InterruptedException {
        HttpRequest asked = HttpRequest.newBuilder(lab.at(path))
                .header("Authorization", lab.bearer())
                .build();
        long begin = System.nanoTime();
        int status = http.send(asked, HttpResponse.BodyHandlers.ofByteArray()).statusCode();
        if (status != 200) {
            throw new IOException(what + " answered " + status);
        }
        System.out.printf(Locale.ROOT, "%s: %.0f ms (goal %d ms)%n", what, (System.nanoTime() - begin) / 1e6, goal);
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
                "%s: %s (goal %d ms, %s), %.0f kB on the wire%n",
                what,
                new Quantiles(ms).line("ms"),
                goal,
                new Quantiles(ms).at(0.5) <= goal ? "hit" : "miss",
                bytes / 1e3 / REQUESTS);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
