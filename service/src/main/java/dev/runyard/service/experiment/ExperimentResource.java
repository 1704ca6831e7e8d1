package dev.runyard.service.experiment;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
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
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jspecify.annotations.Nullable;

/** Experiments: look, and keep in order. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class ExperimentResource {
    private static final int MOST = 1_000;

    private final Statements statements;

    private final Experiments experiments;
    private final ExperimentDesk desk;
    private final Notes notes;

    public ExperimentResource(Statements statements, Experiments experiments, ExperimentDesk desk, Notes notes) {
        this.statements = statements;
        this.experiments = experiments;
        this.desk = desk;
        this.notes = notes;
    }

    /** The ones with the latest activity first, which is at least their making. */
    @GET
    @Path("/experiments")
    public List<ExperimentView> experiments(
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("archived") @Nullable String archived,
            @QueryParam("deleted") @Nullable String deleted) {
        return statements.rows(
                ExperimentView.SELECT + "where " + Curated.shown("e", archived, deleted)
                        + " order by e.created_at desc, e.id limit ?",
                ExperimentView::new,
                Given.number("limit", limit, MOST, 1, MOST));
    }

    @GET
    @Path("/experiments/{name}")
    public ExperimentView experiment(@PathParam("name") String name) {
        return named(name);
    }

    @PATCH
    @RolesAllowed(Role.RESEARCHER)
    @Path("/experiments/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @RequestBody(content = @Content(schema = @Schema(implementation = Patch.class)), required = true)
    public ExperimentView change(
            @PathParam("name") String name, byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Patch patch = Json.read(body, Patch.class);
        ExperimentView found = named(name);
        desk.change(found.id(), patch, Given.who(user));
        return one(found.id());
    }

    /** Only what is over, with its runs; fetched back by {@code restore}. */
    @DELETE
    @RolesAllowed(Role.RESEARCHER)
    @Path("/experiments/{name}")
    public ExperimentView delete(@PathParam("name") String name, @HeaderParam("X-Runyard-User") @Nullable String user) {
        ExperimentView found = named(name);
        desk.delete(found.id(), Given.who(user));
        return one(found.id());
    }

    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Path("/experiments/{name}/restore")
    public ExperimentView restore(
            @PathParam("name") String name, @HeaderParam("X-Runyard-User") @Nullable String user) {
        ExperimentView found = named(name);
        desk.restore(found.id(), Given.who(user));
        return one(found.id());
    }

    @GET
    @Path("/experiments/{name}/note")
    public Notes.View note(@PathParam("name") String name) {
        return notes.of(Curated.EXPERIMENT, named(name).id());
    }

    /** Markdown; empty takes it away. Earlier versions stay. */
    @PUT
    @RolesAllowed(Role.RESEARCHER)
    @Path("/experiments/{name}/note")
    @Consumes(MediaType.APPLICATION_JSON)
    @RequestBody(content = @Content(schema = @Schema(implementation = Notes.Written.class)), required = true)
    public Notes.View write(
            @PathParam("name") String name, byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Notes.Written written = Json.read(body, Notes.Written.class);
        return notes.write(Curated.EXPERIMENT, named(name).id(), written, Given.who(user));
    }

    private ExperimentView named(String name) {
        UUID id = experiments.find(name).orElseThrow(() -> Problem.notFound("experiment", name));
        return one(id);
    }

    private ExperimentView one(UUID id) {
        return statements
                .row(ExperimentView.SELECT + "where e.id = ?", ExperimentView::new, id)
                .orElseThrow(() -> Problem.notFound("experiment", id));
    }
}
