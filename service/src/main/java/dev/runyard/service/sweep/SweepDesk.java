package dev.runyard.service.sweep;

import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Curated;
import dev.runyard.service.experiment.Curation;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.experiment.Patch;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.Configurations;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.UUID;

/** Where sweeps are kept in order. Its runs move, are thrown away and come back with it. */
@ApplicationScoped
public class SweepDesk {
    private final Statements statements;
    private final Curation curation;
    private final Experiments experiments;
    private final Configurations configurations;

    public SweepDesk(Statements statements, Curation curation, Experiments experiments, Configurations configurations) {
        this.statements = statements;
        this.curation = curation;
        this.experiments = experiments;
        this.configurations = configurations;
    }

    /** A priority holds for the runs that are not over, and those to come. */
    @Transactional
    public void change(UUID sweep, Patch patch, String who) {
        List<UUID> one = List.of(sweep);
        curation.change(Curated.SWEEP, one, patch, who);
        if (patch.priority() != null) {
            curation.prioritise(Curated.SWEEP, one, patch.priority(), who);
            curation.prioritise(Curated.RUN, runs(sweep, "ended_at is null"), patch.priority(), who);
        }
        if (patch.experiment() != null) {
            UUID to = experiments.named(patch.experiment(), who).experiment();
            curation.move(Curated.SWEEP, one, to, who);
            configurations.moved(curation.move(Curated.RUN, runs(sweep, "true"), to, who));
        }
    }

    /** @throws Problem 409 IN_USE while it or a run of it is not over, PINNED while a run of it is pinned */
    @Transactional
    public void delete(UUID sweep, String who) {
        long open = statements.number(
                "select (select count(*) from run where sweep_id = ? and ended_at is null)"
                        + " + (select count(*) from sweep where id = ? and ended_at is null)",
                sweep,
                sweep);
        if (open > 0) {
            throw Problem.of(409, "IN_USE", "Sweep " + sweep + " is not over; cancel it first.");
        }
        curation.delete(Curated.RUN, runs(sweep, "deleted_at is null"), true, who);
        curation.delete(Curated.SWEEP, List.of(sweep), true, who);
    }

    /** With the runs that were thrown away together with it. */
    @Transactional
    public void restore(UUID sweep, String who) {
        List<UUID> runs = runs(sweep, "deleted_at = (select deleted_at from sweep where id = sweep_id)");
        curation.delete(Curated.RUN, runs, false, who);
        curation.delete(Curated.SWEEP, List.of(sweep), false, who);
    }

    private List<UUID> runs(UUID sweep, String which) {
        return statements.rows(
                "select id from run where sweep_id = ? and " + which, r -> r.getObject(1, UUID.class), sweep);
    }
}
