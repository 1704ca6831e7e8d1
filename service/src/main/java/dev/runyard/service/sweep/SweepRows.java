package dev.runyard.service.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.IllegalTransition;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The row of a sweep. Whoever changes a sweep holds it first: its lock is what puts changes in an order. It is no lock of the key, which whoever
 * writes a row of the sweep takes a share of.
 */
@ApplicationScoped
class SweepRows {
    private final Statements statements;
    private final Journal journal;

    SweepRows(Statements statements, Journal journal) {
        this.statements = statements;
        this.journal = journal;
    }

    /**
     * A sweep whose row is locked until the transaction ends.
     *
     * @param total runs that it is to have; {@code created}: those that were made
     * @param external carried out from outside: both count points
     */
    record Held(
            UUID id,
            UUID project,
            UUID experiment,
            SweepState state,
            String name,
            JsonNode spec,
            int total,
            int created,
            int parallel,
            int priority,
            PriorityClass priorityClass,
            @Nullable Placement placement,
            String who,
            boolean deleted,
            boolean external) {}

    /** @param going of those that are open, the ones that are not paused */
    record Numbers(int open, int going) {}

    /**
     * What a person asks something of.
     *
     * @throws Problem 404, 409 for a sweep that is deleted
     */
    Held held(UUID sweep, String action) {
        Held held = held(sweep).orElseThrow(() -> Problem.notFound("sweep", sweep));
        if (held.deleted()) {
            throw new IllegalTransition("sweep", sweep, action, IllegalTransition.DELETED);
        }
        return held;
    }

    Optional<Held> held(UUID sweep) {
        return statements.row(
                "select * from sweep where id = ? for no key update",
                r -> new Held(
                        r.getObject("id", UUID.class),
                        r.getObject("project_id", UUID.class),
                        r.getObject("experiment_id", UUID.class),
                        SweepState.valueOf(r.getString("state")),
                        r.getString("name"),
                        Json.tree(r.getString("spec")),
                        r.getInt("total"),
                        r.getInt("created"),
                        r.getInt("parallel"),
                        r.getInt("priority"),
                        PriorityClass.valueOf(r.getString("priority_class")),
                        r.getString("placement") == null
                                ? null
                                : Json.read(Json.tree(r.getString("placement")), Placement.class),
                        r.getString("created_by"),
                        r.getObject("deleted_at") != null,
                        r.getBoolean("external")),
                sweep);
    }

    Numbers numbers(UUID sweep) {
        return statements
                .row(
                        "select count(*) filter (where ended_at is null),"
                                + " count(*) filter (where ended_at is null and state <> 'PAUSED')"
                                + " from run where sweep_id = ?",
                        r -> new Numbers(r.getInt(1), r.getInt(2)),
                        sweep)
                .orElseThrow();
    }

    /** No further points: those that were made are all there will be. */
    int cut(Held held, int created, String why) {
        if (held.external()) {
            // Those who tell of it at this moment come to their end first, and whoever tells later sees that these were
            // all.
            statements.row("select id from sweep where id = ? for update", r -> r.getString(1), held.id());
        }
        statements.change("update sweep set total = ?, stopping = ? where id = ?", created, why, held.id());
        journal.sweep(held.id(), Journal.SCHEDULER, "enough", held.state(), held.state(), why);
        return created;
    }

    /** The sampler has no more; what else a sweep is to have does not change. */
    void note(Held held, String why) {
        statements.change("update sweep set stopping = ? where id = ?", why, held.id());
        journal.sweep(held.id(), Journal.SCHEDULER, "enough", held.state(), held.state(), why);
    }
}
