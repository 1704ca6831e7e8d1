package dev.runyard.service.auth;

import dev.runyard.service.db.Asking;
import dev.runyard.service.http.Problem;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How a browser stays signed in, and how it is signed out. */
@Path("/api/v1/session")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "session")
public class SessionResource {
    private final Sessions sessions;
    private final SecurityIdentity identity;
    private final Asking asking;

    SessionResource(Sessions sessions, SecurityIdentity identity, Asking asking) {
        this.sessions = sessions;
        this.identity = identity;
        this.asking = asking;
    }

    /** @param person whose lab it is */
    public record SessionView(String person) {}

    @POST
    @RolesAllowed(Role.PERSON)
    @Operation(
            summary = "Sign a browser in",
            description = "Answers with a cookie that stands for the token for 30 days.")
    public SessionView open(@Context RoutingContext context) {
        if (!(identity.getPrincipal() instanceof Caller.Person person) || person.way() != Caller.Way.HOME) {
            throw Problem.of(
                    403,
                    "NOT_FOR_BROWSERS",
                    "Only the token of the lab's own machine signs a browser in; sign in with your name and password.");
        }
        context.response().addCookie(sessions.open(context.request(), Instant.now()));
        return new SessionView(identity.getPrincipal().getName());
    }

    @DELETE
    @RolesAllowed(Role.PERSON)
    @Operation(
            summary = "Sign this browser out",
            description =
                    "An account's session ends, wherever its cookie was copied to. The cookie of the home's token is taken"
                            + " back, and what was copied of it ends with \"runyard token --new\".")
    public void close(@Context RoutingContext context) {
        context.response().addCookie(asking.asLab(() -> sessions.close(context.request())));
    }
}
