package dev.runyard.agent.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Requests to one service, their failures sorted into {@link ServiceFault}s. */
final class Http {
    private final URI base;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    Http(URI base) {
        String text = base.toString();
        this.base = URI.create(text.endsWith("/") ? text : text + "/");
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

    /** Whether the resource exists. */
    boolean exists(String path, String token) {
        HttpRequest request = request(path, token, Duration.ofSeconds(10))
                .method("HEAD", BodyPublishers.noBody())
                .build();
        HttpResponse<byte[]> response = send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() == 404) {
            return false;
        }
        checked(request, response);
        return true;
    }

    void put(String path, String token, Path file) throws IOException {
        HttpRequest request = request(path, token, Duration.ofMinutes(5))
                .header("Content-Type", "application/octet-stream")
                .PUT(BodyPublishers.ofFile(file))
                .build();
        checked(request, send(request, BodyHandlers.ofByteArray()));
    }

    /** The caller closes the stream; what it throws while being read means that the service went away. */
    InputStream get(String path, String token) {
        HttpRequest request = request(path, token, Duration.ofMinutes(5)).GET().build();
        HttpResponse<InputStream> response = send(request, BodyHandlers.ofInputStream());
        if (response.statusCode() == 200) {
            return response.body();
        }
        try (InputStream body = response.body()) {
            throw fault(request, response.statusCode(), body.readNBytes(10_000));
        } catch (IOException e) {
            throw new ServiceFault.Unavailable(path + ": " + e.getMessage());
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
