package dev.runyard.service.run.attempt;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Role;
import dev.runyard.service.auth.StaleAttempt;
import dev.runyard.service.auth.Tokens;
import dev.runyard.service.blob.Artifacts;
import dev.runyard.service.blob.CheckpointLedger;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.MetricLedger;
import dev.runyard.service.place.StoredPlaces;
import dev.runyard.service.run.RunLedger;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.dataset.StoredPlace;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.SpecDocument;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a worker says about an attempt. Every call is fenced by (run, attempt) and may be repeated. */
@Path("/api/v1/runs/{id}/attempts/{attempt}")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.ATTEMPT)
public class AttemptResource {
    private final Statements statements;
    private final RunLedger ledger;
    private final Heartbeats heartbeats;
    private final MetricLedger metrics;
    private final CheckpointLedger checkpoints;
    private final Artifacts artifacts;
    private final StoredPlaces places;
    private final Tokens tokens;
    private final SecurityIdentity identity;

    public AttemptResource(
            Statements statements,
            RunLedger ledger,
            Heartbeats heartbeats,
            MetricLedger metrics,
            CheckpointLedger checkpoints,
            Artifacts artifacts,
            StoredPlaces places,
            Tokens tokens,
            SecurityIdentity identity) {
        this.statements = statements;
        this.ledger = ledger;
        this.heartbeats = heartbeats;
        this.metrics = metrics;
        this.checkpoints = checkpoints;
        this.artifacts = artifacts;
        this.places = places;
        this.tokens = tokens;
        this.identity = identity;
    }

    /** The device that the attempt runs on. */
    public record StartRequest(UUID device) {}

    /**
     * All that an attempt needs.
     *
     * @param token for everything else that this attempt sends
     * @param project that the run is of
     * @param spec the run's document, as it was submitted
     * @param specHash its identity, made when it was submitted; never made anew
     * @param specVersion which grammar and which defaults it is read by
     * @param checkpoints to resume from, the newest first; an older one where a newer is damaged; none: from step 0
     * @param inputs files of the finished run that the task looks at; none for a training
     * @param beside keys of the further devices that it has, all of the worker's host; none for a run on one
     * @param places what its spec names and the artifact store has, for a host without a place of its own for it
     * @param grace seconds the lease lasts without a heartbeat
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StartView(
            String token,
            UUID project,
            JsonNode spec,
            String specHash,
            int specVersion,
            List<CheckpointRef> checkpoints,
            List<CheckpointRef.File> inputs,
            List<String> beside,
            List<StoredPlace> places,
            int grace) {}

    /** @param step the checkpoint's; 0 without one; -1 where nothing of what was measured before counts */
    public record ResumedRequest(long step) {}

    /**
     * @param order what to do next
     * @param step of a program the last that its points tell of; left out for others
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OrderView(Order order, @Nullable Long step) {
        OrderView(Order order) {
            this(order, null);
        }
    }

    /** @param over whether the run is over */
    public record EndView(boolean over) {}

    /** Takes the attempt up; needs the token of the worker that has the device. */
    @POST
    @RolesAllowed(Role.WORKER)
    @Path("/start")
    public StartView start(
            @PathParam("id") String id, @PathParam("attempt") long attempt, @Nullable StartRequest body) {
        StartRequest request = Problem.required(body);
        Caller caller = Caller.of(identity);
        UUID run = Given.id("run", id);
        record Lease(UUID device, @Nullable UUID worker, JsonNode spec, String hash, UUID project) {}
        Lease lease = statements
                .row(
                        """
                        select a.device_id, d.worker_id, r.spec, r.spec_hash, r.project_id from run r
                        join attempt a on a.run_id = r.id join device d on d.id = a.device_id
                        where r.id = ? and a.attempt = ?""",
                        r -> new Lease(
                                r.getObject(1, UUID.class),
                                r.getObject(2, UUID.class),
                                Json.tree(r.getString(3)),
                                r.getString(4),
                                r.getObject(5, UUID.class)),
                        run,
                        attempt)
                .orElseThrow(() -> Problem.notFound("attempt", attempt + " of run " + run));
        if (lease.worker() == null || !caller.equals(new Caller.Worker(lease.worker()))) {
            throw new StaleAttempt(run, attempt); // the device went to another worker, or to none
        }
        if (!lease.device().equals(request.device())) {
            throw Problem.invalid(
                    "WRONG_DEVICE", "device", request.device(), "does not hold the lease", "it is " + lease.device());
        }
        ledger.started(run, attempt);
        Failpoint.START_COMMITTED.reach();
        return new StartView(
                tokens.attempt(run, attempt),
                lease.project(),
                lease.spec(),
                lease.hash(),
                SpecDocument.version(lease.spec()),
                checkpoints.kept(run),
                artifacts.looked(run),
                statements.rows("""
                        select d.key from lease l join device d on d.id = l.device_id
                        where l.run_id = ? and l.attempt = ? and l.released_at is null and l.beside order by d.key""", r -> r.getString(1), run, attempt),
                places.of(run),
                RunLedger.LEASE_SECONDS);
    }

    @POST
    @Path("/resumed")
    public OrderView resumed(
            @PathParam("id") String id, @PathParam("attempt") long attempt, @Nullable ResumedRequest body) {
        ResumedRequest request = Problem.required(body);
        UUID run = Given.id("run", id);
        return resumed(run, attempt, request.step());
    }

    /**
     * What a program says that goes on from a state of its own: points of earlier attempts up to this step count, later ones are ghosts.
     * The last word counts; -1: none does.
     */
    @PUT
    @Path("/resume")
    public OrderView resume(
            @PathParam("id") String id, @PathParam("attempt") long attempt, @Nullable ResumedRequest body) {
        ResumedRequest request = Problem.required(body);
        UUID run = Given.id("run", id);
        return resumed(run, attempt, request.step());
    }

    private OrderView resumed(UUID run, long attempt, long step) {
        if (step != -1) {
            step(step);
        }
        metrics.supersede(run, attempt, step);
        ledger.resumed(run, attempt, step);
        Failpoint.RESUME_COMMITTED.reach();
        return new OrderView(Order.CONTINUE);
    }

    @POST
    @Path("/heartbeat")
    public OrderView heartbeat(
            @PathParam("id") String id, @PathParam("attempt") long attempt, Heartbeats.@Nullable Beat body) {
        Heartbeats.Beat beat = Problem.required(body);
        UUID run = Given.id("run", id);
        step(beat.step());
        if (beat.epoch() < 0
                || beat.steps() != null && beat.steps() < 0
                || beat.epochs() != null && beat.epochs() < 0) {
            throw Problem.invalid("OUT_OF_RANGE", "epoch", beat.epoch(), "must not be negative", null);
        }
        if (beat.steps() != null && beat.step() > beat.steps()) {
            throw Problem.invalid(
                    "OUT_OF_RANGE", "step", beat.step(), "must not be beyond steps (" + beat.steps() + ")", null);
        }
        Heartbeats.Told told = heartbeats.heard(run, attempt, beat);
        return new OrderView(told.order(), told.step());
    }

    @POST
    @Path("/end")
    public EndView end(@PathParam("id") String id, @PathParam("attempt") long attempt, @Nullable Outcome body) {
        Outcome outcome = Problem.required(body);
        UUID run = Given.id("run", id);
        step(outcome.step());
        long current = statements.number("select attempt from run where id = ?", run);
        if (current != attempt) {
            throw new StaleAttempt(run, attempt);
        }
        boolean over = ledger.ended(run, attempt, outcome);
        Failpoint.END_COMMITTED.reach();
        return new EndView(over);
    }

    /** Tells people of something though the attempt goes on; told twice it is written once. */
    @POST
    @Path("/notices")
    public OrderView notice(@PathParam("id") String id, @PathParam("attempt") long attempt, @Nullable Notice body) {
        Notice notice = Problem.required(body);
        UUID run = Given.id("run", id);
        ledger.notice(run, attempt, notice);
        return new OrderView(Order.CONTINUE);
    }

    private static void step(long step) {
        if (step < 0 || step > 1L << 53) {
            throw Problem.invalid("OUT_OF_RANGE", "step", step, "must lie in [0, 2^53]", null);
        }
    }
}
