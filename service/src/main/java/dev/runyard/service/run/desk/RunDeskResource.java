package dev.runyard.service.run.desk;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.experiment.Notes;
import dev.runyard.service.experiment.Patch;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.RunRows;
import dev.runyard.service.run.RunView;
import dev.runyard.spec.json.Json;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jspecify.annotations.Nullable;

/** One run kept in order: renamed, tagged, starred, pinned, noted, put away, thrown away, fetched back. */
@Path("/api/v1/runs/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class RunDeskResource {
    private final Statements statements;
    private final RunDesk desk;
    private final RunRows rows;
    private final Notes notes;

    public RunDeskResource(Statements statements, RunDesk desk, RunRows rows, Notes notes) {
        this.statements = statements;
        this.desk = desk;
        this.rows = rows;
        this.notes = notes;
    }

    @PATCH
    @RolesAllowed(Role.RESEARCHER)
    @Consumes(MediaType.APPLICATION_JSON)
    @RequestBody(content = @Content(schema = @Schema(implementation = Patch.class)), required = true)
    public RunView change(
            @PathParam("id") String id, byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Patch patch = Json.read(body, Patch.class);
        return done(id, RunDesk.Deed.patch(patch), user);
    }

    /** Only what is over, and not what is pinned; it is shown with {@code deleted=only} until it is fetched back. */
    @DELETE
    @RolesAllowed(Role.RESEARCHER)
    public RunView delete(@PathParam("id") String id, @HeaderParam("X-Runyard-User") @Nullable String user) {
        return done(id, RunDesk.Deed.throwAway(), user);
    }

    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Path("/restore")
    public RunView restore(@PathParam("id") String id, @HeaderParam("X-Runyard-User") @Nullable String user) {
        return done(id, RunDesk.Deed.fetchBack(), user);
    }

    @GET
    @Path("/note")
    public Notes.View note(@PathParam("id") String id) {
        return notes.of(Curated.RUN, known(id));
    }

    /** Markdown; empty takes it away. Earlier versions stay. */
    @PUT
    @RolesAllowed(Role.RESEARCHER)
    @Path("/note")
    @Consumes(MediaType.APPLICATION_JSON)
    @RequestBody(content = @Content(schema = @Schema(implementation = Notes.Written.class)), required = true)
    public Notes.View write(
            @PathParam("id") String id, byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        return notes.write(Curated.RUN, known(id), Json.read(body, Notes.Written.class), Given.who(user));
    }

    private RunView done(String id, RunDesk.Deed deed, @Nullable String user) {
        UUID run = Given.id("run", id);
        desk.one(run, deed, Given.who(user));
        return rows.one(run);
    }

    private UUID known(String id) {
        return statements
                .row("select id from run where id = ?", r -> r.getObject(1, UUID.class), Given.id("run", id))
                .orElseThrow(() -> Problem.notFound("run", id));
    }
}
