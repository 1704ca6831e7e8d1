package dev.runyard.cli.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Table;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A lab over HTTP. What it refuses becomes one line; 4xx for what was asked, anything else for the lab. */
public final class LabClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final URI base;

    private LabClient(URI base) {
        this.base = base;
    }

    public static LabClient of(String url) {
        try {
            URI base = URI.create(url.endsWith("/") ? url : url + "/");
            if (base.getHost() != null) {
                return new LabClient(base);
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the one message.
        }
        throw Failure.badInput("RUNYARD_URL is \"" + url + "\"", "write it as http://127.0.0.1:8080");
    }

    /** The lab that {@code RUNYARD_URL} names, or the one that runs on this home. */
    public static LabClient ofEnvironment() {
        String url = System.getenv("RUNYARD_URL");
        if (url != null && !url.isBlank()) {
            return of(url.strip());
        }
        LabHome home = LabHome.ofEnvironment();
        return of(home.running()
                .map(LabHome.Running::url)
                .orElseThrow(() -> Failure.fault(
                        "no lab runs on " + home.folder(),
                        "start one with \"runyard up\", or name another by RUNYARD_URL")));
    }

    public String url() {
        String text = base.toString();
        return text.substring(0, text.length() - 1);
    }

    /** @param path below {@code /api/v1/}, with its query */
    public JsonNode get(String path) {
        return answer(send(request(path).GET()));
    }

    /** As {@link #get}, empty when it does not exist. */
    public Optional<JsonNode> find(String path) {
        HttpResponse<String> response = send(request(path).GET());
        return response.statusCode() == 404 ? Optional.empty() : Optional.of(answer(response));
    }

    public JsonNode post(String path, @Nullable Object body, String... headers) {
        try {
            HttpRequest.Builder request = request(path)
                    .POST(
                            body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
            if (body != null) {
                request.header("Content-Type", "application/json");
            }
            for (int i = 0; i < headers.length; i += 2) {
                request.header(headers[i], headers[i + 1]);
            }
            return answer(send(request));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * Saves a stored file.
     *
     * @param sha256 of its content, lower-case hex; another content is refused
     */
    public void save(String path, String sha256, Path file) throws IOException {
        Path part = Files.createTempFile(file.toAbsolutePath().getParent(), "fetched", ".part");
        try {
            HttpResponse<Path> response = http.send(
                    request(path).setHeader("Accept", "*/*").GET().build(), HttpResponse.BodyHandlers.ofFile(part));
            if (response.statusCode() != 200 || !sha256(part).equals(sha256)) {
                throw Failure.fault(
                        "the lab at " + url() + " gave " + response.statusCode() + " or another content for " + path,
                        "try again; \"runyard doctor\" looks at the lab");
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.fault("interrupted", "run it again", e);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] piece = new byte[1 << 16];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                digest.update(piece, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Every item of a listing, page by page, at most {@code limit}. */
    public List<JsonNode> items(String path, int limit) {
        List<JsonNode> items = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = get(path
                    + (path.contains("?") ? "&" : "?")
                    + "limit=" + Math.min(1_000, limit - items.size())
                    + (cursor.isEmpty() ? "" : "&cursor=" + encode(cursor)));
            (page.isArray() ? page : page.path("items")).forEach(items::add);
            cursor = page.path("next").asText("");
        } while (!cursor.isEmpty() && !cursor.equals("null") && items.size() < limit);
        return items;
    }

    /**
     * Live events, until the lab closes the stream or {@code seen} throws.
     *
     * @param seen gets each event's data
     */
    public void events(Consumer<JsonNode> seen) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve("api/v1/events"))
                .header("Accept", "text/event-stream")
                .build();
        HttpResponse<java.util.stream.Stream<String>> response =
                http.send(request, HttpResponse.BodyHandlers.ofLines());
        try (var lines = response.body()) {
            lines.filter(line -> line.startsWith("data:"))
                    .forEach(line -> seen.accept(tree(line.substring(5).strip())));
        }
    }

    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve("api/v1/" + path))
                .timeout(TIMEOUT)
                .header("Accept", "application/json")
                .header("X-Runyard-User", user());
    }

    private static String user() {
        String name = System.getProperty("user.name", "local").replaceAll("[^\\x21-\\x7e]", "?");
        return name.isEmpty() ? "local" : name.substring(0, Math.min(100, name.length()));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw Failure.fault(
                    "the lab at " + url() + " does not answer (" + e.getClass().getSimpleName() + ")",
                    "check that it runs (\"runyard up\"), or name another by RUNYARD_URL",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.fault("interrupted", "run it again", e);
        }
    }

    private JsonNode answer(HttpResponse<String> response) {
        int status = response.statusCode();
        if (status / 100 == 2) {
            return tree(response.body());
        }
        JsonNode problem;
        try {
            problem = tree(response.body());
        } catch (Failure e) {
            problem = JSON.createObjectNode();
        }
        String detail = Table.printable(problem.path("detail").asText("the lab answered " + status));
        String code = problem.path("code").asText("");
        String line = code.isEmpty() ? detail : code + ": " + detail;
        if (status / 100 == 4) {
            throw Failure.badInput(line, null);
        }
        throw Failure.fault(line, "see the service's log, or try again");
    }

    private JsonNode tree(String body) {
        try {
            return body.isBlank() ? JSON.createObjectNode() : JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw Failure.fault(
                    "the answer of " + url() + " is not JSON", "check that a Runyard lab is at that address", e);
        }
    }
}
