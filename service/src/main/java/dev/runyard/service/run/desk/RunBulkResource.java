package dev.runyard.service.run.desk;

import dev.runyard.service.auth.Role;
import dev.runyard.service.http.Given;
import dev.runyard.spec.json.Json;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jspecify.annotations.Nullable;

/** The same to many runs. */
@Path("/api/v1/runs/bulk")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class RunBulkResource {
    private final RunBulk bulk;

    public RunBulkResource(RunBulk bulk) {
        this.bulk = bulk;
    }

    /** Does it to every run that it applies to, and says which it does not. */
    @POST
    @RolesAllowed(Role.RESEARCHER)
    @RequestBody(content = @Content(schema = @Schema(implementation = RunBulk.Ask.class)), required = true)
    public RunBulk.Done carryOut(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        return bulk.carryOut(Json.read(body, RunBulk.Ask.class), Given.who(user));
    }

    /** What it would do, and what could be done; changes nothing. */
    @POST
    @Path("/check")
    @RequestBody(content = @Content(schema = @Schema(implementation = RunBulk.Ask.class)), required = true)
    public RunBulk.Check check(byte[] body) {
        return bulk.check(Json.read(body, RunBulk.Ask.class));
    }
}
