package dev.runyard.e2e.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The lab's REST interface as any client sees it: plain HTTP and JSON trees. */
public final class LabClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http;
    private final URI base;
    private final Supplier<String> token;

    LabClient(URI base, Path home) {
        this(base, () -> read(home.resolve("person.secret")), HttpClient.newBuilder());
    }

    private LabClient(URI base, Supplier<String> token, HttpClient.Builder http) {
        this.base = base;
        this.token = token;
        this.http = http.connectTimeout(Duration.ofSeconds(2)).build();
    }

    /**
     * A client of a lab that runs already.
     *
     * @param home the lab's, which holds the token
     */
    public static LabClient of(String url, Path home) {
        return new LabClient(URI.create(url), home);
    }

    /**
     * A client of a lab elsewhere.
     *
     * @param token that one of its accounts made
     * @param trusted what vouches for the lab's certificate
     */
    public static LabClient of(URI lab, String token, SSLContext trusted) {
        // One connection serves many requests, and the other end may be killed: the older protocol tells which were
        // answered.
        return new LabClient(
                lab, () -> token, HttpClient.newBuilder().sslContext(trusted).version(HttpClient.Version.HTTP_1_1));
    }

    /** What a person of this lab shows. */
    public String token() {
        return token.get();
    }

    private static String read(Path secret) {
        try {
            return Files.readString(secret).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI base() {
        return base;
    }

    public boolean ready() {
        try {
            return send(request("/q/health/ready").GET().build()).statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    public JsonNode get(String path) {
        return ok(send(request(path).GET().build()));
    }

    /** The status of what may fail. */
    public int getStatus(String path) {
        return send(request(path).GET().build()).statusCode();
    }

    public JsonNode post(String path, @Nullable Object body) {
        return ok(postRaw(path, body));
    }

    public JsonNode put(String path, Object body) {
        try {
            return ok(send(request(path)
                    .header("Content-Type", "application/json")
                    .PUT(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                    .build()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public HttpResponse<String> postRaw(String path, @Nullable Object body) {
        try {
            String text = body == null ? "" : body instanceof String s ? s : JSON.writeValueAsString(body);
            return send(request(path)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(text))
                    .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request with an Idempotency-Key, sent again until it is answered: its sender cannot know whether it was carried out. */
    public JsonNode once(String path, Object body, String key, Duration within) throws InterruptedException {
        Instant end = Instant.now().plus(within);
        while (true) {
            try {
                HttpResponse<String> answer = send(request(path)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build());
                if (answer.statusCode() < 500 || Instant.now().isAfter(end)) {
                    return ok(answer);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (UncheckedIOException e) {
                if (Instant.now().isAfter(end)) {
                    throw e;
                }
            }
            Thread.sleep(200);
        }
    }

    /** Every run of a sweep, in order of its index. */
    public List<JsonNode> runsOf(String sweep) {
        List<JsonNode> runs = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = get(
                    "/api/v1/runs?limit=1000&sweep=" + sweep + (cursor.isEmpty() ? "" : "&cursor=" + encode(cursor)));
            page.get("items").forEach(runs::add);
            cursor = page.path("next").asText("");
        } while (!cursor.isEmpty() && !cursor.equals("null"));
        runs.sort((a, b) ->
                Integer.compare(a.path("index").asInt(), b.path("index").asInt()));
        return runs;
    }

    /** The current points of one key, exact, ordered by step. */
    public List<JsonNode> history(String run, String key) {
        JsonNode answer = get("/api/v1/runs/" + run + "/metrics/history?buckets=10000&key=" + encode(key));
        List<JsonNode> points = new ArrayList<>();
        answer.path("points").forEach(points::add);
        return points;
    }

    /** Polls until {@code done} holds for the answer; answers that fail while the lab restarts are passed over. */
    public JsonNode await(String path, Duration within, Predicate<JsonNode> done) throws InterruptedException {
        Instant end = Instant.now().plus(within);
        JsonNode last = null;
        while (Instant.now().isBefore(end)) {
            try {
                last = get(path);
                if (done.test(last)) {
                    return last;
                }
            } catch (UncheckedIOException | IllegalStateException e) {
                // the lab is down or starting: asked again
            }
            Thread.sleep(200);
        }
        throw new AssertionError(path + " did not come true within " + within + "; last answer: " + last);
    }

    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(30));
        return path.startsWith("/q/health/") ? request : request.header("Authorization", "Bearer " + token());
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode ok(HttpResponse<String> response) {
        if (response.statusCode() / 100 != 2) {
            throw new IllegalStateException(response.request().method() + " " + response.uri() + " answered "
                    + response.statusCode() + ": " + response.body());
        }
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
