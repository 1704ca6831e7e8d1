package dev.runyard.service.http;

import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many requests of a kind are worked on at once, how many wait for their turn (on the event loop, without a thread), and when one
 * is turned away. Pages are turned away first; what workers report has threads and database connections of its own, so that leases
 * depend on nobody's browsing.
 */
@Singleton
class Admission {
    /** Bounds of a kind: {@code running} together stay below the threads and, but for transfers, the connections there are. */
    enum Kind {
        /** What people and their programs ask. */
        PEOPLE(12, 400),
        /** Passwords, which take long by intent: whoever guesses keeps nobody else waiting. */
        SIGN_IN(2, 40),
        /** Heartbeats, metrics, logs, checkpoints, ends. */
        WORKERS(16, 4_000),
        /** Whole files, in or out: long, and bound by the client's line. */
        TRANSFERS(48, 400);

        final int running;
        final int waiting;

        Kind(int running, int waiting) {
            this.running = running;
            this.waiting = waiting;
        }
    }

    private static final String SIGN_IN = "/api/v1/sign-in";

    private static final long PATIENCE_MILLIS = 5_000;

    private static final Pattern WORKERS = Pattern.compile("/api/v1/(workers(/.*)?|runs/[^/]+/(attempts/.+|metrics))");
    private static final Pattern TRANSFERS = Pattern.compile(
            "/api/(v1/(artifacts/.*|runs\\.csv|runs/[^/]+/metrics\\.csv)|2\\.0/mlflow-artifacts/artifacts/.+|2\\.0/mlflow/upload-artifact)|/get-artifact");

    private final Map<Kind, Turnstile> turnstiles = new EnumMap<>(Kind.class);

    Admission() {
        for (Kind kind : Kind.values()) {
            turnstiles.put(kind, new Turnstile(kind));
        }
    }

    /** Which bounds hold for a request; null: none (live events, the page's files, health). */
    static @Nullable Kind kind(String method, String path) {
        if (TRANSFERS.matcher(path).matches()) {
            return method.equals("HEAD") ? Kind.WORKERS : Kind.TRANSFERS;
        }
        if (!path.startsWith("/api/") || path.equals("/api/v1/events")) {
            return null;
        }
        if (path.startsWith(SIGN_IN)) {
            return Kind.SIGN_IN;
        }
        boolean reads = method.equals("GET") || method.equals("HEAD");
        return !reads && WORKERS.matcher(path).matches() ? Kind.WORKERS : Kind.PEOPLE;
    }

    /** Goes on with the request when it is its turn; {@code refuse} is called when there are too many, or its turn does not come. */
    void enter(RoutingContext context, Kind kind, Consumer<RoutingContext> refuse) {
        Turnstile turnstile = turnstiles.get(kind);
        if (turnstile == null) {
            throw new IllegalStateException("every kind has one");
        }
        turnstile.enter(context, refuse);
    }

    /** One request that waits, on the event loop that it came on. */
    private static final class Waiting {
        final RoutingContext request;
        final Context loop;
        final Consumer<RoutingContext> refuse;
        long timer;

        Waiting(RoutingContext request, Consumer<RoutingContext> refuse) {
            this.request = request;
            this.loop = request.vertx().getOrCreateContext();
            this.refuse = refuse;
        }
    }

    private static final class Turnstile {
        private final Kind kind;
        private final Deque<Waiting> queue = new ArrayDeque<>();
        private int running;

        Turnstile(Kind kind) {
            this.kind = kind;
        }

        void enter(RoutingContext request, Consumer<RoutingContext> refuse) {
            boolean now;
            synchronized (this) {
                now = running < kind.running;
                if (now) {
                    running++;
                } else if (queue.size() < kind.waiting) {
                    Waiting waiting = new Waiting(request, refuse);
                    waiting.timer = request.vertx().setTimer(PATIENCE_MILLIS, late -> giveUp(waiting));
                    queue.add(waiting);
                    return;
                }
            }
            if (now) {
                proceed(request);
            } else {
                refuse.accept(request);
            }
        }

        private void proceed(RoutingContext request) {
            request.addEndHandler(over -> leave());
            request.next();
        }

        private void giveUp(Waiting waiting) {
            boolean stillThere;
            synchronized (this) {
                stillThere = queue.remove(waiting);
            }
            if (stillThere) {
                waiting.refuse.accept(waiting.request);
            }
        }

        /** The place that became free is handed on, so {@code running} stays as it is while somebody waits. */
        private void leave() {
            Waiting next;
            synchronized (this) {
                next = queue.poll();
                if (next == null) {
                    running--;
                    return;
                }
            }
            next.request.vertx().cancelTimer(next.timer);
            next.loop.runOnContext(turn -> {
                if (next.request.response().closed()) {
                    leave();
                } else {
                    proceed(next.request);
                }
            });
        }
    }
}
