package dev.runyard.service.run.aggregate;

import dev.runyard.service.auth.Role;
import dev.runyard.spec.json.Json;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;

/** Mean curves of groups of runs, with how far they spread. */
@Path("/api/v1/metrics/bands")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class BandResource {
    private final RunBands bands;

    public BandResource(RunBands bands) {
        this.bands = bands;
    }

    /** Over all runs that match, at most 50 groups. */
    @POST
    @RequestBody(content = @Content(schema = @Schema(implementation = RunBands.Ask.class)), required = true)
    public BandsView bands(byte[] body) {
        return bands.read(Json.read(body, RunBands.Ask.class));
    }
}
