package dev.runyard.service.auth;

import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Addresses;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Cookies of people's browsers: no script reads them and no other site sends them. That of the home's token is signed and stored nowhere,
 * and no other account of the machine can use it; that of an account is a row, and ends when the row does.
 */
@Singleton
public class Sessions {
    static final Duration LIFE = Duration.ofDays(30);
    private static final Duration ACCOUNT_LIFE = Duration.ofDays(7);
    private static final String OF_ACCOUNT = "s_";
    private static final int MOST = 20;
    private static final int LONGEST_AGENT = 200;

    private final Tokens tokens;
    private final Accounts accounts;
    private final Statements statements;
    private final PeerAccount peers = new PeerAccount();

    @Inject
    public Sessions(Tokens tokens, Accounts accounts, Statements statements) {
        this.tokens = tokens;
        this.accounts = accounts;
        this.statements = statements;
    }

    String name() {
        return tokens.cookie();
    }

    /** For the account at the other end of the connection. */
    Cookie open(HttpServerRequest request, Instant now) {
        return cookie(request, tokens.session(now.plus(LIFE), peers.of(request.connection())), LIFE);
    }

    /** For an account of the lab. Its oldest sessions end when it has more than {@value #MOST}. */
    public Cookie open(HttpServerRequest request, UUID account) {
        String secret = Tokens.fresh(OF_ACCOUNT);
        String agent =
                Optional.ofNullable(request.getHeader("User-Agent")).orElse("").replaceAll("[^\\x20-\\x7e]", "?");
        statements.change(
                "insert into session (account_id, hash, address, agent, expires_at) values (?, ?, ?, ?, ?)",
                account,
                Tokens.hash(secret),
                Addresses.of(request),
                agent.substring(0, Math.min(LONGEST_AGENT, agent.length())),
                Instant.now().plus(ACCOUNT_LIFE));
        statements.change("""
                delete from session where account_id = ? and (expires_at < now() or id not in
                  (select id from session where account_id = ? order by created_at desc limit ?))""", account, account, MOST);
        return cookie(request, secret, ACCOUNT_LIFE);
    }

    /** Ends the session that the request came with, whoever holds its cookie, and replaces the cookie by nothing. */
    Cookie close(HttpServerRequest request) {
        Cookie held = request.getCookie(name());
        if (held != null && held.getValue().startsWith(OF_ACCOUNT)) {
            statements.change("delete from session where hash = ?", Tokens.hash(held.getValue()));
        }
        return cookie(request, "", Duration.ZERO);
    }

    private Cookie cookie(HttpServerRequest request, String value, Duration life) {
        return Cookie.cookie(name(), value)
                .setPath("/")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setSecure(Addresses.secure(request))
                .setMaxAge(life.toSeconds());
    }

    /** Whether it takes the database to tell whose it is. */
    static boolean ofAccount(String cookie) {
        return cookie.startsWith(OF_ACCOUNT) && cookie.length() < 100;
    }

    @Nullable
    Caller person(String cookie, HttpServerRequest request, Instant now) {
        return ofAccount(cookie)
                ? accounts.session(cookie).orElse(null)
                : tokens.session(cookie, now, peers.of(request.connection()));
    }
}
