package dev.runyard.service.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.flows.TaskQueues;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.Waiting;
import io.quarkus.panache.common.Sort;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Devices and workers as people see them, and what workers say about themselves. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
public class FleetResource {
    private static final int HEARTBEAT_SECONDS = 2;
    private static final int MOST_DEVICES = 64;

    private final Statements statements;
    private final Fleet fleet;
    private final Tokens tokens;
    private final LabConfig config;

    public FleetResource(Statements statements, Fleet fleet, Tokens tokens, LabConfig config) {
        this.statements = statements;
        this.fleet = fleet;
        this.tokens = tokens;
        this.config = config;
    }

    /** @param state LIVE, LOST or LEFT */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record WorkerView(
            UUID id,
            String host,
            long pid,
            String version,
            String state,
            Instant startedAt,
            Instant lastSeen,
            @Nullable Instant leftAt) {
        WorkerView(Worker worker, Instant now) {
            this(
                    worker.id,
                    worker.host,
                    worker.pid,
                    worker.version,
                    worker.leftAt != null
                            ? "LEFT"
                            : worker.lastSeen
                                            .plusSeconds(Waiting.SILENT_SECONDS)
                                            .isBefore(now)
                                    ? "LOST"
                                    : "LIVE",
                    worker.registeredAt,
                    worker.lastSeen,
                    worker.leftAt);
        }
    }

    /** A worker and what it offers; 1 to 64 devices, no key twice. */
    public record RegisterRequest(String host, long pid, String version, List<Fleet.Offer> devices) {
        public RegisterRequest {
            Given.label("host", host == null ? "" : host);
            Given.label("version", version == null ? "" : version);
            devices = devices == null ? List.of() : devices;
            if (devices.isEmpty() || devices.size() > MOST_DEVICES) {
                throw Problem.invalid(
                        "OUT_OF_RANGE", "devices", devices.size(), "must be 1 to " + MOST_DEVICES + " devices", null);
            }
            Set<String> keys = new HashSet<>();
            for (Fleet.Offer offer : devices) {
                check(offer, keys);
            }
        }

        private static void check(Fleet.@Nullable Offer offer, Set<String> keys) {
            if (offer == null || offer.kind() == null || !Set.of("cpu", "cuda").contains(offer.kind())) {
                throw Problem.invalid(
                        "UNKNOWN_VALUE",
                        "devices.kind",
                        offer == null ? null : offer.kind(),
                        "is not one of cpu, cuda",
                        null);
            }
            Given.label("devices.key", offer.key() == null ? "" : offer.key());
            Given.label("devices.name", offer.name() == null ? "" : offer.name());
            if (offer.slots() < 1 || offer.slots() > 64 || offer.memoryBytes() < 0) {
                throw Problem.invalid(
                        "OUT_OF_RANGE",
                        "devices.slots",
                        offer.slots(),
                        "must lie in [1, 64], memory must be >= 0",
                        null);
            }
            if (!keys.add(offer.key())) {
                throw Problem.invalid("DUPLICATE_VALUE", "devices.key", offer.key(), "must not occur twice", null);
            }
        }
    }

    /** Where workers find Temporal; after a restart of an embedded lab it is elsewhere. */
    public record Temporal(String target, String namespace) {}

    /** @param queue the task queue to poll for this device */
    public record DevicePlace(UUID id, String key, String queue) {}

    public record RegisterView(
            UUID worker, String token, Temporal temporal, int heartbeatSeconds, List<DevicePlace> devices) {}

    public record HeartbeatView(Temporal temporal) {}

    @GET
    @Path("/devices")
    public List<DeviceView> devices() {
        return statements.rows(DeviceView.SELECT, DeviceView::new);
    }

    @GET
    @Path("/workers")
    public List<WorkerView> workers() {
        Instant now = statements
                .row("select now() as now", r -> Statements.instant(r, "now"))
                .orElseThrow();
        return Worker.<Worker>findAll(Sort.descending("registeredAt")).page(0, 200).list().stream()
                .map(w -> new WorkerView(w, now))
                .toList();
    }

    /** Needs the lab's enrolment secret. The same (host, key) is the same device again. */
    @POST
    @Path("/workers")
    @Consumes(MediaType.APPLICATION_JSON)
    public RegisterView register(
            @HeaderParam("Authorization") @Nullable String bearer, @Nullable RegisterRequest body) {
        tokens.requireEnrolment(bearer);
        RegisterRequest request = Problem.required(body);
        Fleet.Registered registered =
                fleet.register(request.host(), request.pid(), request.version(), request.devices());
        return new RegisterView(
                registered.worker(),
                tokens.worker(registered.worker()),
                temporal(),
                HEARTBEAT_SECONDS,
                registered.devices().stream()
                        .map(d -> new DevicePlace(d.id(), d.key(), TaskQueues.device(d.id())))
                        .toList());
    }

    @POST
    @Path("/workers/{id}/heartbeat")
    public HeartbeatView heartbeat(@PathParam("id") String id, @HeaderParam("Authorization") @Nullable String bearer) {
        UUID worker = Given.id("worker", id);
        tokens.requireWorker(worker, bearer);
        fleet.beat(worker);
        return new HeartbeatView(temporal());
    }

    @POST
    @Path("/workers/{id}/leave")
    public Response leave(@PathParam("id") String id, @HeaderParam("Authorization") @Nullable String bearer) {
        UUID worker = Given.id("worker", id);
        tokens.requireWorker(worker, bearer);
        fleet.leave(worker);
        return Response.noContent().build();
    }

    private Temporal temporal() {
        return new Temporal(config.temporal().orElse(""), "default");
    }
}
