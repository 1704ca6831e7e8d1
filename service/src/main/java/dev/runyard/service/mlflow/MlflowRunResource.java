package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Answers;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.experiment.Curation;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.client.ClientLog;
import dev.runyard.service.run.client.ClientRuns;
import dev.runyard.service.run.client.ClientTags;
import dev.runyard.service.run.client.ProgramRuns;
import dev.runyard.spec.Names;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunState;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Runs by MLflow's protocol: made, looked at, ended, named, deleted. */
@Path("/api/2.0/mlflow/runs")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.WILDCARD)
@Blocking
@Tag(name = "mlflow")
public class MlflowRunResource {
    private final MlflowExperiments experiments;
    private final MlflowRuns views;
    private final MlflowSearch search;
    private final ClientRuns runs;
    private final ClientLog log;
    private final Curation curation;
    private final Scope scope;
    private final ProgramRuns programs;
    private final Answers answers;

    MlflowRunResource(
            MlflowExperiments experiments,
            MlflowRuns views,
            MlflowSearch search,
            ClientRuns runs,
            ClientLog log,
            Curation curation,
            Scope scope,
            ProgramRuns programs,
            Answers answers) {
        this.answers = answers;
        this.programs = programs;
        this.experiments = experiments;
        this.views = views;
        this.search = search;
        this.runs = runs;
        this.log = log;
        this.curation = curation;
        this.scope = scope;
    }

    /**
     * The first run that the program of a queued run begins is that run, unless it says that it wants one below it. Each further one is a run
     * below it, of whatever run the program says: a script with a run for each fold mixes nothing. A name that one run of an earlier attempt
     * has, and no other, means that run. A person's request with an Idempotency-Key makes one run, however often it is sent.
     */
    @POST
    @Path("/create")
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode create(
            byte[] body,
            @HeaderParam("X-Runyard-User") @Nullable String user,
            @HeaderParam("Idempotency-Key") @Nullable String key) {
        Wire message = Wire.body(body);
        ObjectNode tags = MlflowRuns.tags(message.list("tags"));
        Optional<Scope.Home> home = scope.home();
        String parent = tags.path(ClientTags.PARENT).asText("");
        if (home.isPresent() && parent.isEmpty() && scope.takesHome()) {
            tags.remove(ClientTags.NAME);
            ClientRuns.Kept own = runs.changeable(home.get().run(), scope.caller());
            runs.tag(own.id(), tags, own.by());
            return answer(own.id());
        }
        String given = message.textOrEmpty("run_name");
        if (home.isPresent()) {
            tags.put(ClientTags.PARENT, home.get().run().toString());
            Optional<UUID> again = again(named(given, tags));
            if (again.isPresent()) {
                runs.tag(again.get(), tags, scope.attempt().orElse(null));
                return answer(again.get());
            }
        }
        Long start = message.wholeOrNull("start_time");
        String who = home.map(Scope.Home::owner).orElseGet(() -> Given.who(user));
        Integer lost = lostAfter(tags);
        Experiments.Place place;
        String experimentId = null;
        if (home.isPresent()) {
            place = home.get().place();
        } else {
            String experiment = message.textOrNull("experiment_id");
            MlflowExperiments.Place found = experiments.place(
                    experiment == null || experiment.isEmpty() ? MlflowExperiments.DEFAULT_ID : experiment, who);
            place = found.place();
            experimentId = found.wireId();
            if (lost == null && !tags.has(ClientTags.LOST_AFTER) && found.lostAfter() != null) {
                lost = ClientTags.seconds(String.valueOf(found.lostAfter()));
            }
        }
        String name = name(given, tags);
        tags.put(ClientTags.NAME, name);
        String by = message.textOrNull("user_id");
        if (by != null && !by.isEmpty() && !tags.has(ClientTags.USER)) {
            tags.put(ClientTags.USER, by);
        }
        ClientRuns.Fresh fresh = new ClientRuns.Fresh(
                UUID.randomUUID(),
                place,
                name,
                start == null ? Instant.now().truncatedTo(ChronoUnit.MILLIS) : moment("start_time", start),
                tags,
                lost,
                who,
                scope.attempt().orElse(null));
        if (key != null && home.isEmpty()) {
            return answer(once(key, body, fresh));
        }
        runs.create(fresh);
        if (experimentId == null) {
            return answer(fresh.id());
        }
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.set("run", MlflowRuns.fresh(fresh, experimentId));
        return answer;
    }

    @GET
    @Path("/get")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode get(@Context UriInfo uri) {
        UUID run = Wire.query(uri).run();
        scope.sees(run);
        return answer(run);
    }

    /** What a program says of the end of a run that the lab carries out is heard by its worker, and changes nothing here. */
    @POST
    @Path("/update")
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode update(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Wire message = Wire.body(body);
        UUID id = message.run();
        String status = message.textOrNull("status");
        RunState state = status == null ? null : MlflowRuns.state(status);
        Long end = message.wholeOrNull("end_time");
        String name = message.textOrEmpty("run_name");
        ClientRuns.Kept run = runs.changeable(id, scope.caller());
        if (!name.isEmpty()) {
            runs.rename(id, Names.label("run_name", name), run.by());
        }
        if (state == RunState.RUNNING && !run.external()) {
            scope.takesHome(); // as a client begins with a run whose id it was given
        }
        if (state == RunState.RUNNING && run.external()) {
            scope.attempt().ifPresent(attempt -> programs.take(id, attempt));
        }
        if (state != null && run.external()) {
            runs.become(id, state, end == null ? null : moment("end_time", end), Given.who(user), run.by());
        }
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.set("run_info", views.one(id).path("info"));
        return answer;
    }

    @POST
    @Path("/delete")
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode delete(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID id = Wire.body(body).run();
        ClientRuns.Kept run = runs.changeable(id, scope.caller());
        if (!run.external() && !run.state().terminal()) {
            throw Problem.of(400, "INVALID_STATE", "Run " + id + " is " + run.state() + "; cancel it first.");
        }
        runs.delete(id, Given.who(user), run.by());
        return Json.mapper().createObjectNode();
    }

    @POST
    @Path("/restore")
    @RolesAllowed(Role.RESEARCHER)
    public ObjectNode restore(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID id = Wire.body(body).run();
        views.one(id);
        QuarkusTransaction.requiringNew().run(() -> curation.delete(Curated.RUN, List.of(id), false, Given.who(user)));
        return Json.mapper().createObjectNode();
    }

    @POST
    @Path("/set-tag")
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode tag(byte[] body) {
        Wire message = Wire.body(body);
        UUID id = message.run();
        ObjectNode tags = MlflowRuns.tags(List.of(message));
        // Where points go on is for whoever writes them, not for whoever may name the run.
        ClientRuns.Kept kept = tags.has(ClientTags.RESUME_STEP)
                ? runs.writable(id, scope.caller())
                : runs.changeable(id, scope.caller());
        MlflowTags.set(runs, log, kept, tags);
        return Json.mapper().createObjectNode();
    }

    @POST
    @Path("/delete-tag")
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode untag(byte[] body) {
        Wire message = Wire.body(body);
        UUID id = message.run();
        String key = message.text("key");
        ClientRuns.Kept run = runs.changeable(id, scope.caller());
        if (!runs.untag(id, key, run.by())) {
            throw Problem.of(
                    404, "RESOURCE_DOES_NOT_EXIST", "No tag with name: " + Wire.shown(key) + " in run with id " + id);
        }
        return Json.mapper().createObjectNode();
    }

    @POST
    @Path("/search")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode search(byte[] body) {
        return search.runs(Wire.body(body), scope.home().orElse(null));
    }

    private ObjectNode answer(UUID run) {
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.set("run", views.one(run));
        return answer;
    }

    private static @Nullable Integer lostAfter(ObjectNode tags) {
        return tags.has(ClientTags.LOST_AFTER)
                ? ClientTags.seconds(tags.path(ClientTags.LOST_AFTER).asText())
                : null;
    }

    private UUID once(String key, byte[] body, ClientRuns.Fresh fresh) {
        return QuarkusTransaction.requiringNew()
                .call(() -> answers.once(
                        "POST /mlflow/runs/create",
                        key,
                        new String(body, StandardCharsets.UTF_8),
                        id -> {
                            runs.create(fresh.withId(id));
                            return id;
                        },
                        made -> made));
    }

    private Optional<UUID> again(String name) {
        return name.isEmpty()
                ? Optional.empty()
                : scope.attempt().flatMap(attempt -> programs.takeNamed(Names.label("run_name", name), attempt));
    }

    /** The name that is given, or told by its tag; else one that can be said aloud. */
    private static String name(String given, ObjectNode tags) {
        String name = named(given, tags);
        return name.isEmpty() ? RandomName.next() : Names.label("run_name", name);
    }

    private static String named(String given, ObjectNode tags) {
        String told = tags.path(ClientTags.NAME).asText("");
        if (!given.isEmpty() && !told.isEmpty() && !given.equals(told)) {
            throw Wire.invalid(
                    "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='"
                            + Wire.shown(given) + "', mlflow.runName='" + Wire.shown(told) + "').");
        }
        return given.isEmpty() ? told : given;
    }

    private static Instant moment(String field, long millis) {
        if (millis < 0 || millis > 253_000_000_000_000L) {
            throw Wire.invalid("Invalid value " + millis + " for parameter '" + field + "' supplied: it is no time");
        }
        return Instant.ofEpochMilli(millis);
    }
}
