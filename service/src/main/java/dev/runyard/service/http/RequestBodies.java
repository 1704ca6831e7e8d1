package dev.runyard.service.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Reads a request's body on the event loop, before a thread is taken for it: a client that sends slowly, or never ends, costs a
 * socket and what it sent, and no more. Counts bytes as they come: the limit holds whatever the head says of them.
 */
@Singleton
class RequestBodies {
    private final long patienceMillis;

    @Inject
    RequestBodies(@ConfigProperty(name = "runyard.http.body-timeout", defaultValue = "15s") Duration patience) {
        this.patienceMillis = patience.toMillis();
    }

    /** Goes on with the request once its whole body is there; else {@code refuse} answers 408 or 413. */
    void read(RoutingContext context, long limit, BiConsumer<RoutingContext, Problem.Body> refuse) {
        HttpServerRequest request = context.request();
        if (request.isEnded()) {
            context.next();
            return;
        }
        Buffer body = Buffer.buffer();
        boolean[] refused = {false};
        long timer = context.vertx().setTimer(patienceMillis, late -> {
            refused[0] = true;
            refuse.accept(
                    context,
                    Problem.Body.of(
                            408,
                            "BODY_TOO_SLOW",
                            "The body did not arrive within " + patienceMillis / 1_000 + " s; send it again at once."));
        });
        request.exceptionHandler(gone -> {
            refused[0] = true;
            context.vertx().cancelTimer(timer);
        });
        request.handler(part -> {
            if (refused[0]) {
                return;
            }
            if (body.length() + part.length() > limit) {
                refused[0] = true;
                context.vertx().cancelTimer(timer);
                refuse.accept(
                        context,
                        Problem.tooLarge("A body may have at most " + limit + " bytes.", limit)
                                .body());
            } else {
                body.appendBuffer(part);
            }
        });
        request.endHandler(end -> {
            context.vertx().cancelTimer(timer);
            if (!refused[0]) {
                ((RoutingContextInternal) context).setBody(body);
                context.next();
            }
        });
        request.resume();
    }
}
