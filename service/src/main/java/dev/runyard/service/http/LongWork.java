package dev.runyard.service.http;

import dev.runyard.spec.json.Json;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What may take longer than a connection without a byte is kept open, by us or by a proxy. Whoever accepts lines is sent an empty object now
 * and then while it lasts, and at the end the result, or {@code {"problem": …}} with the body of a refusal. Others wait for the plain answer.
 */
public final class LongWork {
    /** The media type of lines. */
    public static final String LINES = "application/x-ndjson";

    private static final Duration EVERY = Duration.ofSeconds(10);

    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "runyard-long-work");
        thread.setDaemon(true);
        return thread;
    });

    private LongWork() {}

    /**
     * @param accept header of the request
     * @param work done once, on the thread of the request; its result is an object in JSON
     */
    public static Response answer(@Nullable String accept, Supplier<?> work) {
        return answer(accept, EVERY, work);
    }

    static Response answer(@Nullable String accept, Duration every, Supplier<?> work) {
        if (accept == null || !accept.contains(LINES)) {
            return Response.ok(work.get(), MediaType.APPLICATION_JSON).build();
        }
        StreamingOutput lines = out -> {
            Signs signs = new Signs(out);
            ScheduledFuture<?> beats =
                    CLOCK.scheduleWithFixedDelay(signs, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
            Object result;
            try {
                result = work.get();
            } catch (RuntimeException e) {
                result = Map.of("problem", ProblemMapper.body(e, "long work"));
            } finally {
                beats.cancel(false);
            }
            signs.last(Json.mapper().writeValueAsString(result));
        };
        return Response.ok(lines, LINES).build();
    }

    /** Lines of one answer. */
    private static final class Signs implements Runnable {
        private final OutputStream out;
        private boolean over;

        Signs(OutputStream out) {
            this.out = out;
        }

        /** Whoever asked may have gone; the work goes on, as without lines. */
        @Override
        public synchronized void run() {
            try {
                if (!over) {
                    line("{}");
                }
            } catch (IOException | RuntimeException e) {
                over = true;
            }
        }

        synchronized void last(String text) throws IOException {
            over = true;
            line(text);
        }

        private void line(String text) throws IOException {
            out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }
}
