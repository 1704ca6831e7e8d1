package dev.runyard.service.result;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.db.Statements;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.FinishedRun;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tasks on finished runs: which run they mean, and what follows from it. */
@ApplicationScoped
public class Tasks {
    private static final String FORM = "00000000-0000-0000-0000-000000000000";

    /** Characters. */
    private static final int LONGEST_NAME = 100;

    private final Statements statements;

    Tasks(Statements statements) {
        this.statements = statements;
    }

    /** The run that a task looks at. */
    public record Looked(UUID id, String name, String experiment, String state, ObjectNode document) {}

    /** The id of the task at a place of a sweep's {@code then}: always the same, so that making it twice makes it once. */
    public static UUID idOf(UUID run, int place) {
        return UUID.nameUUIDFromBytes((run + "/then/" + place).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A request for a run whose spec is a task on a finished one, written out: its spec whole, its experiment and name after the run's.
     * Every other request is returned as it is.
     *
     * @throws InvalidSpec UNKNOWN_RUN, NOT_FINISHED, or a broken rule
     */
    public JsonNode whole(JsonNode request) {
        if (!(request instanceof ObjectNode) || !FinishedRun.looked(request.path("spec"))) {
            return request;
        }
        ObjectNode out = request.deepCopy();
        try {
            ObjectNode spec = written(out.path("spec"));
            Looked run = looked(spec.path(FinishedRun.OF).asText());
            out.set("spec", whole(run, spec));
            if (!out.hasNonNull("experiment")) {
                out.put("experiment", run.experiment());
            }
            if (!out.hasNonNull("name")) {
                out.put("name", name(spec, run.name()));
            }
            return out;
        } catch (InvalidSpec e) {
            throw e.within("spec");
        }
    }

    private static ObjectNode written(JsonNode spec) {
        FinishedRun.check(spec);
        if (spec.path(FinishedRun.OF).asText("").isBlank()) {
            throw new InvalidSpec(
                    "MISSING_FIELD", "of", null, "is required by tasks on a finished run", "name the run by its id");
        }
        return (ObjectNode) spec;
    }

    /** As a list shows it. */
    public static String name(ObjectNode spec, String run) {
        String whole = spec.path("task").asText() + " " + run;
        int length = whole.codePointCount(0, whole.length());
        return length <= LONGEST_NAME
                ? whole
                : whole.substring(0, whole.offsetByCodePoints(0, LONGEST_NAME)).strip();
    }

    /** The task's document over the run's. */
    public ObjectNode whole(Looked run, ObjectNode spec) {
        ObjectNode own = spec.deepCopy();
        own.put(FinishedRun.OF, run.id().toString());
        return FinishedRun.over(run.document(), own);
    }

    /**
     * Says that a run is a task; place is that of a sweep's step, or null.
     *
     * @throws InvalidSpec OTHER_PROJECT: what it leaves is shown on the run that it looks at
     */
    public void link(UUID task, UUID of, @Nullable Integer place) {
        long elsewhere = statements.number(
                "select count(*) from run t join run o on o.project_id <> t.project_id where t.id = ? and o.id = ?",
                task,
                of);
        if (elsewhere > 0) {
            throw new InvalidSpec(
                    "OTHER_PROJECT",
                    "spec.of",
                    of.toString(),
                    "is in another project than the task would be",
                    "keep to the run's project, by X-Runyard-Project or RUNYARD_PROJECT");
        }
        statements.change(
                "update run set of_run = ?, of_place = cast(? as integer) where id = ? and of_run is null",
                of,
                place,
                task);
    }

    /**
     * @param beginning an id, or the beginning of one
     * @throws InvalidSpec where no run or several begin so, or the run is not finished, deleted, or no training
     */
    private Looked looked(String beginning) {
        String given = beginning.toLowerCase(Locale.ROOT);
        if (given.length() > FORM.length()
                || !given.replaceAll("[0-9a-f]", "0")
                        .equals(FORM.substring(0, Math.min(given.length(), FORM.length())))) {
            throw unknown(beginning, "is no id of a run");
        }
        UUID first = UUID.fromString(given + FORM.substring(given.length()));
        UUID last = UUID.fromString(given + FORM.replace('0', 'f').substring(given.length()));
        List<Looked> found = looked("r.id between ? and ? and r.deleted_at is null order by r.id limit 2", first, last);
        if (found.size() != 1) {
            throw unknown(beginning, found.isEmpty() ? "is no run of this lab" : "is the beginning of several ids");
        }
        Looked run = found.get(0);
        if (!run.state().equals("FINISHED")) {
            throw new InvalidSpec(
                    "NOT_FINISHED", "of", beginning, "is " + run.state(), "wait until it is FINISHED, or name another");
        }
        if (!run.document().path("task").asText("train").equals("train")) {
            throw new InvalidSpec(
                    "NOT_APPLICABLE",
                    "of",
                    beginning,
                    "is a run of task " + run.document().path("task").asText() + ", which leaves nothing to look at",
                    "name a training");
        }
        return run;
    }

    private static InvalidSpec unknown(String id, String why) {
        return new InvalidSpec("UNKNOWN_RUN", "of", id, why, "\"runyard ls\" lists them");
    }

    /** A run of this lab as a task sees it. */
    public Optional<Looked> run(UUID id) {
        return looked("r.id = ?", id).stream().findFirst();
    }

    private List<Looked> looked(String which, Object... values) {
        return statements.rows(
                "select r.id, r.name, e.name, r.state, r.spec from run r join experiment e on e.id = r.experiment_id where "
                        + which,
                r -> new Looked(r.getObject(1, UUID.class), r.getString(2), r.getString(3), r.getString(4), (ObjectNode)
                        Json.tree(r.getString(5))),
                values);
    }
}
