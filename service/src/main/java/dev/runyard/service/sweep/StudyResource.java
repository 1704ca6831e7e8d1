package dev.runyard.service.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Answers;
import dev.runyard.service.db.Commit;
import dev.runyard.service.http.Given;
import dev.runyard.service.sweep.draw.Goals;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Names;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sampler.Past;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jspecify.annotations.Nullable;

/** Sweeps that are carried out from outside: a program asks for points and tells what came of them. */
@Path("/api/v1/sweeps")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.RESEARCHER)
public class StudyResource {
    private static final int MOST_POINTS = 100;
    private static final int MOST_VALUES = 100;
    private static final int LONGEST_MESSAGE = 2_000;
    private static final int MOST_EPOCHS = 100_000_000;

    private final StudyLedger ledger;
    private final Answers answers;
    private final Commit commit;

    public StudyResource(StudyLedger ledger, Answers answers, Commit commit) {
        this.ledger = ledger;
        this.answers = answers;
        this.commit = commit;
    }

    /** @param points how many; left out: one */
    public record Ask(@Nullable Integer points) {}

    /**
     * What a program says of a point: with {@code state} or without {@code epoch} what came of it in the end, with {@code epoch} alone what
     * it reports on its way.
     *
     * @param state left out: FINISHED
     * @param value of the sweep's metric; or {@code values}, by metric
     * @param epoch from 1; with {@code state}: how far it came
     * @param message why it failed
     */
    public record Tell(
            int point,
            Past.@Nullable State state,
            @Nullable Double value,
            @Nullable Map<String, Double> values,
            @Nullable Integer epoch,
            @Nullable String message) {}

    /**
     * @param state of the point; OPEN while it goes on
     * @param decision of the pruner on what was reported: KEEP, STOP; absent where it decides nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Told(
            int point,
            Past.State state,
            @Nullable String decision,
            @Nullable String why) {}

    /** The same Idempotency-Key gets the same points. */
    @POST
    @Path("/{id}/ask")
    @Consumes(MediaType.APPLICATION_JSON)
    @RequestBody(content = @Content(schema = @Schema(implementation = Ask.class)), required = true)
    public StudyLedger.Asked ask(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID sweep = Given.id("sweep", id);
        Ask ask = Json.read(body, Ask.class);
        int points = ask.points() == null ? 1 : ask.points();
        if (points < 1 || points > MOST_POINTS) {
            throw new InvalidSpec("OUT_OF_RANGE", "points", points, "must lie in [1, " + MOST_POINTS + "]", null);
        }
        String who = Given.who(user);
        StudyLedger.Asked handed = QuarkusTransaction.requiringNew().call(() -> {
            // All who ask stand in one row, at the sweep's: it goes on to the next while the disk still writes.
            commit.early();
            return answers.once(
                    "POST /sweeps/" + sweep + "/ask",
                    key,
                    ask,
                    asked -> ledger.ask(asked, sweep, points, who),
                    asked -> ledger.asked(asked, sweep));
        });
        commit.durable();
        return handed;
    }

    /** May be repeated: the same again changes nothing, and something else is refused. */
    @POST
    @Path("/{id}/tell")
    @Consumes(MediaType.APPLICATION_JSON)
    @RequestBody(content = @Content(schema = @Schema(implementation = Tell.class)), required = true)
    public Told tell(@PathParam("id") String id, byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        UUID sweep = Given.id("sweep", id);
        Tell tell = Json.read(body, Tell.class);
        String who = Given.who(user);
        Goals goals = ledger.study(sweep);
        Map<String, Double> values = values(tell, goals);
        if (tell.epoch() != null && (tell.epoch() < 1 || tell.epoch() > MOST_EPOCHS)) {
            throw new InvalidSpec("OUT_OF_RANGE", "epoch", tell.epoch(), "must lie in [1, " + MOST_EPOCHS + "]", null);
        }
        if (tell.epoch() != null && tell.state() == null) {
            Double value = required(goals.watched(), values);
            SweepPruning.Told told = ledger.report(sweep, tell.point(), tell.epoch(), value);
            return new Told(tell.point(), Past.State.OPEN, told.decision(), told.why());
        }
        Past.State state = tell.state() == null ? Past.State.FINISHED : tell.state();
        if (state == Past.State.OPEN) {
            throw new InvalidSpec("UNKNOWN_VALUE", "state", state, "must be FINISHED, PRUNED or FAILED", null);
        }
        if (state == Past.State.FINISHED) {
            goals.all().forEach(goal -> required(goal.metric(), values));
        }
        ledger.tell(
                sweep, goals, tell.point(), new StudyLedger.Result(state, values, tell.epoch(), message(tell)), who);
        return new Told(tell.point(), state, null, null);
    }

    private static Map<String, Double> values(Tell tell, Goals goals) {
        Map<String, Double> out = new TreeMap<>();
        if (tell.values() != null) {
            if (tell.values().size() > MOST_VALUES) {
                throw new InvalidSpec(
                        "OUT_OF_RANGE", "values", tell.values().size(), "must be at most " + MOST_VALUES, null);
            }
            tell.values().forEach((metric, value) -> out.put(Names.metric("values", metric), value));
        }
        if (tell.value() != null) {
            boolean report = tell.epoch() != null && tell.state() == null;
            out.put(report ? goals.watched() : goals.first().metric(), tell.value());
        }
        out.forEach((metric, value) -> {
            if (value == null || !Double.isFinite(value)) {
                throw new InvalidSpec(
                        "NOT_FINITE", "values." + metric, value, "must be a finite number", "tell it as FAILED");
            }
        });
        return out;
    }

    private static Double required(String metric, Map<String, Double> values) {
        Double value = values.get(metric);
        if (value == null) {
            throw new InvalidSpec(
                    "MISSING_FIELD", "values." + metric, null, "is required", "give value, or values by metric");
        }
        return value;
    }

    private static @Nullable String message(Tell tell) {
        String message = tell.message();
        if (message != null && message.length() > LONGEST_MESSAGE) {
            throw new InvalidSpec(
                    "OUT_OF_RANGE",
                    "message",
                    message.length() + " characters",
                    "must be at most " + LONGEST_MESSAGE,
                    null);
        }
        return message;
    }
}
