package dev.runyard.service.blob;

import dev.runyard.service.auth.Role;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

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
    @Operation(
            summary = "Free it now",
            description = "What the lab does by itself every ten minutes, all at once. A second time does nothing.")
    public Freeing.Freed now() throws IOException {
        return freeing.now();
    }
}
