package dev.runyard.service.auth;

import dev.runyard.service.http.Addresses;
import dev.runyard.service.http.Problem;
import dev.runyard.service.http.RefusalWriter;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.quarkus.vertx.http.runtime.security.HttpCredentialTransport;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Context;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells who asks: by a bearer token, else by the page's cookie. A wrong token is refused, whatever cookie comes with it; a cookie that
 * no longer counts is as good as none. Nothing in a query or a body is looked at, and both are unread when a request is refused.
 */
@Singleton
public class TokenMechanism implements HttpAuthenticationMechanism {
    static final String CHALLENGE = "Bearer realm=\"runyard\"";

    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final Tokens tokens;
    private final Sessions sessions;
    private final Accounts accounts;
    private final RefusalWriter refusals;

    @Inject
    public TokenMechanism(Tokens tokens, Sessions sessions, Accounts accounts, RefusalWriter refusals) {
        this.tokens = tokens;
        this.accounts = accounts;
        this.sessions = sessions;
        this.refusals = refusals;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager manager) {
        String authorization = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            return bearer(context, authorization);
        }
        Cookie cookie = fromOurPage(context.request()) ? context.request().getCookie(sessions.name()) : null;
        if (cookie == null) {
            return Uni.createFrom().nullItem();
        }
        Supplier<@Nullable Caller> person = () -> sessions.person(cookie.getValue(), context.request(), Instant.now());
        return (Sessions.ofAccount(cookie.getValue())
                        ? asked(context, person)
                        : Uni.createFrom().item(person))
                .map(found -> found == null ? null : identity(found));
    }

    private Uni<SecurityIdentity> bearer(RoutingContext context, String authorization) {
        String token = token(authorization);
        Caller caller = tokens.caller(token);
        if (caller instanceof Caller.Person && !Addresses.ofThisMachine(context.request())) {
            // The home's token is for the lab's own machine: from elsewhere people come with an account.
            caller = null;
        }
        Caller known = caller;
        Uni<@Nullable Caller> found = known == null && Tokens.ofAccount(token)
                ? asked(context, () -> accounts.token(token).orElse(null))
                : Uni.createFrom().item(known);
        return found.map(TokenMechanism::known);
    }

    /** Behind Bearer, or as the password of whatever name for programs that know names and passwords only; empty where there is none. */
    static String token(String authorization) {
        return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : basic(authorization).map(pair -> pair[1]).orElse("");
    }

    /** The name before such a password: programs that can say no other word of their project say it there. */
    static Optional<String> name(@Nullable String authorization) {
        return authorization == null ? Optional.empty() : basic(authorization).map(pair -> pair[0]);
    }

    private static Optional<String[]> basic(String authorization) {
        if (!authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return Optional.empty();
        }
        try {
            byte[] pair = Base64.getDecoder()
                    .decode(authorization.substring(BASIC.length()).strip());
            String[] parts = new String(pair, StandardCharsets.UTF_8).split(":", 2);
            return parts.length == 2 ? Optional.of(parts) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static SecurityIdentity known(@Nullable Caller caller) {
        if (caller == null) {
            throw new AuthenticationFailedException();
        }
        return identity(caller);
    }

    /** Of the database, which no thread of the network waits for; what the request carries waits meanwhile, and goes on where it was. */
    private static Uni<@Nullable Caller> asked(RoutingContext context, Supplier<@Nullable Caller> question) {
        Context loop = context.vertx().getOrCreateContext();
        context.request().pause();
        return Uni.createFrom()
                .item(question)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .emitOn(next -> loop.runOnContext(go -> next.run()));
    }

    /**
     * Browsers send a cookie to us from pages of every port of this machine. They say so; what changes something must say that it
     * does not come from one. (A foreign Origin was refused before.)
     */
    private static boolean fromOurPage(HttpServerRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site == null) {
            return READING.contains(request.method()) || request.getHeader(HttpHeaders.ORIGIN) != null;
        }
        return site.equals("same-origin") || site.equals("none") && READING.contains(request.method());
    }

    private static SecurityIdentity identity(Caller caller) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(caller)
                .addRoles(caller.roles())
                .build();
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", CHALLENGE));
    }

    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        boolean shown = context.request().getHeader(HttpHeaders.AUTHORIZATION) != null;
        context.response().putHeader("WWW-Authenticate", CHALLENGE);
        refusals.end(context, refusal(shown));
        return Uni.createFrom().item(true);
    }

    /** @param shown whether the caller showed a token at all */
    static Problem.Body refusal(boolean shown) {
        return shown
                ? Problem.Body.of(
                        401,
                        "BAD_TOKEN",
                        "This lab does not know that token.",
                        "show the one that \"runyard token\" prints on the lab's machine, or one that the account page made")
                : Problem.Body.of(
                        401,
                        "NOT_SIGNED_IN",
                        "This lab does not know who asks.",
                        "sign in with your account; on the lab's machine open the address that \"runyard up\" printed, or send the"
                                + " token that \"runyard token\" prints as \"Authorization: Bearer TOKEN\"");
    }

    @Override
    public Uni<HttpCredentialTransport> getCredentialTransport(RoutingContext context) {
        return Uni.createFrom()
                .item(new HttpCredentialTransport(HttpCredentialTransport.Type.AUTHORIZATION, BEARER.strip()));
    }
}
