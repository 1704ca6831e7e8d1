package dev.runyard.vision.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.encoder.FrozenEncoder;
import dev.runyard.vision.encoder.ModelCard;
import dev.runyard.vision.encoder.TensorBody;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.serve.Problem.Refusal;
import dev.runyard.vision.tensor.SafetensorsException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A frozen model over HTTP, on loopback: {@code GET /v1/model} says what it is, {@code POST /v1/embeddings} takes float images of the
 * model's height or taller and gives embeddings, {@code POST /v1/gradients} gives gradients when that was allowed. Bodies are
 * safetensors, errors problem+json. It resizes and crops nothing: that would cut off the rows below the image.
 */
public final class ModelServer implements AutoCloseable {
    private static final int WAITING = 64;
    private static final int READERS = 4;
    private static final long DRAINED = 16L << 20;
    private static final Set<String> LOCAL = Set.of("127.0.0.1", "localhost", "[::1]");

    private final HttpServer http;
    private final ExecutorService threads;
    private final ServerOptions options;
    private final ModelCard card;
    private final ModelRequests requests;
    private final Consumer<String> log;

    private ModelServer(HttpServer http, FrozenEncoder encoder, ServerOptions options, Consumer<String> log) {
        this.http = http;
        this.options = options;
        this.log = log;
        card = options.gradients() ? encoder.card() : encoder.card().withoutGradients();
        requests = new ModelRequests(encoder, options.gradients());
        threads = Executors.newFixedThreadPool(READERS, task -> {
            Thread thread = new Thread(task, "model-server");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * @param encoder the model; stays the caller's
     * @param log hears one line for each answer
     * @throws InvalidSpec when the port is taken
     */
    public static ModelServer start(FrozenEncoder encoder, ServerOptions options, Consumer<String> log)
            throws IOException {
        HttpServer http;
        try {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port()), WAITING);
        } catch (BindException e) {
            throw new InvalidSpec("PORT_TAKEN", "port", options.port(), "is taken", "give another, or 0 for any");
        }
        ModelServer server = new ModelServer(http, encoder, options, log);
        http.setExecutor(server.threads);
        http.createContext("/", server::handle);
        http.start();
        return server;
    }

    /** For example {@code http://127.0.0.1:8300}. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        long begin = System.nanoTime();
        try (exchange) {
            Problem problem;
            try {
                answer(exchange);
                return;
            } catch (Refusal e) {
                problem = e.problem();
                drain(exchange.getRequestBody());
            } catch (SafetensorsException e) {
                problem = Problem.of(e);
            } catch (InvalidSpec e) {
                problem = Problem.of(e);
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                log.accept(exchange.getRequestURI().getPath() + " failed: " + e);
                problem = Problem.internal();
            }
            byte[] body = Json.mapper().writeValueAsBytes(problem);
            send(exchange, problem.status(), "application/problem+json", body);
        } finally {
            log.accept(String.format(
                    Locale.ROOT,
                    "%s %s %d %.0f ms",
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    exchange.getResponseCode(),
                    (System.nanoTime() - begin) / 1e6));
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        refuseForeign(exchange);
        String path = exchange.getRequestURI().getPath();
        switch (path) {
            case TensorBody.MODEL -> {
                expect(exchange, "GET");
                send(exchange, 200, "application/json", Json.mapper().writeValueAsBytes(card));
            }
            case TensorBody.EMBEDDINGS, TensorBody.GRADIENTS -> {
                expect(exchange, "POST");
                if (path.equals(TensorBody.GRADIENTS) && !options.gradients()) {
                    throw new Refusal(Problem.noGradients(path));
                }
                Torch.enter();
                byte[] out;
                try (TensorBody body = receive(exchange)) {
                    out = path.equals(TensorBody.EMBEDDINGS)
                            ? requests.embeddings(body.tensors())
                            : requests.gradients(body.tensors());
                }
                send(exchange, 200, TensorBody.TYPE, out);
            }
            default -> throw new Refusal(Problem.notFound(path));
        }
    }

    /** A page in a browser could otherwise reach this server under a name of its own, or from its own origin. */
    private static void refuseForeign(HttpExchange exchange) {
        String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
        String name = host.replaceAll(":\\d+$", "");
        if (!LOCAL.contains(name)) {
            throw new Refusal(Problem.foreign("the request names another host"));
        }
        if (exchange.getRequestHeaders().containsKey("Origin")) {
            throw new Refusal(Problem.foreign("the request comes from a web page"));
        }
    }

    private static void expect(HttpExchange exchange, String method) {
        if (!exchange.getRequestMethod().equals(method)) {
            throw new Refusal(Problem.method(method));
        }
    }

    private TensorBody receive(HttpExchange exchange) throws IOException {
        if (!TensorBody.TYPE.equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
            throw new Refusal(Problem.type(TensorBody.TYPE));
        }
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        if (length != null && length.matches("\\d{1,18}") && Long.parseLong(length) > options.largestBody()) {
            throw tooLarge();
        }
        return TensorBody.receive(new Limited(exchange.getRequestBody(), options.largestBody()));
    }

    /** A client that is still sending hears the answer only when somebody takes what it sends; up to a point. */
    private static void drain(InputStream body) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = DRAINED;
        for (int n = body.read(buffer); n >= 0 && left > 0; n = body.read(buffer)) {
            left -= n;
        }
    }

    private Refusal tooLarge() {
        return new Refusal(Problem.tooLarge(
                "body",
                "one request holds at most " + options.largestBody() + " bytes; send fewer images at a time",
                options.largestBody()));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    /** Ends a body without a length where the limit is passed. */
    private final class Limited extends FilterInputStream {
        private long left;

        Limited(InputStream in, long limit) {
            super(in);
            left = limit;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int at, int count) throws IOException {
            int n = super.read(to, at, count);
            left -= Math.max(0, n);
            if (left < 0) {
                throw tooLarge();
            }
            return n;
        }
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdown();
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
