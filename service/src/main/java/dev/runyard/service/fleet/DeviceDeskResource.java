package dev.runyard.service.fleet;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.run.Placement;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One device held and labelled. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class DeviceDeskResource {
    private static final int LONGEST_MINUTES = 7 * 24 * 60;

    private final Statements statements;
    private final DeviceDesk desk;
    private final SecurityIdentity identity;

    public DeviceDeskResource(Statements statements, DeviceDesk desk, SecurityIdentity identity) {
        this.identity = identity;
        this.statements = statements;
        this.desk = desk;
    }

    /** @param minutes from now on, 1 to 10,080 */
    public record HoldRequest(int minutes) {
        public HoldRequest {
            if (minutes < 1 || minutes > LONGEST_MINUTES) {
                throw Problem.invalid(
                        "OUT_OF_RANGE", "minutes", minutes, "must lie in [1, " + LONGEST_MINUTES + "], a week", null);
            }
        }
    }

    /** @param labels that placements may ask for; at most 32, names and values of 1 to 63 letters, digits and . _ - / */
    public record LabelsRequest(@Nullable Map<String, String> labels) {
        public LabelsRequest {
            labels = Placement.labels(labels);
        }
    }

    /** Keeps it for whoever asks; it ends by itself, or when the device is let back. */
    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Path("/devices/{id}/hold")
    public DeviceView hold(
            @PathParam("id") String id,
            @Nullable HoldRequest body,
            @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID device = Given.id("device", id);
        desk.hold(device, Problem.required(body).minutes(), Given.who(user));
        return shown(device);
    }

    /** Ends it before its time. */
    @DELETE
    @RolesAllowed(Role.RESEARCHER)
    @Path("/devices/{id}/hold")
    public DeviceView release(@PathParam("id") String id, @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID device = Given.id("device", id);
        desk.release(device, Given.who(user), identity.hasRole(Role.ADMINISTRATOR));
        return shown(device);
    }

    /** Replaces what people said before; a worker's own labels stay where they say nothing else. */
    @PUT
    @RolesAllowed(Role.ADMINISTRATOR)
    @Path("/devices/{id}/labels")
    public DeviceView labels(
            @PathParam("id") String id,
            @Nullable LabelsRequest body,
            @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID device = Given.id("device", id);
        Map<String, String> labels = Problem.required(body).labels();
        desk.label(device, labels == null ? Map.of() : labels, Given.who(user));
        return shown(device);
    }

    private DeviceView shown(UUID device) {
        return DeviceView.all(statements).stream()
                .filter(one -> one.id().equals(device))
                .findFirst()
                .orElseThrow(() -> Problem.notFound("device", device));
    }
}
