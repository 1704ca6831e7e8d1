package dev.runyard.service.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Role;
import dev.runyard.service.blob.Senders;
import dev.runyard.service.db.Answers;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.EventView;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.experiment.Notes;
import dev.runyard.service.experiment.Patch;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.AttemptView;
import dev.runyard.service.run.Command;
import dev.runyard.service.run.Waiting;
import dev.runyard.service.sweep.draw.SweepDraws;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.Needs;
import dev.runyard.spec.run.Program;
import dev.runyard.spec.run.RelativePaths;
import dev.runyard.spec.sweep.Points;
import dev.runyard.spec.sweep.SweepSpec;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
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
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Sweeps: queue, look, act. */
@Path("/api/v1/sweeps")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class SweepResource {
    private static final int MOST = 200;
    private static final int MOST_ATTEMPTS = 5_000;

    private final Statements statements;
    private final Answers answers;
    private final SweepLedger ledger;
    private final SweepTable table;
    private final SweepDesk desk;
    private final Notes notes;
    private final Waiting waiting;
    private final Senders senders;
    private final SecurityIdentity identity;
    private final SweepDraws draws;

    public SweepResource(
            Statements statements,
            Answers answers,
            SweepLedger ledger,
            SweepTable table,
            SweepDesk desk,
            Notes notes,
            Waiting waiting,
            Senders senders,
            SecurityIdentity identity,
            SweepDraws draws) {
        this.draws = draws;
        this.senders = senders;
        this.identity = identity;
        this.statements = statements;
        this.answers = answers;
        this.ledger = ledger;
        this.table = table;
        this.desk = desk;
        this.notes = notes;
        this.waiting = waiting;
    }

    /** @param next cursor of the page that follows, if one does */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SweepPage(List<SweepView> items, @Nullable String next, long total) {}

    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Consumes(MediaType.APPLICATION_JSON)
    @Transactional
    @RequestBody(content = @Content(schema = @Schema(implementation = SweepSpec.class)), required = true)
    @APIResponse(
            responseCode = "201",
            description = "accepted",
            content = @Content(schema = @Schema(implementation = SweepView.class)))
    public Response queue(
            byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @HeaderParam("X-Runyard-User") @Nullable String user) {
        SweepSpec spec = Json.read(body, SweepSpec.class);
        Set<String> needs = new TreeSet<>();
        Map<String, String> files = new TreeMap<>();
        Points.check(spec, run -> {
            RelativePaths.refuse(run);
            needs.addAll(Needs.of(run));
            Program.files(run).forEach((hash, field) -> files.put(hash, "base." + field));
        });
        waiting.possible(spec.placement(), needs);
        senders.refer(Caller.of(identity), files);
        String who = Given.who(user);
        SweepView sweep = answers.once(
                "POST /sweeps",
                key,
                spec,
                id -> {
                    ledger.create(id, spec, who);
                    return one(id);
                },
                this::one);
        return Response.created(URI.create("/api/v1/sweeps/" + sweep.id()))
                .entity(sweep)
                .build();
    }

    private static final String NAMED = "(cast(? as text) is null or position(lower(?) in lower(s.name)) > 0"
            + " or starts_with(cast(s.id as text), lower(?)))";

    /** Newest first. The cursor is the last row's time and id. */
    @GET
    public SweepPage list(
            @QueryParam("experiment") @Nullable String experiment,
            @QueryParam("name")
                    @Parameter(description = "part of it, in upper or lower case, or how its id begins")
                    @Nullable
                    String name,
            @QueryParam("archived") @Nullable String archived,
            @QueryParam("deleted") @Nullable String deleted,
            @QueryParam("limit") @DefaultValue("100") String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        int most = (int) Given.number("limit", limit, 100, 1, MOST);
        Place from = Place.parse(cursor);
        String named = experiment == null || experiment.isEmpty() ? null : Given.label("experiment", experiment);
        String part = name == null || name.isEmpty() ? null : Given.label("name", name);
        String which = Curated.shown("s", archived, deleted);
        List<SweepView> found = statements.rows(
                SweepView.SELECT + """
                        where (cast(? as text) is null or e.name = ?) and
                        """ + NAMED + """
                          and (cast(? as timestamptz) is null or (s.created_at, s.id) < (?, ?))
                        """ + " and " + which + " " + """
                         order by s.created_at desc, s.id desc limit ?""",
                SweepView::new,
                named,
                named,
                part,
                part,
                part,
                from.time(),
                from.time(),
                from.id(),
                most + 1);
        long total = statements.number(
                "select count(*) from sweep s join experiment e on e.id = s.experiment_id"
                        + " where (cast(? as text) is null or e.name = ?) and " + NAMED + " and " + which,
                named,
                named,
                part,
                part,
                part);
        boolean more = found.size() > most;
        List<SweepView> shown = more ? found.subList(0, most) : found;
        SweepView last = more ? shown.get(most - 1) : null;
        return new SweepPage(shown, last == null ? null : last.createdAt() + "_" + last.id(), total);
    }

    @GET
    @Path("/{id}")
    public SweepView sweep(@PathParam("id") String id) {
        return one(Given.id("sweep", id));
    }

    @GET
    @Path("/{id}/table")
    public SweepTable.Table table(
            @PathParam("id") String id,
            @QueryParam("metric") @Nullable String metric,
            @QueryParam("value") @Parameter(description = "last, best, min or max") @Nullable String value) {
        if (metric != null && metric.indexOf('\0') >= 0) {
            throw Problem.invalid("BAD_NAME", "metric", "?", "must not hold a NUL", null);
        }
        return table.of(Given.id("sweep", id), metric, SweepTable.Value.of(value));
    }

    @GET
    @Path("/{id}/events")
    public List<EventView> events(
            @PathParam("id") String id,
            @QueryParam("after") @Nullable String after,
            @QueryParam("limit") @Nullable String limit) {
        UUID sweep = one(Given.id("sweep", id)).id();
        return statements.rows(
                "select * from event where sweep_id = ? and run_id is null and seq > ? order by seq limit ?",
                EventView::new,
                sweep,
                Given.number("after", after, 0, 0, Long.MAX_VALUE),
                Given.number("limit", limit, EventView.MOST, 1, EventView.MOST));
    }

    /** Which device each of its runs was on, and when: the newest attempts first, at most {@value #MOST_ATTEMPTS}. */
    @GET
    @Path("/{id}/attempts")
    public List<AttemptView> attempts(@PathParam("id") String id) {
        return AttemptView.ofSweep(statements, one(Given.id("sweep", id)).id(), MOST_ATTEMPTS);
    }

    /** {@code retry} queues every FAILED and CANCELLED run again, and goes on making the runs that were never made. */
    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}/{action:" + Command.WORDS + "}")
    public SweepView act(
            @PathParam("id") String id,
            @PathParam("action") Command action,
            @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID sweep = Given.id("sweep", id);
        ledger.obey(sweep, action, Given.who(user));
        return one(sweep);
    }

    @PATCH
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}")
    @Consumes(MediaType.APPLICATION_JSON)
    @RequestBody(content = @Content(schema = @Schema(implementation = Patch.class)), required = true)
    public SweepView change(
            @PathParam("id") String id, byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Patch patch = Json.read(body, Patch.class);
        SweepView found = one(Given.id("sweep", id));
        desk.change(found.id(), patch, Given.who(user));
        return one(found.id());
    }

    /** Only what is over, with its runs; fetched back by {@code restore}. */
    @DELETE
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}")
    public SweepView delete(@PathParam("id") String id, @HeaderParam("X-Runyard-User") @Nullable String user) {
        SweepView found = one(Given.id("sweep", id));
        desk.delete(found.id(), Given.who(user));
        return one(found.id());
    }

    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}/restore")
    public SweepView restore(@PathParam("id") String id, @HeaderParam("X-Runyard-User") @Nullable String user) {
        SweepView found = one(Given.id("sweep", id));
        desk.restore(found.id(), Given.who(user));
        return one(found.id());
    }

    @GET
    @Path("/{id}/note")
    public Notes.View note(@PathParam("id") String id) {
        return notes.of(Curated.SWEEP, one(Given.id("sweep", id)).id());
    }

    /** Markdown; empty takes it away. Earlier versions stay. */
    @PUT
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}/note")
    @Consumes(MediaType.APPLICATION_JSON)
    @RequestBody(content = @Content(schema = @Schema(implementation = Notes.Written.class)), required = true)
    public Notes.View write(
            @PathParam("id") String id, byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Notes.Written written = Json.read(body, Notes.Written.class);
        return notes.write(Curated.SWEEP, one(Given.id("sweep", id)).id(), written, Given.who(user));
    }

    private SweepView one(UUID id) {
        return statements
                .row(SweepView.SELECT + "where s.id = ?", SweepView::new, id)
                .orElseThrow(() -> Problem.notFound("sweep", id))
                .noted(spec -> draws.taken(id, spec));
    }

    private record Place(@Nullable Instant time, UUID id) {
        static Place parse(@Nullable String cursor) {
            if (cursor == null || cursor.isEmpty()) {
                return new Place(null, new UUID(0, 0));
            }
            int cut = cursor.indexOf('_');
            try {
                Instant time = Instant.parse(cursor.substring(0, Math.max(cut, 0)));
                if (time.isAfter(Instant.EPOCH) && time.isBefore(Instant.parse("9999-12-31T00:00:00Z"))) {
                    return new Place(time, Given.id("cursor", cursor.substring(cut + 1)));
                }
            } catch (DateTimeParseException | Problem e) {
                // Falls through: whatever is wrong with it, the remedy is the same.
            }
            throw Problem.invalid(
                    "BAD_CURSOR",
                    "cursor",
                    cursor,
                    "does not belong to this list",
                    "ask for the first page, without cursor");
        }
    }
}
