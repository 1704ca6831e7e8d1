package dev.runyard.service.auth;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Cookies of people's browsers: no script reads them, no other site sends them, and no other account of the machine can use them. */
@Singleton
public class Sessions {
    static final Duration LIFE = Duration.ofDays(30);

    private final Tokens tokens;
    private final PeerAccount peers = new PeerAccount();

    @Inject
    public Sessions(Tokens tokens) {
        this.tokens = tokens;
    }

    String name() {
        return tokens.cookie();
    }

    /** For the account at the other end of the connection. */
    Cookie open(HttpServerRequest request, Instant now) {
        return Cookie.cookie(name(), tokens.session(now.plus(LIFE), peers.of(request.connection())))
                .setPath("/")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setSecure(request.isSSL())
                .setMaxAge(LIFE.toSeconds());
    }

    /** Replaces the cookie in the browser by nothing. */
    Cookie close(HttpServerRequest request) {
        return Cookie.cookie(name(), "")
                .setPath("/")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setSecure(request.isSSL())
                .setMaxAge(0);
    }

    @Nullable
    Caller person(String cookie, HttpServerRequest request, Instant now) {
        return tokens.session(cookie, now, peers.of(request.connection()));
    }
}
