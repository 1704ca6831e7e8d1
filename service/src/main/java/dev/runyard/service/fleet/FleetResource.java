package dev.runyard.service.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.flows.TaskQueues;
import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Role;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.boot.Version;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.Waiting;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.report.Protocol;
import dev.runyard.spec.run.Placement;
import io.quarkus.panache.common.Sort;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Devices and workers as people see them, and what workers say about themselves. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class FleetResource {
    private static final int HEARTBEAT_SECONDS = 2;
    private static final int MOST_DEVICES = 64;
    private static final int LONGEST_WHY = 2_000;
    private static final int MOST_PLACES = 1_000;

    private final Statements statements;
    private final Fleet fleet;
    private final Tokens tokens;
    private final LabConfig config;
    private final Credentials credentials;
    private final SecurityIdentity identity;

    public FleetResource(
            Statements statements,
            Fleet fleet,
            Tokens tokens,
            LabConfig config,
            Credentials credentials,
            SecurityIdentity identity) {
        this.credentials = credentials;
        this.identity = identity;
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

    /**
     * A worker and what it offers; 1 to 64 devices, no key twice. Up to release 0.1.0 workers said nothing of the last four.
     *
     * @param machine 1 to 64 characters that tell machines of one name apart
     * @param process one process
     * @param lock the secret that a home's processes for this device share, 64 hex digits
     * @param protocol the versions it speaks
     */
    public record RegisterRequest(
            String host,
            long pid,
            String version,
            List<Fleet.Offer> devices,
            @Nullable String machine,
            @Nullable UUID process,
            @Nullable String lock,
            @Nullable Protocol protocol) {
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
            try {
                Placement.labels(offer.labels());
            } catch (InvalidSpec e) {
                throw e.within("devices");
            }
            checkPlaces(offer);
            if (!keys.add(offer.key())) {
                throw Problem.invalid("DUPLICATE_VALUE", "devices.key", offer.key(), "must not occur twice", null);
            }
        }
    }

    /** @throws Problem 422 for what is neither a data set nor weights with a fingerprint, nor what programs may have */
    private static void checkPlaces(Fleet.Offer offer) {
        Map<String, String> places = offer.places() == null ? Map.of() : offer.places();
        if (places.size() > MOST_PLACES) {
            throw Problem.invalid(
                    "OUT_OF_RANGE", "devices.places", places.size(), "must be at most " + MOST_PLACES + " names", null);
        }
        places.forEach((name, fingerprint) -> {
            if (!name.matches("(dataset|weights|command|secret):[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
                    || fingerprint == null
                    || !fingerprint.matches("[A-Za-z0-9]{1,128}")) {
                throw Problem.invalid(
                        "BAD_NAME", "devices.places", name, "must be such as dataset:birds, with a hash", null);
            }
        });
    }

    /**
     * Where workers find Temporal; after a restart of an embedded lab it is elsewhere. Told to workers alone.
     *
     * @param key what every call to it carries as bearer; none: it asks for nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Temporal(
            String target, String namespace, @Nullable String key) {}

    /** @param queue the task queue to poll for this device */
    public record DevicePlace(UUID id, String key, String queue) {}

    /** @param protocol the version that both speak from now on */
    public record RegisterView(
            UUID worker,
            String token,
            Temporal temporal,
            int heartbeatSeconds,
            int protocol,
            List<DevicePlace> devices) {}

    /** Folders of attempts that a worker found; at most 1,000. */
    public record FoldersRequest(List<Fleet.AttemptName> attempts) {
        public FoldersRequest {
            attempts = attempts == null ? List.of() : attempts;
            if (attempts.size() > 1_000) {
                throw Problem.invalid("OUT_OF_RANGE", "attempts", attempts.size(), "must be at most 1000", null);
            }
        }
    }

    /** @param keep those from which a run may go on */
    public record FoldersView(List<Fleet.AttemptName> keep) {}

    public record HeartbeatView(Temporal temporal) {}

    @GET
    @Path("/devices")
    public List<DeviceView> devices() {
        return DeviceView.all(statements);
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
    @RolesAllowed(Role.ENROLMENT)
    @Path("/workers")
    @Consumes(MediaType.APPLICATION_JSON)
    public RegisterView register(@Nullable RegisterRequest body) {
        RegisterRequest request = Problem.required(body);
        Caller caller = shown();
        int spoken = spoken(request);
        if (request.machine() == null || request.process() == null || request.lock() == null) {
            throw Problem.invalid(
                    "MISSING", "machine, process, lock", null, "must be given", "they are part of protocol " + spoken);
        }
        Given.label("machine", request.machine());
        Fleet.Registered registered = fleet.register(
                new Fleet.Candidate(
                        request.host(),
                        request.machine(),
                        request.pid(),
                        request.process(),
                        Sha256.of(request.lock()),
                        request.version(),
                        spoken),
                request.devices());
        if (caller instanceof Caller.Host host) {
            credentials.registered(host.credential(), registered.worker());
        }
        return new RegisterView(
                registered.worker(),
                tokens.worker(registered.worker()),
                temporal(),
                HEARTBEAT_SECONDS,
                spoken,
                registered.devices().stream()
                        .map(d -> new DevicePlace(d.id(), d.key(), TaskQueues.device(d.id())))
                        .toList());
    }

    /** @throws Problem 401 for a credential that was revoked, 403 for a token that a host has yet to join with */
    private Caller shown() {
        Caller caller = Caller.of(identity);
        if (caller instanceof Caller.Host host) {
            if (host.joining()) {
                throw Problem.of(
                        403,
                        "NOT_YOURS",
                        "An enrolment token only lets a host join; its workers show what it got for it.");
            }
            credentials.show(host.credential());
        }
        return caller;
    }

    private int spoken(RegisterRequest request) {
        Protocol theirs = request.protocol() == null ? Protocol.UNSTATED : request.protocol();
        OptionalInt common = Protocol.SPOKEN.common(theirs);
        if (common.isPresent()) {
            return common.getAsInt();
        }
        boolean old = theirs.olderThan(Protocol.SPOKEN);
        String why = "Worker " + request.version() + " on " + request.host() + " speaks version " + theirs.spelled()
                + " of the protocol, this service (" + Version.CURRENT + ") " + Protocol.SPOKEN.spelled()
                + ": install Runyard "
                + (old
                        ? Version.CURRENT + " on that host."
                        : request.version() + " for the service, or " + Version.CURRENT + " on that host.");
        fleet.refused(request.host(), request.machine() == null ? "" : request.machine(), request.devices(), why);
        throw Problem.of(426, old ? "PROTOCOL_TOO_OLD" : "PROTOCOL_TOO_NEW", why);
    }

    /**
     * A device that does not work.
     *
     * @param machine 1 to 64 characters
     * @param why one line with the remedy, at most 2,000 characters
     */
    public record UnfitRequest(String host, String machine, Fleet.Offer device, String why) {
        public UnfitRequest {
            Given.label("host", host == null ? "" : host);
            Given.label("machine", machine == null ? "" : machine);
            RegisterRequest.check(device, new HashSet<>());
            why = line(why);
        }
    }

    /** @param why one line with the remedy, at most 2,000 characters */
    public record LostRequest(String why) {
        public LostRequest {
            why = line(why);
        }
    }

    private static String line(@Nullable String why) {
        if (why == null || why.isBlank() || why.length() > LONGEST_WHY) {
            throw Problem.invalid(
                    "OUT_OF_RANGE",
                    "why",
                    why == null ? 0 : why.length(),
                    "must have 1 to " + LONGEST_WHY + " characters",
                    null);
        }
        return why.lines().findFirst().orElse("").strip();
    }

    /** A worker found that its device does not work, so that it does not register; the list of devices says why. */
    @POST
    @RolesAllowed(Role.ENROLMENT)
    @Path("/workers/unfit")
    @Consumes(MediaType.APPLICATION_JSON)
    public void unfit(@Nullable UnfitRequest body) {
        UnfitRequest request = Problem.required(body);
        shown();
        fleet.refused(request.host(), request.machine(), List.of(request.device()), request.why());
    }

    /** A worker's device stopped working under an attempt: nothing more is granted there until it is let back. */
    @POST
    @RolesAllowed(Role.WORKER)
    @Path("/workers/{worker}/devices/{id}/lost")
    @Consumes(MediaType.APPLICATION_JSON)
    public void lost(@PathParam("worker") String worker, @PathParam("id") String id, @Nullable LostRequest body) {
        LostRequest request = Problem.required(body);
        fleet.lost(Given.id("worker", worker), Given.id("device", id), request.why());
    }

    /** Which folders of attempts a worker keeps; the others it removes. */
    @POST
    @RolesAllowed(Role.WORKER)
    @Path("/workers/{worker}/folders")
    @Consumes(MediaType.APPLICATION_JSON)
    public FoldersView folders(@PathParam("worker") String id, @Nullable FoldersRequest body) {
        FoldersRequest request = Problem.required(body);
        Given.id("worker", id);
        return new FoldersView(fleet.wanted(request.attempts()));
    }

    /** Takes a device out of use, or lets it back. */
    @POST
    @RolesAllowed(Role.ADMINISTRATOR)
    @Path("/devices/{id}/{action: " + Fleet.Action.WORDS + "}")
    public DeviceView act(
            @PathParam("id") String id,
            @PathParam("action") Fleet.Action action,
            @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID device = Given.id("device", id);
        fleet.act(device, action, Given.who(user));
        return devices().stream()
                .filter(one -> one.id().equals(device))
                .findFirst()
                .orElseThrow(() -> Problem.notFound("device", device));
    }

    @POST
    @RolesAllowed(Role.WORKER)
    @Path("/workers/{worker}/heartbeat")
    public HeartbeatView heartbeat(@PathParam("worker") String id) {
        UUID worker = Given.id("worker", id);
        fleet.beat(worker);
        return new HeartbeatView(temporal());
    }

    @POST
    @RolesAllowed(Role.WORKER)
    @Path("/workers/{worker}/leave")
    public void leave(@PathParam("worker") String id) {
        UUID worker = Given.id("worker", id);
        fleet.leave(worker);
    }

    private Temporal temporal() {
        return new Temporal(
                config.temporalForWorkers().or(config::temporal).orElse(""),
                Optional.ofNullable(System.getenv("TEMPORAL_NAMESPACE"))
                        .filter(name -> !config.ownTemporal() && !name.isBlank())
                        .orElse("default"),
                config.temporalKey().orElse(null));
    }
}
