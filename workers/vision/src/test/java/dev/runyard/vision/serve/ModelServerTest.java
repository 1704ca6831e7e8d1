package dev.runyard.vision.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.encoder.EncoderException;
import dev.runyard.vision.encoder.LocalEncoder;
import dev.runyard.vision.encoder.RemoteEncoder;
import dev.runyard.vision.encoder.TensorBody;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the model server answers, and what it refuses with which problem. The model is small-vit: 64 px, patches of 16. */
class ModelServerTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int LIMIT = 1 << 20;

    private static final AtomicReference<FrozenBackbone> MODEL = new AtomicReference<>();
    private static final AtomicReference<ModelServer> SERVER = new AtomicReference<>();

    @BeforeAll
    static void serve() throws IOException {
        MODEL.set(FrozenBackbone.open("small-vit"));
        SERVER.set(ModelServer.start(
                new LocalEncoder(MODEL.get(), PositionPolicy.APPEND), new ServerOptions(0, false, LIMIT), line -> {}));
    }

    @AfterAll
    static void stop() {
        SERVER.get().close();
        MODEL.get().close();
    }

    private static URI address(String path) {
        return SERVER.get().address().resolve(path);
    }

    private static HttpRequest.Builder post(String path, byte[] body) {
        return HttpRequest.newBuilder(address(path))
                .header("Content-Type", TensorBody.TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    private static byte[] tensors(String name, long... shape) throws IOException {
        return TensorBody.bytes(new SafetensorsWriter()
                .floats(name, shape, new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)]));
    }

    private static JsonNode problem(HttpRequest.Builder request, int status) throws Exception {
        HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = Json.tree(answer.body());
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("detail").asText()).isNotBlank();
        return problem;
    }

    @Test
    void saysWhatItIs() throws Exception {
        JsonNode card =
                Json.tree(HTTP.send(HttpRequest.newBuilder(address("/v1/model")).build(), BodyHandlers.ofString())
                        .body());
        assertThat(card.path("backbone").asText()).isEqualTo(MODEL.get().sha256());
        assertThat(card.path("imageSize").asInt()).isEqualTo(64);
        assertThat(card.path("gradients").asBoolean()).isFalse();
        assertThat(SERVER.get().address().getHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void embeddingsOfPlainAndOfTallerImages() throws Exception {
        for (long height : new long[] {64, 80, 128}) {
            HttpResponse<InputStream> answer = HTTP.send(
                    post("/v1/embeddings", tensors("pixels", 2, 3, height, 64)).build(), BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            try (TensorBody body = TensorBody.receive(answer.body())) {
                assertThat(body.tensors().info("embedding").shape())
                        .containsExactly(2L, (long) MODEL.get().shape().embedding());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,3,72,64", "1,3,48,64", "1,3,144,64", "1,3,64,80", "1,1,64,64", "0,3,64,64"})
    void imagesOfAnotherShape(long n, long c, long h, long w) throws Exception {
        JsonNode problem = problem(post("/v1/embeddings", tensors("pixels", n, c, h, w)), 422);
        assertThat(problem.path("code").asText()).isEqualTo("DOES_NOT_FIT");
        assertThat(problem.path("field").asText()).isEqualTo("pixels");
        assertThat(problem.path("detail").asText()).contains("64 to 128 in steps of 16");
    }

    @Test
    void bodiesThatAreNoTensors() throws Exception {
        assertThat(problem(post("/v1/embeddings", new byte[] {1, 2, 3}), 400)
                        .path("code")
                        .asText())
                .isEqualTo("ST_TOO_SHORT");
        byte[] nan = TensorBody.bytes(
                new SafetensorsWriter().floats("pixels", new long[] {1, 3, 64, 64}, filled(3 * 64 * 64, Float.NaN)));
        assertThat(problem(post("/v1/embeddings", nan), 400).path("code").asText())
                .isEqualTo("ST_NOT_FINITE");
        assertThat(problem(post("/v1/embeddings", tensors("labels", 1)), 422)
                        .path("code")
                        .asText())
                .isEqualTo("UNKNOWN_FIELD");
        assertThat(problem(
                                HttpRequest.newBuilder(address("/v1/embeddings"))
                                        .POST(HttpRequest.BodyPublishers.ofString("x")),
                                415)
                        .path("code")
                        .asText())
                .isEqualTo("MEDIA_TYPE");
    }

    private static float[] filled(int n, float value) {
        float[] out = new float[n];
        Arrays.fill(out, value);
        return out;
    }

    @Test
    void bodiesThatAreTooLarge() throws Exception {
        JsonNode problem = problem(post("/v1/embeddings", new byte[LIMIT + 1]), 413);
        assertThat(problem.path("limit").asLong()).isEqualTo(LIMIT);
        HttpRequest.Builder unnamed = HttpRequest.newBuilder(address("/v1/embeddings"))
                .header("Content-Type", TensorBody.TYPE)
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(new byte[LIMIT + 1])));
        assertThat(problem(unnamed, 413).path("code").asText()).isEqualTo("TOO_LARGE");
    }

    @Test
    void promptsAndGradientsNeedAServerThatGivesThem() throws Exception {
        byte[] prompts = TensorBody.bytes(new SafetensorsWriter()
                .floats("pixels", new long[] {1, 3, 64, 64}, new float[3 * 64 * 64])
                .floats("prompts", new long[] {1, 1, 128}, new float[128]));
        assertThat(problem(post("/v1/embeddings", prompts), 403).path("code").asText())
                .isEqualTo("NO_GRADIENTS");
        assertThat(problem(post("/v1/gradients", prompts), 403).path("code").asText())
                .isEqualTo("NO_GRADIENTS");
    }

    @Test
    void otherPathsAndMethods() throws Exception {
        assertThat(problem(HttpRequest.newBuilder(address("/v2/x")), 404)
                        .path("code")
                        .asText())
                .isEqualTo("NO_SUCH_PATH");
        assertThat(problem(HttpRequest.newBuilder(address("/v1/embeddings")), 405)
                        .path("code")
                        .asText())
                .isEqualTo("METHOD");
    }

    @Test
    void pagesAndOtherHostsAreRefused() throws Exception {
        assertThat(problem(HttpRequest.newBuilder(address("/v1/model")).header("Origin", "http://evil.example"), 403)
                        .path("code")
                        .asText())
                .isEqualTo("FOREIGN");
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), SERVER.get().address().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write("GET /v1/model HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 403")
                    .contains("FOREIGN");
        }
    }

    @Test
    void aTakenPortAndAnAbsentServer() throws Exception {
        int taken = SERVER.get().address().getPort();
        assertThatThrownBy(() -> ModelServer.start(
                        new LocalEncoder(MODEL.get(), PositionPolicy.APPEND),
                        new ServerOptions(taken, false, LIMIT),
                        line -> {}))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("taken");
        assertThatThrownBy(() -> new RemoteEncoder("http://127.0.0.1:1"))
                .isInstanceOf(EncoderException.class)
                .hasMessageContaining("serve-model");
        assertThatThrownBy(() -> new RemoteEncoder("file:///etc/passwd"))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("http://");
    }
}
