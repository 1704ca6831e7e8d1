package dev.runyard.vision.encoder;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.json.MalformedJson;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The frozen model behind a model server. Floats travel as they are, so that results equal the server's to the bit. */
public final class RemoteEncoder implements FrozenEncoder {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofMinutes(10);
    private static final int LARGEST_TEXT = 1 << 16;

    private final URI server;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .build();
    private final ModelCard card;

    /**
     * @param server for example {@code http://127.0.0.1:8300}
     * @throws EncoderException when it does not answer, or is no model server
     * @throws InvalidSpec when the address is none
     */
    public RemoteEncoder(String server) throws IOException {
        this.server = address(server);
        HttpResponse<InputStream> answer = send(
                HttpRequest.newBuilder(this.server.resolve(TensorBody.MODEL)).GET());
        try {
            card = Json.read(text(answer.body()), ModelCard.class);
        } catch (InvalidSpec | MalformedJson e) {
            throw new EncoderException("NO_MODEL_SERVER", server + ": is no model server of this version");
        }
    }

    private static URI address(String server) {
        try {
            URI uri = URI.create(server.endsWith("/") ? server : server + "/");
            String scheme = String.valueOf(uri.getScheme());
            if (uri.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Said below, with what is wanted.
        }
        throw new InvalidSpec("BAD_ADDRESS", "server", server, "is no address", "give one like http://127.0.0.1:8300");
    }

    @Override
    public ModelCard card() {
        return card;
    }

    @Override
    public NDArray encode(NDArray pixels, @Nullable NDArray prompts) throws IOException {
        return ask(TensorBody.EMBEDDINGS, body(pixels, prompts), TensorBody.EMBEDDING, pixels);
    }

    @Override
    public NDArray gradient(NDArray pixels, @Nullable NDArray prompts, NDArray upstream) throws IOException {
        SafetensorsWriter body = body(pixels, prompts);
        put(body, TensorBody.UPSTREAM, upstream);
        return ask(TensorBody.GRADIENTS, body, TensorBody.GRADIENT, pixels);
    }

    private static SafetensorsWriter body(NDArray pixels, @Nullable NDArray prompts) {
        SafetensorsWriter body = new SafetensorsWriter();
        put(body, TensorBody.PIXELS, pixels);
        if (prompts != null) {
            put(body, TensorBody.PROMPTS, prompts);
        }
        return body;
    }

    private static void put(SafetensorsWriter body, String name, NDArray array) {
        body.floats(name, array.getShape().getShape(), Torch.read(array));
    }

    private NDArray ask(String path, SafetensorsWriter body, String wanted, NDArray near) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path))
                .header("Content-Type", TensorBody.TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(TensorBody.bytes(body)));
        try (InputStream in = send(request).body();
                TensorBody answer = TensorBody.receive(in)) {
            return Torch.floats(
                    near.getManager(),
                    answer.tensors().finiteFloats(wanted),
                    answer.tensors().info(wanted).shapeArray());
        }
    }

    private HttpResponse<InputStream> send(HttpRequest.Builder request) throws IOException {
        HttpResponse<InputStream> answer;
        try {
            answer = http.send(request.timeout(ANSWER).build(), BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + server, e);
        } catch (IOException e) {
            throw new EncoderException(
                    "UNREACHABLE",
                    "the model server at " + server + " did not answer ("
                            + e.getClass().getSimpleName() + "); start it with \"runyard serve-model\"");
        }
        if (answer.statusCode() != 200) {
            throw refused(answer);
        }
        return answer;
    }

    private EncoderException refused(HttpResponse<InputStream> answer) throws IOException {
        JsonNode problem;
        try {
            problem = Json.tree(text(answer.body()));
        } catch (InvalidSpec | MalformedJson e) {
            problem = Json.mapper().createObjectNode();
        }
        return new EncoderException(
                problem.path("code").asText("HTTP_" + answer.statusCode()),
                "the model server at " + server + " answered " + answer.statusCode() + ": "
                        + problem.path("detail").asText("no reason given"));
    }

    private static String text(InputStream body) throws IOException {
        try (body) {
            return new String(body.readNBytes(LARGEST_TEXT), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {}
}
