package dev.runyard.service.sweep;

import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.http.Problem;
import dev.runyard.service.sweep.draw.FurtherSeeds;
import dev.runyard.service.sweep.draw.SweepDraws;
import dev.runyard.spec.sweep.SweepSpec;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.UUID;

/** More points of a sweep, or no more. */
@ApplicationScoped
class SweepLength {
    private final Statements statements;
    private final Journal journal;
    private final Wakeup wakeup;
    private final SweepRows rows;
    private final StudyRoom studies;
    private final FurtherSeeds seeds;

    SweepLength(
            Statements statements,
            Journal journal,
            Wakeup wakeup,
            SweepRows rows,
            StudyRoom studies,
            FurtherSeeds seeds) {
        this.statements = statements;
        this.journal = journal;
        this.wakeup = wakeup;
        this.rows = rows;
        this.studies = studies;
        this.seeds = seeds;
    }

    /**
     * Further points, which the sampler draws as the window moves; a finished sweep goes on.
     *
     * @param points 1 or more
     * @throws Problem 422 NOT_APPLICABLE, SWEEP_TOO_LARGE; 404, 409
     */
    @Transactional
    void extend(UUID sweep, SweepSpec spec, int points, String who) {
        SweepRows.Held held = rows.held(sweep, "extend");
        if (held.state() == SweepState.CANCELLED) {
            throw Problem.invalid(
                    "NOT_APPLICABLE", "points", points, "cannot be added to a cancelled sweep", "queue one with from:");
        }
        int total;
        if (spec.later()) {
            total = seeds.longer(sweep, held.created(), held.total(), spec, points);
        } else {
            int seeds = SweepDraws.seeds(spec);
            total = held.total() + points * seeds;
            SweepDraws.bounded(spec, points, held.total() / seeds + points, total);
        }
        SweepState next = held.state() == SweepState.FINISHED ? SweepState.RUNNING : held.state();
        statements.change(
                "update sweep set total = ?, stopping = null, state = ?, ended_at = null where id = ?",
                total,
                next,
                sweep);
        journal.sweep(sweep, who, "extend", held.state(), next, points + " points more");
        wakeup.sweep(sweep);
    }

    /** No further points. */
    @Transactional
    void stop(UUID sweep, String who) {
        SweepRows.Held held = rows.held(sweep, "stop");
        if (held.state() == SweepState.RUNNING || held.state() == SweepState.PAUSED) {
            if (held.created() > 0 && held.created() < held.total()) {
                rows.cut(held, held.created(), "stopped by " + who);
            }
            if (held.external()) {
                studies.settle(sweep);
                return;
            }
            wakeup.sweep(sweep);
        }
    }
}
