package dev.runyard.service.account;

import dev.runyard.service.auth.OwnRows;
import dev.runyard.service.auth.Sessions;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.db.Asker;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Addresses;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.json.Json;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** How somebody whom the lab does not know yet becomes somebody it knows. Nobody registers by themselves. */
@Path("/api/v1/sign-in")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "session")
@PermitAll
@OwnRows
public class SignInResource {
    private final Statements statements;
    private final Passwords passwords;
    private final Sessions sessions;
    private final Asking asking;
    private final LabConfig config;
    private final Throttle throttle = new Throttle(Clock.systemUTC(), Throttle.WRONG);

    public SignInResource(
            Statements statements, Passwords passwords, Sessions sessions, Asking asking, LabConfig config) {
        this.statements = statements;
        this.passwords = passwords;
        this.sessions = sessions;
        this.asking = asking;
        this.config = config;
    }

    /** @param password never shown, logged or kept */
    @Schema(name = "SignInAsk")
    public record Ask(String name, String password) {
        public Ask {
            name = Defaults.required("name", name);
            password = Defaults.required("password", password);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** @param invitation what stands behind {@code #invitation=} in the link */
    @Schema(name = "InvitationAsk")
    public record Invited(String invitation, String password) {
        public Invited {
            invitation = Defaults.required("invitation", invitation);
            password = Defaults.required("password", password);
        }

        @Override
        public String toString() {
            return "invitation";
        }
    }

    /**
     * @param passwords whether there are accounts with a password
     * @param sso whether an institution signs people in
     */
    @Schema(name = "SignInWays")
    public record Ways(boolean passwords, boolean sso) {}

    /** @param name of the account */
    @Schema(name = "SignedIn")
    public record SignedIn(String name) {}

    @GET
    @Operation(summary = "How one signs in here")
    public Ways ways() {
        return new Ways(
                statements.number("select count(*) from account where not local") > 0,
                config.sso().isPresent());
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Sign in with name and password",
            description =
                    "Answers with a cookie. After a few wrong tries a minute 429; a wrong name and a wrong password look alike.")
    @RequestBody(content = @Content(schema = @Schema(implementation = Ask.class)), required = true)
    public SignedIn signIn(byte[] body, @Context RoutingContext context) {
        Ask ask = Json.read(body, Ask.class);
        String address = Addresses.of(context.request());
        throttle.tries(ask.name(), address);
        Optional<Known> known = statements.row(
                "select id, name, password from account where name = ? and disabled_at is null",
                r -> new Known(r.getObject(1, UUID.class), r.getString(2), r.getString(3)),
                ask.name());
        if (!passwords.matches(known.map(Known::password).orElse(null), ask.password())) {
            throw Problem.of(401, "WRONG_PASSWORD", "There is no account of that name and password.");
        }
        throttle.right(ask.name(), address);
        is(known.orElseThrow(), context);
        return signedIn(known.orElseThrow(), context);
    }

    @POST
    @Path("/invitation")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Choose a password",
            description = "With the link that an administrator handed out; it is good once. Signs in.")
    @RequestBody(content = @Content(schema = @Schema(implementation = Invited.class)), required = true)
    public SignedIn take(byte[] body, @Context RoutingContext context) {
        Invited ask = Json.read(body, Invited.class);
        String address = Addresses.of(context.request());
        throttle.tries("invitation", address);
        String invitation = Tokens.hash(ask.invitation());
        Known account = statements
                .row("""
                        select a.id, a.name from invitation i join account a on a.id = i.account_id
                        where i.hash = ? and i.expires_at > now() and a.disabled_at is null""", r -> new Known(r.getObject(1, UUID.class), r.getString(2), null), invitation)
                .orElseThrow(SignInResource::over);
        String password = passwords.hash(account.name(), ask.password());
        is(account, context);
        // Begun now: a connection knows from when it is taken whose changes it makes.
        SignedIn signedIn = QuarkusTransaction.requiringNew().call(() -> {
            // Of two who take it at once one is first.
            if (statements.change("delete from invitation where hash = ? and expires_at > now()", invitation) == 0) {
                throw over();
            }
            statements.change("update account set password = ? where id = ?", password, account.id());
            // Whoever was signed in with the password before is not any more.
            statements.change("delete from session where account_id = ?", account.id());
            return signedIn(account, context);
        });
        throttle.right("invitation", address);
        return signedIn;
    }

    private static Problem over() {
        return Problem.invalid(
                404,
                "NO_SUCH_INVITATION",
                "invitation",
                null,
                "is over, was used, or never was",
                "ask an administrator of the lab for another one");
    }

    private record Known(UUID id, String name, @Nullable String password) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** What follows is this account's doing. */
    private void is(Known account, RoutingContext context) {
        asking.is(
                new Asker(
                        account.name(),
                        account.id(),
                        false,
                        false,
                        null,
                        "POST " + context.request().path(),
                        Addresses.of(context.request()),
                        UUID.randomUUID().toString()),
                false);
    }

    private SignedIn signedIn(Known account, RoutingContext context) {
        context.response().addCookie(sessions.open(context.request(), account.id()));
        return new SignedIn(account.name());
    }
}
