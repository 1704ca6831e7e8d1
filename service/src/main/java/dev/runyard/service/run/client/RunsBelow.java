package dev.runyard.service.run.client;

import dev.runyard.service.db.Statements;
import dev.runyard.service.run.RunLedger;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Runs that the program of a queued run began below it. Their client is that program: once the attempt is over nobody is left who could say
 * their end, so those that have none get it then. A later attempt that goes on with one takes it up again.
 */
@ApplicationScoped
class RunsBelow implements RunLedger.Below {
    private static final String END = """
            with held as (
              select r.id, r.state from run r join client_run c on c.run_id = r.id
              where c.queued_run = ? and c.queued_attempt = ? and r.external and r.state in ('RUNNING', 'PAUSED')
              order by r.id for no key update of r),
            ended as (
              update run r set state = ?, reason = ?, message = ?, ended_at = now(),
                     step = greatest(r.step, (select max(m.last_step) from metric_summary m where m.run_id = r.id))
              from held h where r.id = h.id returning r.id, h.state),
            cut as (
              update client_run c set cut_off = true from ended e where c.run_id = e.id)
            insert into event (run_id, who, kind, from_state, to_state, why) select id, ?, 'end', state, ?, ? from ended""";

    private final Statements statements;

    RunsBelow(Statements statements) {
        this.statements = statements;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void end(UUID run, long attempt, RunState next, Outcome outcome, String who, String told) {
        RunState state = state(next, outcome);
        String why = state == RunState.FINISHED
                ? "attempt " + attempt + " of its queued run finished, and its program had said no end of this run"
                : "ended with attempt " + attempt + " of its queued run: " + told
                        + "; a later attempt that goes on with this run takes it up";
        statements.change(
                END,
                run,
                attempt,
                state,
                state == RunState.FAILED ? reason(outcome) : null,
                state == RunState.FINISHED ? null : why,
                who,
                state,
                why);
    }

    /** An attempt that was taken back is no failure of what it did. */
    private static RunState state(RunState next, Outcome outcome) {
        if (outcome instanceof Outcome.Finished) {
            return RunState.FINISHED;
        }
        return outcome instanceof Outcome.Failed && next != RunState.CANCELLED && next != RunState.PRUNED
                ? RunState.FAILED
                : RunState.CANCELLED;
    }

    private static @Nullable FailureReason reason(Outcome outcome) {
        return outcome instanceof Outcome.Failed failed ? failed.reason() : null;
    }
}
