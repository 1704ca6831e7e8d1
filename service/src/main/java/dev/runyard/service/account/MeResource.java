package dev.runyard.service.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.OwnRows;
import dev.runyard.service.auth.Role;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.json.Json;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What an account sees and changes of itself: its projects, tokens, sessions, password. */
@Path("/api/v1/me")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "people")
@RolesAllowed(Role.PERSON)
@OwnRows
public class MeResource {
    private static final int MOST_TOKENS = 100;
    private static final int MOST_DAYS = 3_650;

    private final Statements statements;
    private final Passwords passwords;
    private final SecurityIdentity identity;

    public MeResource(Statements statements, Passwords passwords, SecurityIdentity identity) {
        this.statements = statements;
        this.passwords = passwords;
        this.identity = identity;
    }

    /** A project and what the account is there; the administrator is maintainer of all. */
    @Schema(name = "MyProject")
    public record Project(String name, Role.Level role) {}

    /** @param way by which the request showed who asks */
    @Schema(name = "Me")
    public record View(String name, boolean administrator, boolean readOnly, Caller.Way way, List<Project> projects) {}

    /** @param scope READ: looks and changes nothing */
    public enum Scope {
        READ,
        WRITE
    }

    /**
     * A token as shown.
     *
     * @param expiresAt null: never
     * @param current whether this request came with it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "ApiTokenView")
    public record Token(
            UUID id,
            String name,
            Scope scope,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt,
            boolean current) {
        Token(ResultSet r, @Nullable UUID current) throws SQLException {
            this(
                    r.getObject("id", UUID.class),
                    r.getString("name"),
                    Scope.valueOf(r.getString("scope")),
                    Statements.instant(r, "created_at"),
                    Statements.time(r, "expires_at"),
                    Statements.time(r, "last_used_at"),
                    r.getObject("id", UUID.class).equals(current));
        }
    }

    /** @param days until it ends; left out: never */
    @Schema(name = "ApiTokenAsk")
    public record TokenAsk(
            String name, @Nullable Scope scope, @Nullable Integer days) {
        public TokenAsk {
            name = Given.label("name", Defaults.required("name", name));
            if (name.length() > 100) {
                throw Problem.invalid("BAD_NAME", "name", name, "must be at most 100 characters", null);
            }
            if (days != null && (days < 1 || days > MOST_DAYS)) {
                throw Problem.invalid("OUT_OF_RANGE", "days", days, "must lie in [1, " + MOST_DAYS + "]", null);
            }
        }
    }

    /** @param secret the token itself, shown here and never again */
    @Schema(name = "ApiTokenMade")
    public record TokenMade(Token token, String secret) {
        @Override
        public String toString() {
            return token.toString();
        }
    }

    /** @param current whether this request came with it */
    @Schema(name = "SessionOfMine")
    public record Session(
            UUID id,
            String address,
            String agent,
            Instant createdAt,
            Instant lastUsedAt,
            Instant expiresAt,
            boolean current) {}

    /** Both as they are typed. */
    @Schema(name = "PasswordChange")
    public record PasswordChange(String old, String password) {
        public PasswordChange {
            old = Defaults.required("old", old);
            password = Defaults.required("password", password);
        }

        @Override
        public String toString() {
            return "password";
        }
    }

    @GET
    @Operation(summary = "Who this request is from, and what they are where")
    public View me() {
        Caller.Person person = person();
        List<Project> projects = person.administrator()
                ? statements.rows(
                        "select name from project order by name",
                        r -> new Project(r.getString(1), Role.Level.MAINTAINER))
                : statements.rows("""
                        select p.name, m.role from member m join project p on p.id = m.project_id
                        where m.account_id = ? order by p.name""", r -> new Project(r.getString(1), Role.Level.valueOf(r.getString(2))), account());
        return new View(person.name(), person.administrator(), person.readOnly(), person.way(), projects);
    }

    @GET
    @Path("/tokens")
    public List<Token> tokens() {
        UUID current = person().credential();
        return statements.rows(
                "select * from api_token where account_id = ? and revoked_at is null order by created_at desc limit ?",
                r -> new Token(r, current),
                account(),
                MOST_TOKENS);
    }

    @POST
    @Path("/tokens")
    @Transactional
    @Operation(summary = "Make a token for a program", description = "It may do what its account may; shown once.")
    @RequestBody(content = @Content(schema = @Schema(implementation = TokenAsk.class)), required = true)
    @APIResponse(
            responseCode = "201",
            description = "made",
            content = @Content(schema = @Schema(implementation = TokenMade.class)))
    public Response make(byte[] body) {
        writes();
        TokenAsk ask = Json.read(body, TokenAsk.class);
        if (tokens().size() >= MOST_TOKENS) {
            throw Problem.of(409, "TOO_MANY", "There are " + MOST_TOKENS + " tokens already; revoke some.");
        }
        UUID id = UUID.randomUUID();
        String secret = Tokens.fresh(Tokens.PREFIX);
        statements.change(
                "insert into api_token (id, account_id, name, hash, scope, expires_at) values (?, ?, ?, ?, ?, ?)",
                id,
                account(),
                ask.name(),
                Tokens.hash(secret),
                ask.scope() == null ? Scope.WRITE : ask.scope(),
                ask.days() == null ? null : Instant.now().plus(Duration.ofDays(ask.days())));
        Token token = statements
                .row("select * from api_token where id = ?", r -> new Token(r, null), id)
                .orElseThrow();
        return Response.created(URI.create("/api/v1/me/tokens/" + id))
                .entity(new TokenMade(token, secret))
                .build();
    }

    @DELETE
    @Path("/tokens/{id}")
    @Operation(summary = "Revoke a token", description = "From the next request on it is nobody's.")
    public void revoke(@PathParam("id") String id) {
        writes();
        int revoked = statements.change(
                "update api_token set revoked_at = now() where id = ? and account_id = ? and revoked_at is null",
                Given.id("token", id),
                account());
        if (revoked == 0) {
            throw Problem.notFound("token", id);
        }
    }

    @GET
    @Path("/sessions")
    public List<Session> sessions() {
        UUID current = person().credential();
        return statements.rows(
                "select * from session where account_id = ? and expires_at > now() order by last_used_at desc",
                r -> new Session(
                        r.getObject("id", UUID.class),
                        r.getString("address"),
                        r.getString("agent"),
                        Statements.instant(r, "created_at"),
                        Statements.instant(r, "last_used_at"),
                        Statements.instant(r, "expires_at"),
                        r.getObject("id", UUID.class).equals(current)),
                account());
    }

    @DELETE
    @Path("/sessions/{id}")
    @Operation(summary = "Sign a browser out", description = "Wherever its cookie was copied to.")
    public void end(@PathParam("id") String id) {
        writes();
        int ended = statements.change(
                "delete from session where id = ? and account_id = ?", Given.id("session", id), account());
        if (ended == 0) {
            throw Problem.notFound("session", id);
        }
    }

    @PUT
    @Path("/password")
    @Transactional
    @Operation(summary = "Change the password", description = "Signs every other browser out. Tokens stay.")
    @RequestBody(content = @Content(schema = @Schema(implementation = PasswordChange.class)), required = true)
    public void password(byte[] body) {
        Caller.Person person = person();
        if (person.way() != Caller.Way.SESSION) {
            throw Problem.of(
                    403, "NOT_BY_TOKEN", "A password is changed by whoever is signed in with it, on the account page.");
        }
        PasswordChange ask = Json.read(body, PasswordChange.class);
        String known = statements
                .row("select coalesce(password, '') from account where id = ?", r -> r.getString(1), account())
                .filter(hash -> !hash.isEmpty())
                .orElseThrow(() -> Problem.of(409, "NO_PASSWORD", "This account signs in by another way."));
        if (!passwords.matches(known, ask.old())) {
            throw Problem.invalid("WRONG_PASSWORD", "old", null, "is not the account's password", null);
        }
        statements.change(
                "update account set password = ? where id = ?",
                passwords.hash(person.name(), ask.password()),
                account());
        statements.change("delete from session where account_id = ? and id <> ?", account(), person.credential());
    }

    private Caller.Person person() {
        return (Caller.Person) identity.getPrincipal();
    }

    /** The account that runs the lab is a row like any other. */
    private UUID account() {
        UUID account = person().account();
        return account != null
                ? account
                : statements
                        .row("select id from account where name = ?", r -> r.getObject(1, UUID.class), person().name())
                        .orElseThrow();
    }

    private void writes() {
        if (person().readOnly()) {
            throw Problem.of(403, "READ_ONLY", "This token looks and changes nothing.");
        }
    }
}
