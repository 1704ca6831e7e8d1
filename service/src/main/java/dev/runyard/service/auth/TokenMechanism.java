package dev.runyard.service.auth;

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
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells who asks: by a bearer token, else by the page's cookie. A wrong token is refused, whatever cookie comes with it; a cookie that
 * no longer counts is as good as none. Nothing in a query or a body is looked at, and both are unread when a request is refused.
 */
@Singleton
public class TokenMechanism implements HttpAuthenticationMechanism {
    static final String CHALLENGE = "Bearer realm=\"runyard\"";

    private static final String BEARER = "Bearer ";
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final Tokens tokens;
    private final Sessions sessions;
    private final RefusalWriter refusals;

    @Inject
    public TokenMechanism(Tokens tokens, Sessions sessions, RefusalWriter refusals) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.refusals = refusals;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager manager) {
        String authorization = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            Caller caller = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    ? tokens.caller(authorization.substring(BEARER.length()).strip())
                    : null;
            return caller == null
                    ? Uni.createFrom().failure(new AuthenticationFailedException())
                    : Uni.createFrom().item(identity(caller));
        }
        Caller person = fromOurPage(context.request()) ? cookie(context) : null;
        return person == null ? Uni.createFrom().nullItem() : Uni.createFrom().item(identity(person));
    }

    private @Nullable Caller cookie(RoutingContext context) {
        Cookie cookie = context.request().getCookie(sessions.name());
        return cookie == null ? null : sessions.person(cookie.getValue(), context.request(), Instant.now());
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
                .addRole(caller.role())
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
                        "show the one that \"runyard token\" prints")
                : Problem.Body.of(
                        401,
                        "NOT_SIGNED_IN",
                        "This lab does not know who asks.",
                        "open the address that \"runyard up\" printed, or send the token that \"runyard token\" prints as"
                                + " \"Authorization: Bearer TOKEN\"");
    }

    @Override
    public Uni<HttpCredentialTransport> getCredentialTransport(RoutingContext context) {
        return Uni.createFrom()
                .item(new HttpCredentialTransport(HttpCredentialTransport.Type.AUTHORIZATION, BEARER.strip()));
    }
}
