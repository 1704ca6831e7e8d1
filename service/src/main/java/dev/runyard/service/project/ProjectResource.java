package dev.runyard.service.project;

import dev.runyard.service.auth.Role;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.LongWork;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Names;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedWriter;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** A project as a whole: out, in, gone. */
@Path("/api/v1/projects/{name}")
@Blocking
@Tag(name = "projects")
@RolesAllowed(Role.ADMINISTRATOR)
public class ProjectResource {
    private final ProjectExport export;
    private final ProjectImport imports;
    private final ProjectRemoval removal;

    ProjectResource(ProjectExport export, ProjectImport imports, ProjectRemoval removal) {
        this.export = export;
        this.imports = imports;
        this.removal = removal;
    }

    /** @param sha256 of the lines of an export, stored in the artifact store as the files that they name */
    public record Import(@Nullable String sha256) {}

    /** @param rows by table */
    public record Moved(Map<String, Long> rows) {}

    @GET
    @RolesAllowed(Role.MAINTAINER)
    @Path("/export")
    @Produces("application/x-ndjson")
    @Operation(
            summary = "All of a project, as lines of JSON",
            description =
                    "A head, a row a line, and at the end how many; files by their hash, which the artifact store has.")
    public Response export(@PathParam("name") String name) {
        UUID project = export.ready(name);
        StreamingOutput lines = out -> {
            Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
            export.write(project, name, text);
            text.flush();
        };
        return Response.ok(lines, "application/x-ndjson; charset=utf-8")
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"project.jsonl\"")
                .build();
    }

    @POST
    @Path("/import")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces({MediaType.APPLICATION_JSON, LongWork.LINES})
    @Operation(
            summary = "Read an export into a new or empty project",
            description = "All of it, or nothing. Runs that were not over are queued or paused as they were.")
    @RequestBody(content = @Content(schema = @Schema(implementation = Import.class)), required = true)
    @APIResponseSchema(Moved.class)
    public Response read(
            @PathParam("name") String name,
            byte[] body,
            @HeaderParam("X-Runyard-User") @Nullable String user,
            @HeaderParam(HttpHeaders.ACCEPT) @Nullable String accept) {
        String sha256 = Json.read(body, Import.class).sha256();
        if (sha256 == null || !Sha256.valid(sha256)) {
            throw Problem.invalid("BAD_HASH", "sha256", sha256, "must be 64 lower-case hex digits", null);
        }
        String project = Names.label("project", name);
        return LongWork.answer(accept, () -> new Moved(imports.read(project, sha256, Given.who(user))));
    }

    @DELETE
    @Produces({MediaType.APPLICATION_JSON, LongWork.LINES})
    @Operation(
            summary = "Remove a project for good",
            description =
                    "With all its runs, sweeps, reports, points, logs, files; the answer counts them. There is no way back.")
    @APIResponseSchema(Moved.class)
    public Response remove(@PathParam("name") String name, @HeaderParam(HttpHeaders.ACCEPT) @Nullable String accept) {
        return LongWork.answer(accept, () -> new Moved(removal.remove(name)));
    }
}
