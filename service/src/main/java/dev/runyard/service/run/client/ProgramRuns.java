package dev.runyard.service.run.client;

import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Fence;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.metric.MetricLedger;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Runs below a queued one, as a later attempt of its program finds them again: by id, or by the name that it gives them. What it measures is then
 * another attempt's, so that steps that come again count once.
 */
@ApplicationScoped
public class ProgramRuns {
    private static final String TAKE = """
            with held as (
              select r.id, r.state from run r join client_run c on c.run_id = r.id
              where r.id = ? and c.queued_run = ? and c.queued_attempt < ? and r.deleted_at is null
              for no key update of r for update of c),
            noted as (
              update client_run c set queued_attempt = ?, cut_off = false, heard_at = now() from held h where c.run_id = h.id)
            update run r set attempt = r.attempt + 1, state = 'RUNNING', ended_at = null, reason = null, message = null
            from held h where r.id = h.id returning r.attempt, h.state""";

    /** A name that several have tells none of them from the others. */
    private static final String NAMED = """
            select (array_agg(r.id))[1] from client_run c join run r on r.id = c.run_id
            where c.queued_run = ? and r.name = ? and r.deleted_at is null
            having count(*) = 1 and max(c.queued_attempt) < ?""";

    /** Of an attempt that had nothing to go on from. */
    private static final String ANEW =
            "select count(*) from attempt where run_id = ? and attempt = ? and start_step = 0";

    private final Statements statements;
    private final Fence fence;
    private final Journal journal;
    private final MetricLedger metrics;

    ProgramRuns(Statements statements, Fence fence, Journal journal, MetricLedger metrics) {
        this.metrics = metrics;
        this.fence = fence;
        this.statements = statements;
        this.journal = journal;
    }

    /**
     * The attempt goes on with a run that an earlier one began.
     *
     * @return the run's own attempt from now on; empty where it is this attempt's already, or none of its queued run's
     * @throws dev.runyard.service.auth.StaleAttempt once the attempt is over
     */
    @Transactional
    public OptionalLong take(UUID run, Caller.Attempt by) {
        record Taken(long attempt, RunState from) {}
        fence.hold(by);
        Optional<Taken> taken = statements.row(
                TAKE,
                r -> new Taken(r.getLong(1), RunState.valueOf(r.getString(2))),
                run,
                by.run(),
                by.attempt(),
                by.attempt());
        taken.ifPresent(one -> journal.run(
                run,
                null,
                Journal.WORKER,
                "start",
                one.from(),
                RunState.RUNNING,
                "attempt " + by.attempt() + " of its queued run goes on with it"));
        return taken.isPresent() ? OptionalLong.of(taken.get().attempt()) : OptionalLong.empty();
    }

    /**
     * The one run of this name that an earlier attempt began, taken up. Where the attempt begins at step 0, so does that run: what was measured
     * of it before counts no more, steps or none.
     */
    @Transactional
    public Optional<UUID> takeNamed(String name, Caller.Attempt by) {
        return statements
                .row(NAMED, r -> r.getObject(1, UUID.class), by.run(), name, by.attempt())
                .filter(run -> {
                    OptionalLong now = take(run, by);
                    if (now.isPresent() && statements.number(ANEW, by.run(), by.attempt()) > 0) {
                        metrics.supersede(run, now.getAsLong(), -1);
                    }
                    return now.isPresent();
                });
    }
}
