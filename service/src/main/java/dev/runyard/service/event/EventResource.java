package dev.runyard.service.event;

import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Asking;
import dev.runyard.service.http.Problem;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The lab's events as they happen. */
@Path("/api/v1/events")
@Tag(name = "events")
@RolesAllowed(Role.PERSON)
public class EventResource {
    private final EventFeed feed;
    private final SecurityIdentity identity;
    private final Asking asking;

    EventResource(EventFeed feed, SecurityIdentity identity, Asking asking) {
        this.feed = feed;
        this.identity = identity;
        this.asking = asking;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Blocking
    @Operation(
            summary = "Live events",
            description = "Types run, sweep, device, metric (at most one a run and second), ping (each 5 s) and resync"
                    + " (something was left out: read anew). Come back with Last-Event-ID to be told what was missed.")
    public Multi<OutboundSseEvent> events(
            @Context Sse sse, @HeaderParam(HttpHeaders.LAST_EVENT_ID_HEADER) @Nullable String lastEventId) {
        Hearing hearing = new Hearing(
                (Caller.Person) Caller.of(identity), asking.project().orElse(null));
        return Multi.createFrom()
                .publisher(feed.connect(hearing, number(lastEventId)))
                .map(event -> outbound(sse, event));
    }

    private static @Nullable Long number(@Nullable String lastEventId) {
        if (lastEventId == null || lastEventId.isEmpty()) {
            return null;
        }
        if (!lastEventId.matches("\\d{1,18}")) {
            throw Problem.invalid(
                    "BAD_CURSOR",
                    HttpHeaders.LAST_EVENT_ID_HEADER,
                    lastEventId,
                    "is not the id of an event",
                    "leave it out");
        }
        return Long.valueOf(lastEventId);
    }

    private static OutboundSseEvent outbound(Sse sse, LiveEvent event) {
        OutboundSseEvent.Builder builder =
                sse.newEventBuilder().name(event.type()).data(event.data()).mediaType(MediaType.TEXT_PLAIN_TYPE);
        Long id = event.id();
        return id == null ? builder.build() : builder.id(id.toString()).build();
    }
}
