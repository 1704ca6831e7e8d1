package dev.runyard.service.experiment;

import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.UUID;

/** Where experiments are kept in order. What is thrown away takes its runs and sweeps along, and brings them back. */
@ApplicationScoped
public class ExperimentDesk {
    private final Statements statements;
    private final Curation curation;

    public ExperimentDesk(Statements statements, Curation curation) {
        this.statements = statements;
        this.curation = curation;
    }

    /** @throws Problem 409 NAME_TAKEN, 422 for what only runs and sweeps have */
    @Transactional
    public void change(UUID experiment, Patch patch, String who) {
        if (patch.priority() != null || patch.experiment() != null) {
            String field = patch.priority() != null ? "priority" : "experiment";
            throw Problem.invalid("UNKNOWN_FIELD", field, null, "is of runs and sweeps", null);
        }
        if (patch.name() != null) {
            long taken = statements.number(
                    "select count(*) from experiment o join experiment e on e.project_id = o.project_id and e.id = ?"
                            + " where o.name = ? and o.id <> e.id",
                    experiment,
                    patch.name());
            if (taken > 0) {
                throw Problem.of(409, "NAME_TAKEN", "There is an experiment named " + patch.name() + " already.");
            }
        }
        curation.change(Curated.EXPERIMENT, List.of(experiment), patch, who);
    }

    /** @throws Problem 409 IN_USE while a run or sweep of it is not over, PINNED while a run of it is pinned */
    @Transactional
    public void delete(UUID experiment, String who) {
        long open = statements.number(
                "select (select count(*) from run where experiment_id = ? and ended_at is null)"
                        + " + (select count(*) from sweep where experiment_id = ? and ended_at is null)",
                experiment,
                experiment);
        if (open > 0) {
            throw Problem.of(409, "IN_USE", open + " of its runs and sweeps are not over; cancel them first.");
        }
        curation.delete(
                Curated.RUN,
                ids("select id from run where experiment_id = ? and deleted_at is null", experiment),
                true,
                who);
        curation.delete(
                Curated.SWEEP,
                ids("select id from sweep where experiment_id = ? and deleted_at is null", experiment),
                true,
                who);
        curation.delete(Curated.EXPERIMENT, List.of(experiment), true, who);
    }

    /** With what was thrown away together with it. */
    @Transactional
    public void restore(UUID experiment, String who) {
        String then =
                " where experiment_id = ? and deleted_at = (select deleted_at from experiment where id = experiment_id)";
        curation.delete(Curated.RUN, ids("select id from run" + then, experiment), false, who);
        curation.delete(Curated.SWEEP, ids("select id from sweep" + then, experiment), false, who);
        curation.delete(Curated.EXPERIMENT, List.of(experiment), false, who);
    }

    private List<UUID> ids(String sql, UUID experiment) {
        return statements.rows(sql, r -> r.getObject(1, UUID.class), experiment);
    }
}
