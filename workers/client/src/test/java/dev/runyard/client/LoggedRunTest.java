package dev.runyard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that misbehaves on purpose; that the lab takes what is sent, the service's tests show. */
final class LoggedRunTest {
    private final List<String> batches = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile int status = 200;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String path = exchange.getRequestURI().getPath();
        int code = 200;
        String said = "{\"run\":{\"info\":{\"run_id\":\"r1\"}},\"experiment\":{\"experiment_id\":\"e1\"}}";
        if (path.endsWith("log-batch")) {
            batches.add(body);
            if (refusals.getAndDecrement() > 0) {
                code = status;
            }
        }
        byte[] bytes = said.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private RunyardClient client() {
        return RunyardClient.at(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "t");
    }

    @Test
    void whatWasNotTakenIsSentAgainWordForWord() throws IOException {
        status = 503;
        refusals.set(2);
        try (LoggedRun run = client().start("e", "n")) {
            run.metric("loss", 0.5, 1);
            run.param("lr", 0.1);
        }
        assertThat(batches).hasSize(3);
        assertThat(batches.get(1)).isEqualTo(batches.get(0));
        assertThat(batches.get(2))
                .isEqualTo(batches.get(0))
                .contains("\"key\":\"loss\"", "\"value\":0.5", "\"step\":1", "\"lr\"");
    }

    @Test
    void whatIsRefusedIsSaidAndStopsNothing() throws IOException {
        status = 400;
        refusals.set(1);
        LoggedRun run = client().start("e", "n");
        run.metric("a", 1, 0);
        run.close();
        assertThat(run.dropped()).isEqualTo(1);
        assertThat(run.trouble()).isInstanceOf(RunyardClient.Refused.class);
    }

    @Test
    void aLabThatIsAwayDelaysNobodyButTheEnd() throws IOException {
        LoggedRun run = client().start("e", "n");
        server.stop(0);
        long begin = System.nanoTime();
        for (int i = 0; i < 100_000; i++) {
            run.metric("loss", i, i);
        }
        assertThat(System.nanoTime() - begin).isLessThan(5_000_000_000L);
        assertThat(run.dropped()).isZero();
    }

    @Test
    void insideARunOfTheLabItIsThatRun() throws IOException {
        RunyardClient inside = RunyardClient.of(Map.of(
                "RUNYARD_URL", "http://127.0.0.1:" + server.getAddress().getPort(),
                "RUNYARD_RUN_ID", "mine",
                "RUNYARD_RESUME_STEP", "40"));
        try (LoggedRun run = inside.start("e", "n")) {
            assertThat(run.id()).isEqualTo("mine");
            assertThat(run.resumeStep()).contains(40L);
            run.metric("nan", Double.NaN, 1);
        }
        assertThat(batches).singleElement().asString().contains("\"run_id\":\"mine\"", "\"value\":\"NaN\"");
    }

    @Test
    void noLabIsSaidAtOnce() {
        server.stop(0);
        assertThatThrownBy(() -> client().start("e", "n")).isInstanceOf(IOException.class);
    }
}
