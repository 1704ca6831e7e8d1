package dev.runyard.service.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Role;
import dev.runyard.service.blob.Senders;
import dev.runyard.service.db.Answers;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.EventView;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.result.Tasks;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.Needs;
import dev.runyard.spec.run.Program;
import dev.runyard.spec.run.RelativePaths;
import dev.runyard.spec.run.RunRequest;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.spec.run.Task;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** One run: queue, look, act. */
@Path("/api/v1/runs")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class RunResource {
    private final Statements statements;
    private final Experiments experiments;
    private final Answers answers;
    private final RunRows rows;
    private final RunLedger ledger;
    private final Waiting waiting;
    private final Tasks tasks;
    private final Senders senders;
    private final SecurityIdentity identity;

    public RunResource(
            Statements statements,
            Experiments experiments,
            Answers answers,
            RunRows rows,
            RunLedger ledger,
            Waiting waiting,
            Tasks tasks,
            Senders senders,
            SecurityIdentity identity) {
        this.senders = senders;
        this.identity = identity;
        this.statements = statements;
        this.experiments = experiments;
        this.answers = answers;
        this.rows = rows;
        this.ledger = ledger;
        this.waiting = waiting;
        this.tasks = tasks;
    }

    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Consumes(MediaType.APPLICATION_JSON)
    @Transactional
    @RequestBody(content = @Content(schema = @Schema(implementation = RunRequest.class)), required = true)
    @APIResponse(
            responseCode = "201",
            description = "queued",
            content = @Content(schema = @Schema(implementation = RunView.class)))
    public Response queue(
            byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @HeaderParam("X-Runyard-User") @Nullable String user) {
        RunRequest request = Json.read(tasks.whole(Json.read(body, JsonNode.class)), RunRequest.class);
        SpecDocument spec = request.spec();
        RunSpec read = spec.spec();
        try {
            RelativePaths.refuse(read);
        } catch (InvalidSpec e) {
            throw e.within("spec");
        }
        waiting.possible(request.placement(), Needs.of(read));
        SortedMap<String, String> files = Program.files(read);
        files.replaceAll((hash, field) -> "spec." + field);
        senders.refer(Caller.of(identity), files);
        String who = Given.who(user);
        String name = request.name() == null ? named(read) : request.name();
        RunView run = answers.once(
                "POST /runs",
                key,
                request,
                id -> {
                    Experiments.Place place = experiments.named(request.experiment(), who);
                    RunView made = rows.queueNew(
                            new RunRows.Fresh(
                                    id,
                                    place.project(),
                                    place.experiment(),
                                    null,
                                    null,
                                    name,
                                    request.priority(),
                                    request.priorityClass(),
                                    request.placement(),
                                    spec,
                                    Map.of(),
                                    who),
                            read);
                    if (read.of() != null) {
                        tasks.link(made.id(), UUID.fromString(read.of()), null);
                    }
                    return made;
                },
                rows::bare);
        return Response.created(URI.create("/api/v1/runs/" + run.id()))
                .entity(run)
                .build();
    }

    @GET
    @Path("/{id}")
    public RunView run(@PathParam("id") String id) {
        return rows.one(Given.id("run", id));
    }

    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}/{action:" + Command.WORDS + "}")
    public RunView act(
            @PathParam("id") String id,
            @PathParam("action") Command action,
            @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID run = Given.id("run", id);
        ledger.obey(run, action, Given.who(user));
        return rows.one(run);
    }

    @GET
    @Path("/{id}/attempts")
    public List<AttemptView> attempts(@PathParam("id") String id) {
        UUID run = known(id);
        return statements.rows("""
                select a.*, d.host from attempt a join device d on d.id = a.device_id where a.run_id = ?
                order by a.attempt limit 10000""", AttemptView::new, run);
    }

    /** In the order they happened; go on with the last one's {@code seq} as {@code after}. */
    @GET
    @Path("/{id}/events")
    public List<EventView> events(
            @PathParam("id") String id,
            @QueryParam("after") @Nullable String after,
            @QueryParam("limit") @Nullable String limit) {
        UUID run = known(id);
        return statements.rows(
                "select * from event where run_id = ? and seq > ? order by seq limit ?",
                EventView::new,
                run,
                Given.number("after", after, 0, 0, Long.MAX_VALUE),
                Given.number("limit", limit, EventView.MOST, 1, EventView.MOST));
    }

    private UUID known(String id) {
        UUID run = Given.id("run", id);
        return statements
                .row("select id from run where id = ?", r -> r.getObject(1, UUID.class), run)
                .orElseThrow(() -> Problem.notFound("run", id));
    }

    private static String named(RunSpec spec) {
        if (spec.task() == Task.COMMAND) {
            return commanded(spec.program());
        }
        String kind = Json.mapper().valueToTree(spec.method()).path("kind").asText("run");
        return (spec.pretrain() == null ? kind : "pretrain") + " "
                + spec.dataset().id() + " seed " + spec.seed();
    }

    /** The file that is run, where an argument looks like one; else the program. */
    private static String commanded(Program program) {
        List<String> words = program.arguments();
        String word = words.stream()
                .filter(one -> one.matches("[^-\\s][^\\s]{0,200}\\.[A-Za-z0-9]{1,5}"))
                .findFirst()
                .orElse(words.get(0));
        String plain = word.substring(word.lastIndexOf('/') + 1)
                .replaceAll("[^\\w. -]", "_")
                .strip();
        return (plain.isEmpty() ? "command" : plain) + " seed " + program.seed();
    }
}
