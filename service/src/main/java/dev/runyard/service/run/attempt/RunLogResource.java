package dev.runyard.service.run.attempt;

import dev.runyard.service.auth.Role;
import dev.runyard.service.blob.RunFilesResource.StoredView;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What attempts print. */
@Path("/api/v1/runs/{id}")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "artifacts")
@RolesAllowed(Role.PERSON)
public class RunLogResource {
    private static final long MOST_SEQ = 1L << 53;

    private final RunLogs logs;

    RunLogResource(RunLogs logs) {
        this.logs = logs;
    }

    @GET
    @Path("/logs")
    @Operation(summary = "What attempts printed", description = "In the order printed; pass next as after to read on.")
    public RunLogs.Page logs(
            @PathParam("id") UUID run,
            @QueryParam("after") @Parameter(schema = @Schema(type = SchemaType.INTEGER, minimum = "0")) @Nullable
                    String after,
            @QueryParam("limit")
                    @Parameter(schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000"))
                    @Nullable
                    String limit,
            @QueryParam("last")
                    @Parameter(
                            description = "the last lines instead",
                            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000"))
                    @Nullable
                    String last) {
        if (last != null) {
            return logs.last(run, (int) Given.number("last", last, 0, 1, RunLogs.MOST_LINES));
        }
        return logs.read(run, Given.number("after", after, 0, 0, MOST_SEQ), (int)
                Given.number("limit", limit, 200, 1, RunLogs.MOST_LINES));
    }

    @POST
    @RolesAllowed(Role.ATTEMPT)
    @Path("/attempts/{attempt}/logs")
    @Operation(summary = "Store log lines", description = "Numbered from `from` on; repeatable.")
    public StoredView log(
            @PathParam("id") UUID run, @PathParam("attempt") long attempt, RunLogs.@Nullable Request request) {
        return new StoredView(logs.add(run, attempt, Problem.required(request)));
    }
}
