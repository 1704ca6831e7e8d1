package dev.runyard.cli.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.cli.lab.Clear;
import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.Sha256;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A lab over HTTP. What it refuses becomes one line. */
public final class LabApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Of a file, however large and slow its way. */
    private static final Duration TRANSFER = Duration.ofHours(1);

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** The most that every list of the service gives at once; some give more. */
    private static final int PAGE = 200;

    /** Bytes of one request of an upload. */
    private static final int PIECE = 8 << 20;

    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 5;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final URI base;
    private final Optional<String> token;
    private final String project;

    private LabApi(URI base, Optional<String> token) {
        this(base, token, System.getenv().getOrDefault("RUNYARD_PROJECT", "").strip());
    }

    private LabApi(URI base, Optional<String> token, String project) {
        this.base = base;
        this.token = token;
        this.project = project;
    }

    /** Not kept to the project of RUNYARD_PROJECT: for what names a project itself. */
    public LabApi acrossProjects() {
        return new LabApi(base, token, "");
    }

    /** Kept to this project, whatever RUNYARD_PROJECT says. */
    public LabApi in(String project) {
        return new LabApi(base, token, project);
    }

    /** Asks with this token, or as a stranger. */
    static LabApi with(URI base, @Nullable String token) {
        Clear.refuse(base, System.getenv());
        return new LabApi(base, Optional.ofNullable(token));
    }

    public static LabApi of(String url) {
        URI base = LabAddress.of("RUNYARD_URL", url);
        Optional<String> token = LabToken.of(base, System.getenv(), LabHome.ofEnvironment());
        token.ifPresent(known -> Clear.refuse(base, System.getenv()));
        return new LabApi(base, token);
    }

    /** A server that is not this lab, and that gets no token of the lab's. */
    public static LabApi elsewhere(URI base, @Nullable String token) {
        return new LabApi(base, Optional.ofNullable(token));
    }

    /** As a person wrote it. */
    public static URI address(String name, String text) {
        return LabAddress.of(name, text);
    }

    /** The lab that {@code RUNYARD_URL} names, or the one that runs on this home, or the one signed in to last. */
    public static LabApi ofEnvironment() {
        String url = System.getenv("RUNYARD_URL");
        if (url != null && !url.isBlank()) {
            return of(url.strip());
        }
        LabHome home = LabHome.ofEnvironment();
        Optional<URI> running = home.running().map(lab -> LabAddress.of("lab.json", lab.url()));
        if (running.isPresent()) {
            // Runs on this machine: a token that it gets goes over no wire, whatever address it listens on.
            return new LabApi(running.get(), LabToken.of(running.get(), System.getenv(), home));
        }
        return of(new Logins(home)
                .newest()
                .orElseThrow(() -> Failure.fault(
                        "no lab runs on " + home.folder(),
                        "start one with \"runyard up\", or name another by RUNYARD_URL or \"runyard login URL\"")));
    }

    public String url() {
        String text = base.toString();
        return text.substring(0, text.length() - 1);
    }

    /** @param path below {@code /api/v1/}, with its query */
    public JsonNode get(String path) {
        return LabAnswer.of(url(), patiently(request(path).GET()));
    }

    /** As {@link #get}, empty when it does not exist. */
    public Optional<JsonNode> find(String path) {
        HttpResponse<String> response = patiently(request(path).GET());
        return response.statusCode() == 404 ? Optional.empty() : Optional.of(LabAnswer.of(url(), response));
    }

    /**
     * Signs in as a person, makes a token and signs out again: what is kept is the token.
     *
     * @param label what the token is for
     */
    String token(String name, String password, String label) {
        HttpResponse<String> answer = once(posted("sign-in", Map.of("name", name, "password", password)));
        LabAnswer.of(url(), answer);
        String cookie = answer.headers().firstValue("Set-Cookie").orElse("").replaceFirst(";.*", "");
        // As a page of the lab's own would: a cookie counts from nowhere else.
        String origin = url();
        HttpResponse<String> made = once(posted("me/tokens", Map.of("name", label))
                .header("Cookie", cookie)
                .header("Origin", origin));
        once(request("session")
                .header("Cookie", cookie)
                .header("Origin", origin)
                .DELETE());
        return LabAnswer.required(url(), LabAnswer.of(url(), made), "secret");
    }

    /** Asks once: what came of it is unknown when no answer comes. */
    public JsonNode post(String path, @Nullable Object body) {
        return LabAnswer.of(url(), once(posted(path, body)));
    }

    /** As {@link #post} for what takes long; the lab gives signs of life meanwhile. */
    public JsonNode lengthy(String path, Object body) {
        return LabAnswer.last(
                url(),
                once(posted(path, body).setHeader("Accept", LabAnswer.LINES).timeout(TRANSFER)));
    }

    /** As {@link #lengthy}, for what takes away. */
    public JsonNode lengthyDelete(String path) {
        return LabAnswer.last(
                url(),
                once(request(path)
                        .setHeader("Accept", LabAnswer.LINES)
                        .timeout(TRANSFER)
                        .DELETE()));
    }

    /** As {@link #post} for what may be repeated, and is where no answer comes. */
    public JsonNode again(String path, Object body) {
        return LabAnswer.of(url(), patiently(posted(path, body)));
    }

    /** Sends a file to be kept under its path; may be repeated. */
    public void upload(String path, Path file) throws IOException {
        LabAnswer.of(
                url(),
                patiently(request(path)
                        .timeout(TRANSFER)
                        .setHeader("Content-Type", "application/octet-stream")
                        .PUT(HttpRequest.BodyPublishers.ofFile(file))));
    }

    /** Fetches a file whose hash nobody told. */
    public void download(String path, Path file) throws IOException {
        try {
            HttpResponse<Path> response = http.send(
                    request(path)
                            .timeout(TRANSFER)
                            .setHeader("Accept", "*/*")
                            .GET()
                            .build(),
                    HttpResponse.BodyHandlers.ofFile(file));
            if (response.statusCode() != 200) {
                throw Failure.fault(url() + " gave " + response.statusCode() + " for " + path, "try again");
            }
        } catch (IOException e) {
            throw LabAnswer.none(url(), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Takes something away; may be repeated. */
    public JsonNode delete(String path) {
        return LabAnswer.of(url(), patiently(request(path).DELETE()));
    }

    /** Sets something; may be repeated. */
    public JsonNode put(String path, Object body) {
        try {
            return LabAnswer.of(
                    url(),
                    patiently(request(path)
                            .header("Content-Type", "application/json")
                            .PUT(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * Sets something that names a file of the lab's store, which the lab may read whole first; may be repeated.
     *
     * @return empty where the lab does not have the file, or no more as it was
     */
    public Optional<JsonNode> refer(String path, Object body) {
        try {
            HttpResponse<String> answer = patiently(request(path)
                    .timeout(TRANSFER)
                    .header("Content-Type", "application/json")
                    .PUT(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))));
            return LabAnswer.says(answer, "MISSING_BLOB") ? Optional.empty() : Optional.of(LabAnswer.of(url(), answer));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * Makes something new, once however often the request has to be sent: all carry the same key.
     *
     * @return the answer, which has an id
     */
    public JsonNode create(String path, Object body) {
        JsonNode made = postOnce(path, body, UUID.randomUUID().toString());
        LabAnswer.required(url(), made, "id");
        return made;
    }

    /** Has something carried out once, however often the request has to be sent: all carry the key. */
    public JsonNode postOnce(String path, Object body, String key) {
        return LabAnswer.of(url(), patiently(posted(path, body).header("Idempotency-Key", key)));
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
            if (response.statusCode() != 200 || !Sha256.of(part).equals(sha256)) {
                throw Failure.fault(
                        "the lab at " + url() + " gave " + response.statusCode() + " or another content for " + path,
                        "try again; \"runyard doctor\" looks at the lab");
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw LabAnswer.none(url(), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /**
     * Sends a file unless the lab has it; what was cut off before goes on where it ended.
     *
     * @param sha256 of its content, lower-case hex
     */
    public void store(String sha256, Path file) {
        String path = "artifacts/" + sha256;
        HttpResponse<String> known = patiently(request(path).method("HEAD", HttpRequest.BodyPublishers.noBody()));
        if (known.statusCode() != 404) {
            LabAnswer.of(url(), known);
            return;
        }
        try (FileChannel in = FileChannel.open(file)) {
            long size = in.size();
            long from = Math.min(offset(known), size);
            do {
                ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, size - from));
                for (int n = 0; piece.hasRemaining() && n >= 0; ) {
                    n = in.read(piece, from + piece.position());
                }
                HttpRequest.Builder put = request(path)
                        .timeout(from + piece.limit() < size ? TIMEOUT : TRANSFER) // then the lab puts them together
                        .header("Content-Type", "application/octet-stream")
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(piece.array()));
                if (piece.limit() < size) {
                    put.header("Content-Range", "bytes " + from + "-" + (from + piece.limit() - 1) + "/" + size);
                }
                HttpResponse<String> answer = patiently(put);
                LabAnswer.of(url(), answer);
                from = answer.statusCode() == 202 ? offset(answer) : size;
            } while (from < size);
        } catch (IOException e) {
            throw Failure.fault("cannot read " + file + " (" + e.getMessage() + ")", "check the disk", e);
        }
    }

    private static long offset(HttpResponse<?> answer) {
        String text = answer.headers().firstValue("Upload-Offset").orElse("0");
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    /** Every item of a listing, page by page, at most {@code limit}. */
    public List<JsonNode> items(String path, int limit) {
        List<JsonNode> items = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = get(path
                    + (path.contains("?") ? "&" : "?")
                    + "limit=" + Math.min(PAGE, limit - items.size())
                    + (cursor.isEmpty() ? "" : "&cursor=" + encode(cursor)));
            JsonNode some = page.isArray() ? page : page.path("items");
            some.forEach(items::add);
            cursor = some.isEmpty() ? "" : page.path("next").asText("");
        } while (!cursor.isEmpty() && !cursor.equals("null") && items.size() < limit);
        return items;
    }

    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve("api/v1/" + path))
                .timeout(TIMEOUT)
                .header("Accept", "application/json")
                .header("X-Runyard-User", user());
        if (!project.isEmpty()) {
            request.header("X-Runyard-Project", project);
        }
        token.ifPresent(known -> request.header("Authorization", "Bearer " + known));
        return request;
    }

    private static String user() {
        String name = System.getProperty("user.name", "local").replaceAll("[^\\x21-\\x7e]", "?");
        return name.isEmpty() ? "local" : name.substring(0, Math.min(100, name.length()));
    }

    private HttpRequest.Builder posted(String path, @Nullable Object body) {
        try {
            HttpRequest.Builder request = request(path);
            return body == null
                    ? request.POST(HttpRequest.BodyPublishers.noBody())
                    : request.header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private HttpResponse<String> once(HttpRequest.Builder request) {
        try {
            return text(request);
        } catch (UnansweredException e) {
            throw LabAnswer.none(url(), e.cause);
        }
    }

    /**
     * Asks again where that is harmless: after an answer that was lost on its way, and when the lab says that it has too much to do.
     * A lab that is not there at the first try is not waited for.
     */
    private HttpResponse<String> patiently(HttpRequest.Builder request) {
        for (int attempt = 0; ; attempt++) {
            long pause = PAUSE.toMillis() << attempt;
            try {
                HttpResponse<String> response = text(request);
                boolean busy = response.statusCode() == 429 || response.statusCode() == 503;
                if (!busy || attempt == ATTEMPTS - 1) {
                    return response;
                }
                pause = Math.max(pause, retryAfter(response));
            } catch (UnansweredException e) {
                boolean absent = e.cause instanceof ConnectException || e.cause instanceof HttpConnectTimeoutException;
                boolean slow = e.cause instanceof HttpTimeoutException;
                if (attempt == ATTEMPTS - 1 || attempt == 0 && absent || attempt > 0 && slow) {
                    throw LabAnswer.none(url(), e.cause);
                }
            }
            sleep(pause);
        }
    }

    /** As the lab asks, in milliseconds, but never longer than a person waits. */
    private static long retryAfter(HttpResponse<?> response) {
        String seconds = response.headers().firstValue("Retry-After").orElse("0");
        return seconds.matches("\\d{1,4}") ? Math.min(LONGEST_PAUSE.toSeconds(), Long.parseLong(seconds)) * 1_000 : 0;
    }

    /** The client's own limit ends with the head of an answer; this one holds for its body, too. */
    private HttpResponse<String> text(HttpRequest.Builder request) throws UnansweredException {
        HttpRequest asked = request.build();
        Duration within = asked.timeout().orElse(TIMEOUT);
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(asked, HttpResponse.BodyHandlers.ofString());
        try {
            return answer.get(within.toSeconds() + 1, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new UnansweredException(new HttpTimeoutException("the answer's body did not end"));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw new UnansweredException(cause);
            }
            throw new UnansweredException(new IOException(e.getCause()));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static Failure interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return Failure.fault("interrupted", "run it again", e);
    }

    /** A request went out, and no whole answer came back. */
    private static final class UnansweredException extends Exception {
        private static final long serialVersionUID = 1L;

        private final IOException cause;

        UnansweredException(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }
}
