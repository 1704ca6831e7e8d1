package dev.runyard.service.blob;

import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Role;
import dev.runyard.service.blob.store.BlobHash;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.report.CheckpointRef;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The files that a run leaves: checkpoints and named ones. */
@Path("/api/v1/runs/{id}")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "artifacts")
@RolesAllowed(Role.PERSON)
public class RunFilesResource {
    private final CheckpointLedger checkpoints;
    private final Artifacts artifacts;
    private final Senders senders;
    private final SecurityIdentity identity;

    RunFilesResource(CheckpointLedger checkpoints, Artifacts artifacts, Senders senders, SecurityIdentity identity) {
        this.senders = senders;
        this.identity = identity;
        this.checkpoints = checkpoints;
        this.artifacts = artifacts;
    }

    /** @param stored how many rows hold what was sent; of log lines, how many were new */
    public record StoredView(int stored) {}

    @GET
    @Path("/checkpoints")
    @Operation(summary = "The checkpoints that are kept, newest first")
    public List<CheckpointLedger.View> checkpoints(@PathParam("id") UUID run) {
        return checkpoints.of(run);
    }

    @POST
    @RolesAllowed(Role.ATTEMPT)
    @Path("/attempts/{attempt}/checkpoints")
    @Operation(
            summary = "Make a checkpoint known",
            description =
                    "Its files were stored before. The last two and the best stay, or as many as the project says.")
    public StoredView checkpoint(
            @PathParam("id") UUID run, @PathParam("attempt") long attempt, @Nullable CheckpointRef ref) {
        CheckpointRef checkpoint = Problem.required(ref);
        // Before the transaction, which is the lab's own; what is no hash is refused there.
        senders.refer(Caller.of(identity), CheckpointLedger.hashes(checkpoint));
        checkpoints.add(run, attempt, checkpoint);
        Failpoint.CHECKPOINT_COMMITTED.reach();
        return new StoredView(1);
    }

    @GET
    @Path("/artifacts")
    @Operation(
            summary = "The files that a run offers",
            description = "Its own, and those of tasks that looked at it; at most 10,000.")
    public List<Artifacts.View> artifacts(@PathParam("id") UUID run) {
        return artifacts.with(run);
    }

    @POST
    @RolesAllowed(Role.ATTEMPT)
    @Path("/attempts/{attempt}/artifacts")
    @Operation(summary = "Offer a stored file under a name")
    public StoredView artifact(
            @PathParam("id") UUID run, @PathParam("attempt") long attempt, Artifacts.@Nullable Request request) {
        Artifacts.Request artifact = Problem.required(request);
        if (artifact.sha256() != null && BlobHash.valid(artifact.sha256())) {
            senders.refer(Caller.of(identity), Map.of(artifact.sha256(), "artifact.sha256"));
        }
        artifacts.add(run, attempt, artifact);
        return new StoredView(1);
    }
}
