package dev.runyard.service.auth;

import dev.runyard.service.db.Asker;
import dev.runyard.service.db.Asking;
import dev.runyard.service.http.Addresses;
import dev.runyard.service.http.Problem;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Tells the database for whom a request is done, before anything of it is read there; and who made what it makes. On loopback people say
 * themselves what they are called; an account is called what it is called.
 */
class Acting {
    private static final String USER = "X-Runyard-User";
    private static final String PROJECT = "X-Runyard-Project";

    private final SecurityIdentity identity;
    private final Asking asking;
    private final Accounts accounts;
    private final CurrentVertxRequest current;

    @Inject
    Acting(SecurityIdentity identity, Asking asking, Accounts accounts, CurrentVertxRequest current) {
        this.identity = identity;
        this.asking = asking;
        this.accounts = accounts;
        this.current = current;
    }

    @ServerRequestFilter
    void acts(ContainerRequestContext request, ResourceInfo resource) {
        String id = UUID.randomUUID().toString();
        // In each line of the log that comes of the request, where the log is JSON.
        MDC.put("request", id);
        if (identity.getPrincipal() instanceof Caller.Attempt attempt) {
            MDC.put("run", attempt.run());
            MDC.put("attempt", attempt.attempt());
        }
        if (!(identity.getPrincipal() instanceof Caller.Person person)) {
            if (identity.getPrincipal() instanceof Caller machine) {
                // Only people on loopback say themselves what they are called.
                request.getHeaders().putSingle(USER, machine.getName());
            }
            return;
        }
        String called = request.getHeaderString(USER);
        if (person.way() != Caller.Way.HOME || called == null || called.isBlank()) {
            request.getHeaders().putSingle(USER, person.name());
        }
        HttpServerRequest http = current.getCurrent().request();
        String named = own(resource) || ofTheLab(resource) ? null : project(request);
        Asker asker = asker(person, null, http, id);
        asking.is(asker, !own(resource));
        if (named != null) {
            UUID project =
                    asking.asLab(() -> accounts.project(named)).orElseThrow(() -> Problem.notFound("project", named));
            asking.is(asker(person, project, http, id), true);
        } else if (!own(resource) && !ofTheLab(resource)) {
            // The name beside a token that came as a password; one that is no project's is a name and no more.
            TokenMechanism.name(request.getHeaderString(HttpHeaders.AUTHORIZATION))
                    .flatMap(name -> asking.asLab(() -> accounts.project(name)))
                    .ifPresent(project -> asking.is(asker(person, project, http, id), true));
        }
    }

    private static boolean own(ResourceInfo resource) {
        return resource.getResourceClass().isAnnotationPresent(OwnRows.class);
    }

    /** What nobody but the lab's administrators does lies in no project, whichever one they keep to otherwise. */
    private static boolean ofTheLab(ResourceInfo resource) {
        RolesAllowed roles = resource.getResourceClass().getAnnotation(RolesAllowed.class);
        return roles != null && List.of(roles.value()).equals(List.of(Role.ADMINISTRATOR));
    }

    /** A header, because every route has it; a query, because addresses are passed on. */
    private static @Nullable String project(ContainerRequestContext request) {
        String header = request.getHeaderString(PROJECT);
        String named = header == null || header.isBlank()
                ? request.getUriInfo().getQueryParameters().getFirst("project")
                : header;
        return named == null || named.isBlank() ? null : named;
    }

    private static Asker asker(Caller.Person person, @Nullable UUID project, HttpServerRequest http, String id) {
        return new Asker(
                person.name(),
                person.account(),
                person.administrator(),
                person.readOnly(),
                project,
                http.method() + " " + http.path(),
                Addresses.of(http),
                id);
    }
}
