package dev.runyard.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/** An HTTP server on loopback that answers paths below {@code /api/v1/} as a test says. It keeps what it was asked. */
public final class StubLab implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, Answer> answers = Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());

    /** One request. */
    public record Asked(String method, String path, String key, String body) {}

    /** What is answered; with {@code broken} the connection ends in the middle of the body. */
    public record Answer(int status, String type, String body, Map<String, String> headers, boolean broken) {
        public static Answer json(int status, String body) {
            return new Answer(status, "application/json", body, Map.of(), false);
        }
    }

    public StubLab() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "stub");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::handle);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /**
     * @param route method and path with its query, for example {@code GET runs?limit=1}; a path without its query stands for all
     */
    public StubLab on(String route, Answer answer) {
        answers.put(route, answer);
        return this;
    }

    public StubLab on(String route, String json) {
        return on(route, Answer.json(200, json));
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String path = exchange.getRequestURI().toString().replaceFirst("^/api/v1/", "");
        String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        asked.add(new Asked(exchange.getRequestMethod(), path, key == null ? "" : key, body));
        Answer answer = find(exchange.getRequestMethod() + " " + path);
        byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.type);
        answer.headers.forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(answer.status, answer.broken ? bytes.length + 100 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** A route with "once" in front of it is answered so the first time. */
    private Answer find(String route) {
        Answer first = answers.remove("once " + route);
        if (first == null) {
            first = answers.remove("once " + route.replaceFirst("\\?.*", ""));
        }
        if (first != null) {
            return first;
        }
        Answer found = answers.getOrDefault(route, answers.get(route.replaceFirst("\\?.*", "")));
        return found == null
                ? Answer.json(404, "{\"code\":\"NOT_FOUND\",\"detail\":\"There is no such thing.\"}")
                : found;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
