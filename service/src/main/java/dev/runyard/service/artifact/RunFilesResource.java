package dev.runyard.service.artifact;

import dev.runyard.service.ledger.Given;
import dev.runyard.service.platform.Problem;
import dev.runyard.service.platform.Tokens;
import dev.runyard.spec.report.CheckpointRef;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What a run leaves beside its metrics: checkpoints, named files, log lines. */
@Path("/api/v1/runs/{id}")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "artifacts")
public class RunFilesResource {
    private static final long MOST_SEQ = 1L << 53;

    private final Checkpoints checkpoints;
    private final Artifacts artifacts;
    private final RunLogs logs;
    private final Tokens tokens;

    RunFilesResource(Checkpoints checkpoints, Artifacts artifacts, RunLogs logs, Tokens tokens) {
        this.checkpoints = checkpoints;
        this.artifacts = artifacts;
        this.logs = logs;
        this.tokens = tokens;
    }

    /** @param stored how many rows hold what was sent; of log lines, how many were new */
    public record StoredView(int stored) {}

    @GET
    @Path("/checkpoints")
    @Operation(summary = "The checkpoints that are kept, newest first")
    public List<Checkpoints.View> checkpoints(@PathParam("id") UUID run) throws SQLException {
        return checkpoints.of(run);
    }

    @POST
    @Path("/attempts/{attempt}/checkpoints")
    @Operation(
            summary = "Make a checkpoint known",
            description = "Its files were stored before. The last two and the best stay.")
    public StoredView checkpoint(
            @PathParam("id") UUID run,
            @PathParam("attempt") long attempt,
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization,
            @Nullable CheckpointRef ref)
            throws SQLException {
        tokens.requireAttempt(run, attempt, authorization);
        checkpoints.add(run, attempt, present(ref));
        return new StoredView(1);
    }

    @GET
    @Path("/artifacts")
    @Operation(summary = "The files that a run offers")
    public List<Artifacts.View> artifacts(@PathParam("id") UUID run) throws SQLException {
        return artifacts.of(run);
    }

    @POST
    @Path("/attempts/{attempt}/artifacts")
    @Operation(summary = "Offer a stored file under a name")
    public StoredView artifact(
            @PathParam("id") UUID run,
            @PathParam("attempt") long attempt,
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization,
            Artifacts.@Nullable Request request)
            throws SQLException {
        tokens.requireAttempt(run, attempt, authorization);
        artifacts.add(run, attempt, present(request));
        return new StoredView(1);
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
                    String limit)
            throws SQLException {
        return logs.read(run, Given.number("after", after, 0, 0, MOST_SEQ), (int)
                Given.number("limit", limit, 200, 1, RunLogs.MOST_LINES));
    }

    @POST
    @Path("/attempts/{attempt}/logs")
    @Operation(summary = "Store log lines", description = "Numbered from `from` on; repeatable.")
    public StoredView log(
            @PathParam("id") UUID run,
            @PathParam("attempt") long attempt,
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization,
            RunLogs.@Nullable Request request)
            throws SQLException {
        tokens.requireAttempt(run, attempt, authorization);
        return new StoredView(logs.add(run, attempt, present(request)));
    }

    private static <T> T present(@Nullable T body) {
        if (body == null) {
            throw Problem.of(400, "BAD_JSON", "The request needs a JSON object as its body.");
        }
        return body;
    }
}
