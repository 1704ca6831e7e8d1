package dev.runyard.agent.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Requests to one service, their failures sorted into {@link ServiceFault}s. */
final class Http {
    /** Bytes of one request of an upload. */
    private static final int PIECE = 8 << 20;

    private static final String OFFSET = "Upload-Offset";

    private final URI base;
    private final Duration silence;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    /** @param silence without a byte of a file after which the line counts as dead */
    Http(URI base, Duration silence) {
        this.silence = silence;
        String text = base.toString();
        this.base = URI.create(text.endsWith("/") ? text : text + "/");
    }

    URI base() {
        return base;
    }

    /** A request without a body, or with a value as JSON; gives the answer's tree. */
    JsonNode json(String method, String path, String token, @Nullable Object body, Duration timeout) {
        HttpRequest.Builder request = request(path, token, timeout).header("Accept", "application/json");
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json").method(method, json(body));
        }
        byte[] answer = checked(request.build(), send(request.build(), BodyHandlers.ofByteArray()));
        try {
            JsonNode tree = answer.length == 0 ? null : Json.mapper().readTree(answer);
            return tree == null ? Json.mapper().createObjectNode() : tree;
        } catch (IOException e) {
            throw new ServiceFault.Unavailable(path + " answered something that is not JSON");
        }
    }

    /** How many bytes of a file the service has from an upload that was cut off; empty when it has all of it. */
    OptionalLong missingFrom(String path, String token) {
        HttpRequest request = request(path, token, Duration.ofSeconds(10))
                .method("HEAD", BodyPublishers.noBody())
                .build();
        HttpResponse<byte[]> response = send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() == 404) {
            return OptionalLong.of(offset(response, 0));
        }
        checked(request, response);
        return OptionalLong.empty();
    }

    /** Sends a file in pieces, each with its own time limit, so that a slow line takes long and no more. */
    void put(String path, String token, Path file, long from) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            long offset = from < size ? from : 0;
            do {
                offset = put(path, token, channel, offset, size);
            } while (offset < size);
        }
    }

    /** @return from where to go on */
    private long put(String path, String token, FileChannel file, long offset, long size) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, size - offset));
        for (int n = 0; piece.hasRemaining() && n >= 0; ) {
            n = file.read(piece, offset + piece.position());
        }
        HttpRequest.Builder request =
                request(path, token, Duration.ofMinutes(5)).header("Content-Type", "application/octet-stream");
        if (offset > 0 || piece.limit() < size) {
            request.header("Content-Range", "bytes " + offset + "-" + (offset + piece.limit() - 1) + "/" + size);
        }
        HttpRequest put = request.PUT(BodyPublishers.ofByteArray(piece.array())).build();
        HttpResponse<byte[]> response = send(put, BodyHandlers.ofByteArray());
        if (response.statusCode() == 409
                && response.headers().firstValue(OFFSET).isPresent()) {
            long other = offset(response, 0);
            if (other == offset) {
                throw new ServiceFault.Unavailable(put.uri() + ": the service takes no piece of this file now");
            }
            return other; // another sender, or a restart of the service, left it elsewhere
        }
        checked(put, response);
        return response.statusCode() == 202 ? offset(response, offset + piece.limit()) : size;
    }

    private static long offset(HttpResponse<?> response, long otherwise) {
        return response.headers()
                .firstValue(OFFSET)
                .filter(text -> text.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElse(otherwise);
    }

    /**
     * The caller closes the stream; what it throws while being read means that the service went away.
     *
     * @param from the first byte that is wanted
     * @param look called several times a second while nothing comes; what it throws ends the download
     */
    InputStream get(String path, String token, long from, Runnable look) {
        HttpRequest.Builder asked = request(path, token, silence);
        HttpRequest request = (from > 0 ? asked.header("Range", "bytes=" + from + "-") : asked)
                .GET()
                .build();
        HttpResponse<InputStream> response = begun(request, look);
        if (response.statusCode() == 206) {
            return response.body();
        }
        if (response.statusCode() == 200) {
            return behind(response.body(), from);
        }
        try (InputStream body = response.body()) {
            throw fault(request, response.statusCode(), body.readNBytes(10_000));
        } catch (IOException e) {
            throw new ServiceFault.Unavailable(path + ": " + e.getMessage());
        }
    }

    /** A service, or what stands before it, may send all where a part was asked for. */
    private static InputStream behind(InputStream body, long from) {
        try {
            body.skipNBytes(from);
            return body;
        } catch (IOException e) {
            throw new ServiceFault.Unavailable("a download broke off: " + e.getMessage());
        }
    }

    private HttpRequest.Builder request(String path, String token, Duration timeout) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(timeout).header("Authorization", "Bearer " + token);
    }

    private static BodyPublisher json(Object body) {
        try {
            return BodyPublishers.ofByteArray(Json.mapper().writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report that is not JSON: " + body.getClass(), e);
        }
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return client.send(request, handler);
        } catch (IOException e) {
            throw new ServiceFault.Unavailable(request.uri() + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceFault.Unavailable(request.uri() + ": interrupted");
        }
    }

    private HttpResponse<InputStream> begun(HttpRequest request, Runnable look) {
        CompletableFuture<HttpResponse<InputStream>> answer =
                client.sendAsync(request, head -> new Arriving(silence, look));
        try {
            while (true) {
                try {
                    return answer.get(Arriving.LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    look.run();
                }
            }
        } catch (ExecutionException e) {
            throw new ServiceFault.Unavailable(request.uri() + ": " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceFault.Unavailable(request.uri() + ": interrupted");
        } finally {
            answer.cancel(true); // of no effect on one that is there
        }
    }

    private static byte[] checked(HttpRequest request, HttpResponse<byte[]> response) {
        if (response.statusCode() / 100 != 2) {
            throw fault(request, response.statusCode(), response.body());
        }
        return response.body();
    }

    private static ServiceFault fault(HttpRequest request, int status, byte[] body) {
        JsonNode problem = problem(body);
        String code = problem.path("code").asText("");
        String message = request.method() + " " + request.uri().getPath() + ": " + status + " " + code + " "
                + problem.path("detail").asText("");
        if (status >= 500 || status == 429 || status == 408) {
            return new ServiceFault.Unavailable(message);
        }
        if (code.startsWith("STALE_")) {
            return new ServiceFault.Stale(message);
        }
        return new ServiceFault.Refused(status, code, message.strip());
    }

    private static JsonNode problem(byte[] body) {
        try {
            JsonNode tree = Json.mapper().readTree(new String(body, StandardCharsets.UTF_8));
            return tree == null ? Json.mapper().createObjectNode() : tree;
        } catch (JsonProcessingException e) {
            return Json.mapper().createObjectNode(); // a proxy's page: the status says enough
        }
    }
}
