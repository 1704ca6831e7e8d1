package dev.runyard.service.account;

import dev.runyard.service.auth.Accounts;
import dev.runyard.service.auth.OwnRows;
import dev.runyard.service.auth.Sessions;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.boot.Sso;
import dev.runyard.service.db.Asker;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Addresses;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Sha256;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Sign-in through an institution: the code flow of OpenID Connect with PKCE. What comes of it is a session like any other. */
@Path("/api/v1/sign-in/sso")
@Tag(name = "session")
@PermitAll
@OwnRows
public class SsoResource {
    private static final String COOKIE = "runyard-sso";
    private static final String BACK = "/api/v1/sign-in/sso/callback";
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** Each that is begun is a row until it is ended or {@link #PATIENCE} is over; a lab may come by one address. */
    private static final Throttle.Limits BEGUN = new Throttle.Limits(60, 60, 1_000);

    private static final String NAME = "institution";

    private final Statements statements;
    private final Sessions sessions;
    private final Accounts accounts;
    private final Asking asking;
    private final LabConfig config;
    private final Optional<Issuer> issuer;
    private final Throttle throttle = new Throttle(Clock.systemUTC(), BEGUN);

    public SsoResource(Statements statements, Sessions sessions, Accounts accounts, Asking asking, LabConfig config) {
        this.statements = statements;
        this.sessions = sessions;
        this.accounts = accounts;
        this.asking = asking;
        this.config = config;
        this.issuer = config.sso().map(Issuer::new);
    }

    @GET
    @Operation(summary = "Sign in through the institution", description = "Sends the browser there.")
    public Response go(@Context RoutingContext context) {
        return orToThePage(context, () -> sent(context));
    }

    private Response sent(RoutingContext context) {
        Issuer to = known();
        throttle.tries(NAME, Addresses.of(context.request()));
        accounts.requireWalls();
        String state = Tokens.fresh("");
        String nonce = Tokens.fresh("");
        String verifier = Tokens.fresh("");
        URI there = to.authorize(back(context), state, nonce, challenge(verifier));
        statements.change("delete from sso_attempt where expires_at < now()");
        statements.change(
                "insert into sso_attempt (hash, nonce, verifier, expires_at) values (?, ?, ?, ?)",
                Tokens.hash(state),
                nonce,
                verifier,
                Instant.now().plus(PATIENCE));
        context.response().addCookie(cookie(context, state, PATIENCE));
        return Response.seeOther(there).build();
    }

    @GET
    @Path("/callback")
    @Operation(summary = "Where the institution sends the browser back to")
    public Response back(
            @QueryParam("code") @Nullable String code,
            @QueryParam("state") @Nullable String state,
            @Context RoutingContext context) {
        return orToThePage(context, () -> signedIn(code, state, context));
    }

    /** A browser that was sent here has no page under its feet: it is led to the sign-in, which says what was wrong. */
    private static Response orToThePage(RoutingContext context, Supplier<Response> step) {
        try {
            return step.get();
        } catch (Problem refused) {
            String accepts = context.request().getHeader("Accept");
            if (accepts == null || !accepts.contains("text/html")) {
                throw refused;
            }
            return Response.seeOther(URI.create("/#refused=" + refused.body().code()))
                    .build();
        }
    }

    private Response signedIn(@Nullable String code, @Nullable String state, RoutingContext context) {
        Issuer from = known();
        Cookie held = context.request().getCookie(COOKIE);
        // Begun in this very browser, or somebody else's sign-in would become this one's.
        if (code == null || state == null || held == null || !held.getValue().equals(state)) {
            throw begun();
        }
        record Attempt(String nonce, String verifier) {}
        Attempt attempt = statements
                .row(
                        "delete from sso_attempt where hash = ? and expires_at > now() returning nonce, verifier",
                        r -> new Attempt(r.getString(1), r.getString(2)),
                        Tokens.hash(state))
                .orElseThrow(SsoResource::begun);
        Issuer.Person person = from.exchange(back(context), code, attempt.verifier(), attempt.nonce());
        UUID account = account(person, context);
        throttle.right(NAME, Addresses.of(context.request()));
        context.response().addCookie(cookie(context, "", Duration.ZERO));
        context.response().addCookie(sessions.open(context.request(), account));
        return Response.seeOther(URI.create("/")).build();
    }

    private UUID account(Issuer.Person person, RoutingContext context) {
        String name =
                person.name().toLowerCase(Locale.ROOT).replaceFirst("@.*", "").replaceAll("[^a-z0-9._-]", "-");
        String checked = name.matches("[a-z0-9].*") ? name.substring(0, Math.min(64, name.length())) : "person";
        record Known(UUID id, String name, boolean disabled) {}
        Optional<Known> known = statements.row(
                "select id, name, disabled_at is not null from account where subject = ?",
                r -> new Known(r.getObject(1, UUID.class), r.getString(2), r.getBoolean(3)),
                person.subject());
        if (known.filter(Known::disabled).isPresent()) {
            throw Problem.of(403, "DISABLED", "This account is disabled; ask an administrator of the lab.");
        }
        List<Sso.Grant> grants = config.sso().orElseThrow().groups().entrySet().stream()
                .filter(group -> person.groups().contains(group.getKey()))
                .map(java.util.Map.Entry::getValue)
                .toList();
        UUID id = known.map(Known::id).orElseGet(UUID::randomUUID);
        asking.is(
                new Asker(
                        known.map(Known::name).orElse(checked),
                        id,
                        false,
                        false,
                        null,
                        "POST " + context.request().path(),
                        Addresses.of(context.request()),
                        UUID.randomUUID().toString()),
                false);
        // Begun now: a connection knows from when it is taken whose changes it makes.
        return QuarkusTransaction.requiringNew().call(() -> {
            if (known.isEmpty()
                    && statements.change(
                                    "insert into account (id, name, subject, created_by) values (?, ?, ?, 'OpenID Connect') on conflict do nothing",
                                    id,
                                    checked,
                                    person.subject())
                            == 0) {
                throw Problem.of(
                        409,
                        "NAME_TAKEN",
                        "There is an account named " + checked
                                + " already that signs in by another way; ask an administrator of the lab.");
            }
            grant(id, grants);
            return id;
        });
    }

    /** What the institution's groups say holds, each time anew; what a maintainer gave by hand in other projects stays. */
    private void grant(UUID account, List<Sso.Grant> grants) {
        boolean groupsSayWho = config.sso().orElseThrow().groups().values().stream()
                .anyMatch(g -> g.project().isEmpty());
        if (groupsSayWho) {
            statements.change(
                    "update account set administrator = ? where id = ? and administrator <> ?",
                    grants.stream().anyMatch(g -> g.project().isEmpty()),
                    account,
                    grants.stream().anyMatch(g -> g.project().isEmpty()));
        }
        List<String> mapped = config.sso().orElseThrow().groups().values().stream()
                .flatMap(g -> g.project().stream())
                .distinct()
                .toList();
        for (String project : mapped) {
            Optional<String> role = grants.stream()
                    .filter(g -> g.project().filter(project::equals).isPresent())
                    .map(Sso.Grant::role)
                    .min(java.util.Comparator.comparingInt(List.of("MAINTAINER", "RESEARCHER", "VIEWER")::indexOf));
            if (role.isEmpty()) {
                statements.change(
                        "delete from member where account_id = ? and project_id = (select id from project where name = ?)",
                        account,
                        project);
            } else {
                statements.change("""
                        insert into member (project_id, account_id, role, created_by)
                        select id, ?, ?, 'OpenID Connect' from project where name = ?
                        on conflict (project_id, account_id) do update set role = excluded.role where member.role <> excluded.role""", account, role.get(), project);
            }
        }
    }

    private Issuer known() {
        return issuer.orElseThrow(
                () -> Problem.of(404, "NOT_FOUND", "This lab signs nobody in through an institution."));
    }

    private static Problem begun() {
        return Problem.of(
                401, "NOT_BEGUN_HERE", "This sign-in was not begun in this browser, or took too long; begin again.");
    }

    /** Under the name that people open: the issuer knows that one. */
    private URI back(RoutingContext context) {
        String own = config.border()
                .proxy()
                .map(Object::toString)
                .orElseGet(() -> (Addresses.secure(context.request()) ? "https://" : "http://")
                        + context.request().authority());
        return URI.create(own + BACK);
    }

    /** Lax: the institution's page sends the browser back with it. */
    private static Cookie cookie(RoutingContext context, String value, Duration life) {
        return Cookie.cookie(COOKIE, value)
                .setPath("/api/v1/sign-in/sso")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.LAX)
                .setSecure(Addresses.secure(context.request()))
                .setMaxAge(life.toSeconds());
    }

    private static String challenge(String verifier) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Sha256.digest().digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    }
}
