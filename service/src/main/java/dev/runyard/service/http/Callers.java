package dev.runyard.service.http;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many requests one token, or one browser, has under way: what runs, and a quarter of the places in which others wait too. A loop
 * without a pause then waits for itself, not everybody for it.
 */
@Singleton
class Callers {
    private static final int PART = 4;

    private static final String BASIC = "Basic ";

    /** Of sessions; what else a browser sends along is its own. */
    private static final String COOKIE = "runyard-";

    private final RefusalWriter refusals;
    private final Map<String, Integer> underWay = new ConcurrentHashMap<>();

    @Inject
    Callers(RefusalWriter refusals) {
        this.refusals = refusals;
    }

    /** Of one caller, at once. */
    static int most(Admission.Kind kind) {
        return kind.running + kind.waiting / PART;
    }

    /** Counts the request until it is answered; where it is one too many, it is answered: 429. */
    boolean begins(RoutingContext context, Admission.Kind kind) {
        String shown = shown(context.request());
        if (shown == null) {
            return true; // who shows nothing signs in, which has limits of its own
        }
        int most = most(kind);
        String caller = kind + " " + shown;
        if (underWay.merge(caller, 1, Integer::sum) > most) {
            ended(caller);
            context.response()
                    .putHeader("RateLimit-Limit", Integer.toString(most))
                    .putHeader("RateLimit-Remaining", "0")
                    .putHeader(HttpHeaders.RETRY_AFTER, "1");
            refusals.end(
                    context,
                    Problem.Body.of(
                            429,
                            "TOO_MANY_REQUESTS",
                            "This token has " + most + " requests under way already; wait for some of their answers."));
            return false;
        }
        context.addEndHandler(over -> ended(caller));
        return true;
    }

    private void ended(String caller) {
        underWay.computeIfPresent(caller, (key, many) -> many == 1 ? null : many - 1);
    }

    /** A token that comes as a password is the same one whatever name stands before it. */
    private static String password(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            return pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            return encoded;
        }
    }

    private static @Nullable String shown(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header != null) {
            String said = header.substring(header.lastIndexOf(' ') + 1);
            return header.regionMatches(true, 0, BASIC, 0, BASIC.length()) ? password(said) : said;
        }
        return request.cookies().stream()
                .filter(cookie -> cookie.getName().startsWith(COOKIE))
                .map(Cookie::getValue)
                .findFirst()
                .orElse(null);
    }
}
