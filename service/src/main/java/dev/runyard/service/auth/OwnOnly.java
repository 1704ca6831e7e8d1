package dev.runyard.service.auth;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.MultivaluedMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * A worker acts for itself and an attempt for itself: where a path names a worker, a run or an attempt, it is the caller's own. Checked
 * before a body is read. By MLflow's protocol a path names no run but a model, whose run is looked up behind it.
 */
class OwnOnly {
    private static final String OWN_PROTOCOL = "api/v1/";

    private final SecurityIdentity identity;

    @Inject
    OwnOnly(SecurityIdentity identity) {
        this.identity = identity;
    }

    @ServerRequestFilter
    void check(ContainerRequestContext request) {
        MultivaluedMap<String, String> path = request.getUriInfo().getPathParameters();
        if (identity.getPrincipal() instanceof Caller.Worker worker) {
            own(worker, path.getFirst("worker"), worker.id().toString());
        } else if (identity.getPrincipal() instanceof Caller.Attempt attempt) {
            if (request.getUriInfo().getPath().contains(OWN_PROTOCOL)) {
                own(attempt, path.getFirst("id"), attempt.run().toString());
            }
            own(attempt, path.getFirst("attempt"), Long.toString(attempt.attempt()));
        }
    }

    private static void own(Caller caller, @Nullable String named, String own) {
        caller.owns(named == null || named.equalsIgnoreCase(own));
    }
}
