package dev.runyard.service.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.json.Json;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
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

/** Accounts of the lab. An administrator makes them; nobody registers by themselves, and no password but its owner's ever exists. */
@Path("/api/v1/accounts")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "people")
@RolesAllowed(Role.ADMINISTRATOR)
public class AccountResource {
    private static final int MOST = 1_000;
    private static final String SELECT = """
            select a.*, (select max(s.last_used_at) from session s where s.account_id = a.id) as seen
            from account a\s""";

    private final Statements statements;
    private final Invitations invitations;
    private final SecurityIdentity identity;

    public AccountResource(Statements statements, Invitations invitations, SecurityIdentity identity) {
        this.statements = statements;
        this.invitations = invitations;
        this.identity = identity;
    }

    /** @param name small letters, digits, dots, dashes: what the account is called for good */
    @Schema(name = "AccountAsk")
    public record Ask(String name, @Nullable Boolean administrator) {
        public Ask {
            if (!Defaults.required("name", name).matches("[a-z0-9][a-z0-9._-]{0,63}")) {
                throw Problem.invalid(
                        "BAD_NAME",
                        "name",
                        name,
                        "must be 1 to 64 small letters, digits, dots, dashes and underscores, and begin with a letter or digit",
                        null);
            }
        }
    }

    /** @param disabled whoever is it is signed out, and their tokens count no more; what they made stays */
    @Schema(name = "AccountChange")
    public record Change(
            @Nullable Boolean administrator, @Nullable Boolean disabled) {}

    /**
     * An account as shown.
     *
     * @param local whether it stands for the account of the operating system that runs the lab
     * @param invited whether it has no password yet
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "AccountView")
    public record View(
            UUID id,
            String name,
            boolean administrator,
            boolean local,
            boolean disabled,
            boolean invited,
            Instant createdAt,
            String createdBy,
            @Nullable Instant lastSeenAt) {
        View(ResultSet r) throws SQLException {
            this(
                    r.getObject("id", UUID.class),
                    r.getString("name"),
                    r.getBoolean("administrator"),
                    r.getBoolean("local"),
                    r.getObject("disabled_at") != null,
                    r.getString("password") == null && r.getString("subject") == null && !r.getBoolean("local"),
                    Statements.instant(r, "created_at"),
                    r.getString("created_by"),
                    Statements.time(r, "seen"));
        }
    }

    /**
     * An account and the way into it.
     *
     * @param invitation what the link that is good once ends with, {@code #invitation=…}; shown here and nowhere else
     * @param expiresAt when it is over
     */
    @Schema(name = "AccountMade")
    public record Made(View account, String invitation, Instant expiresAt) {}

    @GET
    @Operation(summary = "Everybody", description = "By name; the first " + MOST + ".")
    public List<View> accounts() {
        return statements.rows(SELECT + "order by a.name limit ?", View::new, MOST);
    }

    @POST
    @Transactional
    @Operation(
            summary = "Make an account",
            description = "Answers with an invitation, with which its owner chooses a password.")
    @RequestBody(content = @Content(schema = @Schema(implementation = Ask.class)), required = true)
    @APIResponse(
            responseCode = "201",
            description = "made",
            content = @Content(schema = @Schema(implementation = Made.class)))
    public Response make(byte[] body) {
        Ask ask = Json.read(body, Ask.class);
        if (statements.number("select count(*) from account") >= MOST) {
            throw Problem.of(409, "TOO_MANY", "There are " + MOST + " accounts already.");
        }
        UUID id = UUID.randomUUID();
        int made = statements.change(
                "insert into account (id, name, administrator, created_by) values (?, ?, ?, ?) on conflict (name) do nothing",
                id,
                ask.name(),
                Boolean.TRUE.equals(ask.administrator()),
                identity.getPrincipal().getName());
        if (made == 0) {
            throw Problem.of(409, "NAME_TAKEN", "There is an account named " + ask.name() + " already.");
        }
        return Response.created(URI.create("/api/v1/accounts/" + id))
                .entity(invite(id))
                .build();
    }

    @POST
    @Path("/{id}/invitation")
    @Transactional
    @Operation(
            summary = "Invite again",
            description =
                    "For whoever lost the link or the password. The one before counts no more; the password does until the"
                            + " invitation is taken.")
    public Made again(@PathParam("id") String id) {
        View account = one(Given.id("account", id));
        if (account.local() || account.disabled()) {
            throw Problem.of(
                    409,
                    "NOT_APPLICABLE",
                    account.local()
                            ? "This account signs in by the lab's own machine and has no password."
                            : "This account is disabled; let it back first.");
        }
        return invite(account.id());
    }

    @PATCH
    @Path("/{id}")
    @Transactional
    @RequestBody(content = @Content(schema = @Schema(implementation = Change.class)), required = true)
    public View change(@PathParam("id") String id, byte[] body) {
        Change change = Json.read(body, Change.class);
        View account = one(Given.id("account", id));
        boolean leaves = Boolean.FALSE.equals(change.administrator()) || Boolean.TRUE.equals(change.disabled());
        if (leaves && (account.local() || others(account.id()) == 0)) {
            throw Problem.of(
                    409, "LAST_ADMINISTRATOR", "Somebody has to keep the lab: this account stays its administrator.");
        }
        statements.change("""
                update account set administrator = coalesce(cast(? as boolean), administrator),
                  disabled_at = case cast(? as boolean) when true then coalesce(disabled_at, now()) when false then null
                                else disabled_at end
                where id = ?""", change.administrator(), change.disabled(), account.id());
        if (Boolean.TRUE.equals(change.disabled())) {
            statements.change("delete from session where account_id = ?", account.id());
        }
        return one(account.id());
    }

    private long others(UUID account) {
        return statements.number(
                "select count(*) from account where administrator and disabled_at is null and id <> ?", account);
    }

    private View one(UUID id) {
        return statements
                .row(SELECT + "where a.id = ?", View::new, id)
                .orElseThrow(() -> Problem.notFound("account", id));
    }

    private Made invite(UUID account) {
        Invitations.Invitation made =
                invitations.make(account, identity.getPrincipal().getName());
        return new Made(one(account), made.secret(), made.expiresAt());
    }
}
