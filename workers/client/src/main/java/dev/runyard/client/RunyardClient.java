package dev.runyard.client;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A lab that takes runs of any program.
 *
 * <pre>{@code
 * try (LoggedRun run = RunyardClient.ofEnvironment().start("mnist", "baseline")) {
 *     run.param("lr", 0.1);
 *     run.metric("train/loss", loss, step);
 *     run.file("model.safetensors", path);
 * }
 * }</pre>
 */
public final class RunyardClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration TRANSFER = Duration.ofHours(1);
    private static final String API = "api/2.0/mlflow";

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final URI base;
    private final @Nullable String token;
    private final Map<String, String> environment;

    private RunyardClient(URI base, @Nullable String token, Map<String, String> environment) {
        this.base = URI.create(base.toString().replaceFirst("/*$", "/"));
        this.token = token;
        this.environment = environment;
    }

    /** The lab refused: trying again would not help. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /** By {@code RUNYARD_URL} and {@code RUNYARD_TOKEN}, or {@code MLFLOW_TRACKING_URI} and {@code MLFLOW_TRACKING_TOKEN}. */
    public static RunyardClient ofEnvironment() {
        return of(System.getenv());
    }

    static RunyardClient of(Map<String, String> environment) {
        String url = first(environment, "RUNYARD_URL", "MLFLOW_TRACKING_URI").orElse("http://127.0.0.1:8080");
        String token =
                first(environment, "RUNYARD_TOKEN", "MLFLOW_TRACKING_TOKEN").orElse(null);
        return new RunyardClient(URI.create(url), token, environment);
    }

    public static RunyardClient at(URI url, @Nullable String token) {
        return new RunyardClient(url, token, Map.of());
    }

    /**
     * A new run of an experiment, which is made if it is new; or the one that the environment names ({@code RUNYARD_RUN_ID}, {@code
     * MLFLOW_RUN_ID}), as it does inside a run that the lab started.
     *
     * @throws Refused by the lab
     * @throws IOException where it does not answer
     */
    public LoggedRun start(String experiment, String name) throws IOException {
        Optional<String> known = first(environment, "RUNYARD_RUN_ID", "MLFLOW_RUN_ID");
        if (known.isPresent()) {
            return resume(known.get());
        }
        String id;
        try {
            id = field("experiment_id", get("/experiments/get-by-name?experiment_name=" + encode(experiment)));
        } catch (Refused e) {
            id = field("experiment_id", post("/experiments/create", "{\"name\":" + Json.text(experiment) + "}"));
        }
        String made = post(
                "/runs/create",
                "{\"experiment_id\":" + Json.text(id) + ",\"run_name\":" + Json.text(name) + ",\"start_time\":"
                        + System.currentTimeMillis() + "}");
        return new LoggedRun(this, field("run_id", made), true);
    }

    /** Goes on in a run; its end is for whoever began it to say. */
    public LoggedRun resume(String run) {
        return new LoggedRun(this, run, false);
    }

    /** The step that this attempt goes on from, where the lab says so ({@code RUNYARD_RESUME_STEP}). */
    Optional<Long> resumeStep() {
        return first(environment, "RUNYARD_RESUME_STEP").map(Long::valueOf);
    }

    String post(String path, String json) throws IOException {
        return send(request(API + path)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    void put(String run, String path, Path file) throws IOException {
        StringBuilder address = new StringBuilder(API + "-artifacts/artifacts/0/" + run + "/artifacts");
        for (String part : path.split("/", -1)) {
            address.append('/').append(encode(part));
        }
        send(request(address.toString())
                .timeout(TRANSFER)
                .header("Content-Type", "application/octet-stream")
                .PUT(HttpRequest.BodyPublishers.ofFile(file)));
    }

    private String get(String path) throws IOException {
        return send(request(API + path).timeout(TIMEOUT).GET());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return request;
    }

    private String send(HttpRequest.Builder request) throws IOException {
        HttpResponse<String> answer;
        try {
            answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        int status = answer.statusCode();
        if (status == 200) {
            return answer.body();
        }
        String said = status + " of " + base + ": " + answer.body();
        throw status >= 500 || status == 408 || status == 429 ? new IOException(said) : new Refused(said);
    }

    /** Answers are read for an id and nothing else. */
    private static String field(String name, String json) throws IOException {
        Matcher field =
                Pattern.compile('"' + name + "\"\\s*:\\s*\"([^\"\\\\]+)\"").matcher(json);
        if (!field.find()) {
            throw new IOException("the answer has no " + name + "; is that a Runyard lab?");
        }
        return field.group(1);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Optional<String> first(Map<String, String> environment, String... names) {
        for (String name : names) {
            String value = environment.get(name);
            if (value != null && !value.isBlank()) {
                return Optional.of(value.strip());
            }
        }
        return Optional.empty();
    }
}
