package dev.runyard.service.fleet;

import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Role;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How hosts join the lab, and how they are sent away. */
@Path("/api/v1/credentials")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.ADMINISTRATOR)
public class CredentialResource {
    private static final int LONGEST_MINUTES = 24 * 60;
    private static final int MINUTES = 60;

    private final Credentials credentials;
    private final Tokens tokens;
    private final SecurityIdentity identity;

    public CredentialResource(Credentials credentials, Tokens tokens, SecurityIdentity identity) {
        this.credentials = credentials;
        this.tokens = tokens;
        this.identity = identity;
    }

    /** @param minutes that the token serves, 1 to 1,440; default 60 */
    public record EnrolRequest(@Nullable Integer minutes) {
        public EnrolRequest {
            if (minutes != null && (minutes < 1 || minutes > LONGEST_MINUTES)) {
                throw Problem.invalid(
                        "OUT_OF_RANGE", "minutes", minutes, "must lie in [1, " + LONGEST_MINUTES + "], a day", null);
            }
        }
    }

    /** @param token that lets one host in, once; shown this once */
    public record EnrolView(Credentials.CredentialView credential, String token) {}

    /** @param host its name */
    public record JoinRequest(String host) {
        public JoinRequest {
            Given.label("host", host == null ? "" : host);
        }
    }

    /** @param credential the host's own from now on; shown this once */
    public record JoinView(String credential) {}

    @GET
    public List<Credentials.CredentialView> list() {
        return credentials.list();
    }

    /** A token for one host, short-lived. */
    @POST
    public EnrolView enrol(@Nullable EnrolRequest body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Integer minutes = body == null ? null : body.minutes();
        Credentials.CredentialView made = credentials.make(minutes == null ? MINUTES : minutes, Given.who(user));
        return new EnrolView(made, tokens.joining(made.id()));
    }

    /** Turns such a token into the host's own credential. */
    @POST
    @RolesAllowed(Role.ENROLMENT)
    @Path("/join")
    public JoinView join(@Nullable JoinRequest body) {
        JoinRequest request = Problem.required(body);
        if (!(Caller.of(identity) instanceof Caller.Host host) || !host.joining()) {
            throw Problem.of(403, "NOT_YOURS", "Only an enrolment token of \"runyard enrol\" becomes a credential.");
        }
        credentials.use(host.credential(), request.host());
        return new JoinView(tokens.host(host.credential()));
    }

    /** Its host's workers are out at once, and their runs go elsewhere. */
    @DELETE
    @Path("/{id}")
    public void revoke(@PathParam("id") String id, @HeaderParam("X-Runyard-User") @Nullable String user) {
        credentials.revoke(Given.id("credential", id), Given.who(user));
    }
}
