package dev.runyard.service.experiment;

import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.http.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Changes what people say of runs, sweeps and experiments: one statement for any number of them, which also writes an event each
 * (who, when, from what, to what). What is so already is left alone and tells nothing.
 */
@ApplicationScoped
public class Curation {
    private static final String CHANGE = """
            with held as (
              select t.id, t.%2$s as was from %1$s t where t.id = any(?) and t.%2$s is distinct from %4$s order by t.id for update),
            changed as (
              update %1$s t set %2$s = %4$s from held h where t.id = h.id
              returning t.id, h.was, t.%2$s as now, %5$s as sweep_id),
            told as (
              insert into event (%3$s)
              select %6$s, ?, ?, cast(was as text), cast(now as text) from changed)
            select id from changed""";

    private final Statements statements;
    private final Wakeup wakeup;

    public Curation(Statements statements, Wakeup wakeup) {
        this.statements = statements;
        this.wakeup = wakeup;
    }

    /**
     * What a patch says that all of them have: name, tags, star, archive; and of runs the pin. Answers who changed.
     *
     * @throws Problem 422 for a pin of what is no run
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public Set<UUID> change(Curated what, Collection<UUID> ids, Patch patch, String who) {
        if (patch.pinned() != null && what != Curated.RUN) {
            throw Problem.invalid(
                    "UNKNOWN_FIELD",
                    "pinned",
                    patch.pinned(),
                    "is of runs",
                    "pin its runs: POST /api/v1/runs/bulk with {\"do\": {\"patch\": {\"pinned\": true}}}");
        }
        Set<UUID> changed = new LinkedHashSet<>();
        if (patch.name() != null) {
            changed.addAll(change(what, ids, "name", "cast(? as text)", patch.name(), "rename", who));
        }
        if (patch.tags() != null) {
            // Null takes a tag away, and what is not named stays.
            String merged = "jsonb_strip_nulls(t.tags || cast(? as jsonb))";
            changed.addAll(change(what, ids, "tags", merged, patch.tags().toString(), "tag", who));
        }
        if (patch.starred() != null) {
            String kind = patch.starred() ? "star" : "unstar";
            changed.addAll(change(what, ids, "starred", "cast(? as boolean)", patch.starred(), kind, who));
        }
        if (patch.pinned() != null) {
            String kind = patch.pinned() ? "pin" : "unpin";
            changed.addAll(change(what, ids, "pinned", "cast(? as boolean)", patch.pinned(), kind, who));
        }
        if (patch.archived() != null) {
            String kind = patch.archived() ? "archive" : "unarchive";
            changed.addAll(change(what, ids, "archived", "cast(? as boolean)", patch.archived(), kind, who));
        }
        return changed;
    }

    /** Answers who changed. */
    @Transactional(Transactional.TxType.MANDATORY)
    public List<UUID> prioritise(Curated what, Collection<UUID> ids, int priority, String who) {
        List<UUID> changed = change(what, ids, "priority", "cast(? as integer)", priority, "prioritise", who);
        wakeup.schedule();
        return changed;
    }

    /**
     * @param experiment id of where they go
     * @throws Problem 409 OTHER_PROJECT where it is in another project than one of them: they would be half there
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public List<UUID> move(Curated what, Collection<UUID> ids, UUID experiment, String who) {
        long elsewhere = statements.number(
                "select count(*) from " + what.table + " t join experiment e on e.id = ?"
                        + " where t.id = any(?) and t.project_id <> e.project_id",
                experiment,
                ids);
        if (elsewhere > 0) {
            throw Problem.invalid(
                    409,
                    "OTHER_PROJECT",
                    "experiment",
                    experiment,
                    "is in another project than what is to go there",
                    "keep to the project that they are in, by X-Runyard-Project or RUNYARD_PROJECT");
        }
        return change(what, ids, "experiment_id", "cast(? as uuid)", experiment, "move", who);
    }

    /**
     * Thrown away now, or fetched back.
     *
     * @throws Problem 409 PINNED where one is a run that is pinned; then none is
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public List<UUID> delete(Curated what, Collection<UUID> ids, boolean deleted, String who) {
        List<UUID> changed = change(
                what,
                ids,
                "deleted_at",
                "case when cast(? as boolean) then coalesce(t.deleted_at, now()) end",
                deleted,
                deleted ? "delete" : "restore",
                who);
        if (deleted && what == Curated.RUN) {
            // Their rows are held by the change: nobody pins one beside it.
            Optional<Problem> refusal = statements.row(
                    "select id, name, count(*) over () from run where id = any(?) and pinned order by id limit 1",
                    r -> pinned(r.getObject(1, UUID.class), r.getString(2), r.getLong(3)),
                    changed);
            refusal.ifPresent(problem -> {
                throw problem;
            });
        }
        return changed;
    }

    /** @param pinned how many are, of those that were to be deleted */
    public static Problem pinned(UUID run, String name, long pinned) {
        return Problem.invalid(
                409,
                "PINNED",
                "run",
                name,
                pinned == 1
                        ? "is pinned, so that all its files are kept"
                        : "and " + (pinned - 1) + " more of these runs are pinned, so that all their files are kept",
                "take the pin away first: PATCH /api/v1/runs/" + run + " {\"pinned\": false}");
    }

    private List<UUID> change(
            Curated what,
            Collection<UUID> ids,
            String column,
            String value,
            @Nullable Object to,
            String kind,
            String who) {
        if (ids.isEmpty()) {
            return List.of();
        }
        boolean run = what == Curated.RUN;
        String sql = CHANGE.formatted(
                what.table,
                column,
                what.event + (run ? ", sweep_id" : "") + ", who, kind, from_state, to_state",
                value,
                run ? "t.sweep_id" : "cast(null as uuid)",
                run ? "id, sweep_id" : "id");
        List<UUID> changed = statements.rows(sql, r -> r.getObject(1, UUID.class), ids, to, to, who, kind);
        wakeup.tell();
        return changed;
    }
}
