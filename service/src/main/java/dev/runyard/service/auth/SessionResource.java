package dev.runyard.service.auth;

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

    SessionResource(Sessions sessions, SecurityIdentity identity) {
        this.sessions = sessions;
        this.identity = identity;
    }

    /** @param person whose lab it is */
    public record SessionView(String person) {}

    @POST
    @RolesAllowed(Role.PERSON)
    @Operation(
            summary = "Sign a browser in",
            description = "Answers with a cookie that stands for the token for 30 days.")
    public SessionView open(@Context RoutingContext context) {
        context.response().addCookie(sessions.open(context.request(), Instant.now()));
        return new SessionView(identity.getPrincipal().getName());
    }

    @DELETE
    @RolesAllowed(Role.PERSON)
    @Operation(
            summary = "Sign this browser out",
            description = "Takes the cookie back. What was copied of it ends with \"runyard token --new\".")
    public void close(@Context RoutingContext context) {
        context.response().addCookie(sessions.close(context.request()));
    }
}
