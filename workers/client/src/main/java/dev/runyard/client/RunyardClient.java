package dev.runyard.client;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
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
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long PAUSE_MILLIS = 500;
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
        private final int status;

        Refused(int status, String message) {
            super(message);
            this.status = status;
        }

        /** Of HTTP. */
        int status() {
            return status;
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
     * MLFLOW_RUN_ID}), as it does inside a run that the lab started. A lab that does not answer is asked again for 10 s, and makes one run
     * however often it is asked.
     *
     * @throws Refused by the lab
     * @throws IOException where it does not answer
     */
    public LoggedRun start(String experiment, String name) throws IOException {
        Optional<String> known = first(environment, "RUNYARD_RUN_ID", "MLFLOW_RUN_ID");
        if (known.isPresent()) {
            return resume(known.get());
        }
        String key = UUID.randomUUID().toString();
        long begin = System.currentTimeMillis();
        while (true) {
            try {
                String made = send(json(
                                "/runs/create",
                                "{\"experiment_id\":" + Json.text(experiment(experiment)) + ",\"run_name\":"
                                        + Json.text(name) + ",\"start_time\":" + begin + "}")
                        .header("Idempotency-Key", key));
                return new LoggedRun(this, field("run_id", made), true);
            } catch (Refused e) {
                throw e;
            } catch (IOException e) {
                if (System.currentTimeMillis() - begin > PATIENCE.toMillis()
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LockSupport.parkNanos(this, PAUSE_MILLIS * 1_000_000);
            }
        }
    }

    /** Its id; it is made where it is new. */
    private String experiment(String name) throws IOException {
        String byName = "/experiments/get-by-name?experiment_name=" + encode(name);
        try {
            return field("experiment_id", get(byName));
        } catch (Refused e) {
            if (e.status() != 404) {
                throw e;
            }
        }
        try {
            return field("experiment_id", post("/experiments/create", "{\"name\":" + Json.text(name) + "}"));
        } catch (Refused e) {
            if (!String.valueOf(e.getMessage()).contains("ALREADY_EXISTS")) {
                throw e;
            }
            return field("experiment_id", get(byName)); // made by another process meanwhile
        }
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
        return send(json(path, json));
    }

    private HttpRequest.Builder json(String path, String json) {
        return request(API + path)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
    }

    void put(String run, String path, OpenFile file) throws IOException {
        StringBuilder address = new StringBuilder(API + "-artifacts/artifacts/0/" + run + "/artifacts");
        for (String part : path.split("/", -1)) {
            address.append('/').append(encode(part));
        }
        send(request(address.toString())
                .timeout(TRANSFER)
                .header("Content-Type", "application/octet-stream")
                .PUT(file.body()));
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
        throw status >= 500 || status == 408 || status == 429 ? new IOException(said) : new Refused(status, said);
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
