package dev.runyard.service.blob;

import dev.runyard.service.auth.Role;
import dev.runyard.service.http.LongWork;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What of the artifact store may go, before it goes, and at once. */
@Path("/api/v1/gc")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "artifacts")
@RolesAllowed(Role.ADMINISTRATOR)
public class FreeingResource {
    private final Freeing freeing;

    FreeingResource(Freeing freeing) {
        this.freeing = freeing;
    }

    @GET
    @Operation(
            summary = "What would be freed now, by run and reason",
            description = "Files of runs that were deleted long ago, and what nothing refers to. Changes nothing.")
    public Freeing.Plan plan() {
        return freeing.plan();
    }

    @POST
    @Produces({MediaType.APPLICATION_JSON, LongWork.LINES})
    @APIResponseSchema(Freeing.Freed.class)
    @Operation(
            summary = "Free it now",
            description = "What the lab does by itself every ten minutes, all at once. A second time does nothing.")
    public Response now(@HeaderParam(HttpHeaders.ACCEPT) @Nullable String accept) {
        return LongWork.answer(accept, () -> {
            try {
                return freeing.now();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
