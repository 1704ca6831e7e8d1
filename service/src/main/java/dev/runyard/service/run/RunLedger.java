package dev.runyard.service.run;

import dev.runyard.service.auth.Fence;
import dev.runyard.service.auth.StaleAttempt;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.FirstReport;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The one place where the state of a managed run changes (its client keeps that of an external one). Each change is one statement guarded by the state and attempt it starts from, with
 * its event row in the same transaction. All of it may be repeated: what is already so stays so.
 */
@ApplicationScoped
public class RunLedger implements FirstReport {
    /** How long a lease lasts without a heartbeat of its attempt, in seconds of Postgres time. */
    public static final int LEASE_SECONDS = 30;

    /** Runs that the program of an attempt keeps, which end with it. */
    public interface Below {
        /**
         * In the transaction that books the attempt's end.
         *
         * @param next what becomes of the run that the attempt was at
         * @param told the outcome in words
         */
        void end(UUID run, long attempt, RunState next, Outcome outcome, String who, String told);
    }

    private final Statements statements;
    private final Journal journal;
    private final Wakeup wakeup;
    private final Fence fence;
    private final DeviceRefusals refusals;
    private final Quarantine quarantine;
    private final Below below;

    public RunLedger(
            Statements statements,
            Journal journal,
            Wakeup wakeup,
            Fence fence,
            DeviceRefusals refusals,
            Quarantine quarantine,
            Below below) {
        this.below = below;
        this.statements = statements;
        this.journal = journal;
        this.wakeup = wakeup;
        this.fence = fence;
        this.refusals = refusals;
        this.quarantine = quarantine;
    }

    /**
     * Gives the run a slot of a device and raises its attempt: QUEUED → STARTING.
     *
     * @return the new attempt; empty when the run is no longer queued
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public OptionalLong grant(UUID run, UUID device, int slot, UUID worker) {
        record Granted(long attempt, @Nullable UUID sweep) {}
        Optional<Granted> granted =
                statements.row("""
                update run set state = 'STARTING', attempt = attempt + 1, message = null, not_before = null
                where id = ? and state = 'QUEUED' returning attempt, sweep_id""", r -> new Granted(r.getLong(1), r.getObject(2, UUID.class)), run);
        if (granted.isEmpty()) {
            return OptionalLong.empty();
        }
        long attempt = granted.get().attempt();
        statements.change(
                "insert into attempt (run_id, attempt, device_id, worker_id, state) values (?, ?, ?, ?, 'STARTING')",
                run,
                attempt,
                device,
                worker);
        statements.change("""
                insert into lease (run_id, attempt, device_id, slot, expires_at)
                values (?, ?, ?, ?, now() + make_interval(secs => ?))""", run, attempt, device, slot, LEASE_SECONDS);
        journal.run(
                run,
                granted.get().sweep(),
                Journal.SCHEDULER,
                "grant",
                RunState.QUEUED,
                RunState.STARTING,
                "attempt " + attempt + " on device " + device);
        Failpoint.LEASE_STORED.reach();
        return OptionalLong.of(attempt);
    }

    /** One more device for an attempt that was just granted: renewed and given back with its own. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void beside(UUID run, long attempt, UUID device, int slot) {
        statements.change("""
                insert into lease (run_id, attempt, device_id, slot, expires_at, beside)
                values (?, ?, ?, ?, now() + make_interval(secs => ?), true)""", run, attempt, device, slot, LEASE_SECONDS);
    }

    /** The attempt trains: STARTING → RUNNING. Anything else is left as it is. */
    @Override
    @Transactional
    public void firstReport(UUID run, long attempt) {
        Optional<Optional<UUID>> sweep =
                statements.row("""
                update run set state = 'RUNNING', started_at = coalesce(started_at, now())
                where id = ? and attempt = ? and state = 'STARTING' returning sweep_id""", r -> Optional.ofNullable(r.getObject(1, UUID.class)), run, attempt);
        if (sweep.isPresent()) {
            statements.change(
                    "update attempt set state = 'RUNNING' where run_id = ? and attempt = ? and state = 'STARTING'",
                    run,
                    attempt);
            journal.run(
                    run,
                    sweep.get().orElse(null),
                    Journal.WORKER,
                    "report",
                    RunState.STARTING,
                    RunState.RUNNING,
                    "attempt " + attempt);
        }
    }

    /** The last step of a program: of what it measured, but not of what is measured around it. */
    private static final String REACHED = """
            update attempt a set end_step = greatest(a.end_step, ?, (
              select max(s.last_step) from metric_summary s join metric_key k on k.id = s.key_id
              where s.run_id = a.run_id and k.key not like 'system/%'))
            where a.run_id = ? and a.attempt = ? and a.state in ('STARTING', 'RUNNING') and a.start_step is not null
              and exists (select 1 from run r where r.id = a.run_id and r.spec ->> 'task' = 'command')
            returning a.end_step""";

    /** Takes up what a program measured since its last heartbeat; answers its last step. */
    public long reached(UUID run, long attempt, long step) {
        return statements.row(REACHED, r -> r.getLong(1), step, run, attempt).orElse(step);
    }

    /** The worker took the attempt up. */
    @Transactional
    public void started(UUID run, long attempt) {
        fence(run, attempt);
        statements.change(
                "update attempt set started_at = coalesce(started_at, now()) where run_id = ? and attempt = ?",
                run,
                attempt);
        renew(run, attempt);
    }

    /** The attempt loaded a checkpoint, or begins at step 0. */
    @Transactional
    public void resumed(UUID run, long attempt, long from) {
        long step = Math.max(0, from);
        fence(run, attempt);
        statements.change(
                // Whoever takes back a later step, did not get there either.
                "update attempt set start_step = ?, end_step = case when start_step > ? then ? else greatest(end_step, ?) end"
                        + " where run_id = ? and attempt = ?",
                step,
                step,
                step,
                step,
                run,
                attempt);
        statements.change("update run set step = ? where id = ? and attempt = ?", step, run, attempt);
        renew(run, attempt);
    }

    /** Something a person should see of an attempt that goes on; what keeps it waiting is also the run's message meanwhile. */
    @Transactional
    public void notice(UUID run, long attempt, Notice notice) {
        fence(run, attempt);
        String why = "attempt " + attempt + ": " + notice.why();
        boolean known = statements.number(
                        "select count(*) from event where run_id = ? and kind = ? and why = ?", run, notice.kind(), why)
                > 0;
        if (known) {
            return;
        }
        switch (notice.kind()) {
            case DISK_FULL -> statements.change("update run set message = ? where id = ?", notice.why(), run);
            case DISK_FREED -> statements.change("update run set message = null where id = ?", run);
            case CHECKPOINT_CORRUPT, CHECKPOINT_LEFT_OUT -> {}
        }
        journal.notice(run, sweep(run), notice.kind(), why);
    }

    private @Nullable UUID sweep(UUID run) {
        return statements
                .row("select sweep_id from run where id = ?", r -> Optional.ofNullable(r.getObject(1, UUID.class)), run)
                .orElse(Optional.empty())
                .orElse(null);
    }

    /**
     * Books how an attempt ended and frees its slot. A stale attempt, and one that ended before, change nothing.
     *
     * @return whether the run is over
     */
    @Transactional
    public boolean ended(UUID run, long attempt, Outcome outcome) {
        Optional<Run.Held> row = statements.row(Run.Held.SELECT, Run.Held.READER, run);
        if (row.isEmpty()) {
            return true;
        }
        Run.Held held = row.get();
        if (held.attempt() != attempt || !held.state().held()) {
            return held.state().terminal();
        }
        RunState from = held.state();
        if (from == RunState.STARTING && (outcome instanceof Outcome.Finished || held.pruned())) {
            // Shorter than one heartbeat: it did report, with its end.
            firstReport(run, attempt);
            from = RunState.RUNNING;
        }
        reached(run, attempt, outcome.step());
        Way way = way(run, attempt);
        long step = Math.max(way.endStep(), outcome.step());
        List<DeviceRefusals.Answer> fitting = refusals.fitting(run, way.device());
        Verdict verdict = Verdict.of(
                held,
                from,
                outcome,
                new Verdict.Facts(
                        way.started(),
                        way.yielding(),
                        step > way.startStep(),
                        step > Math.max(way.startStep(), way.furthest()),
                        (int) fitting.stream()
                                .filter(other -> other.reason() == null
                                        && !other.device().equals(way.device()))
                                .count(),
                        fitting.stream()
                                .anyMatch(other -> outcome instanceof Outcome.Failed failed
                                        && other.reason() == failed.reason()
                                        && !other.device().equals(way.device()))));
        if (verdict.refused()) {
            refusals.add(run, way.device(), outcome);
            verdict = verdict.next() == RunState.FAILED ? refusals.everybody(verdict, run, way.device()) : verdict;
        }
        change(held, from, verdict, outcome, way);
        statements.change(
                """
                update attempt set state = ?, ended_at = now(), end_step = greatest(end_step, ?), outcome = ?, message = ?
                where run_id = ? and attempt = ?""", verdict.attempt(), outcome.step(), told(outcome), said(outcome, way.yielding()), run, attempt);
        below.end(run, attempt, verdict.next(), outcome, who(verdict), told(outcome));
        statements.change(
                "update lease set released_at = clock_timestamp() where run_id = ? and attempt = ? and released_at is null",
                run,
                attempt);
        quarantine.judge(way.device(), run, from, outcome, step > way.startStep());
        Failpoint.END_STORED.reach();
        wakeup.schedule();
        return verdict.next().terminal();
    }

    /** How far an attempt came, and how far those before it did. */
    private record Way(
            boolean started,
            boolean yielding,
            UUID device,
            long startStep,
            long endStep,
            @Nullable Integer epoch,
            long furthest) {}

    private Way way(UUID run, long attempt) {
        return statements
                .row(
                        """
                        select a.started_at is not null, a.device_id, coalesce(a.start_step, 0), coalesce(a.end_step, 0), a.epoch,
                               exists (select 1 from lease l where l.run_id = a.run_id and l.attempt = a.attempt
                                       and l.yields_to is not null) as yielding,
                               coalesce((select max(o.end_step) from attempt o
                                         where o.run_id = a.run_id and o.attempt < a.attempt), 0)
                        from attempt a where a.run_id = ? and a.attempt = ?""",
                        r -> new Way(
                                r.getBoolean(1),
                                r.getBoolean(6),
                                r.getObject(2, UUID.class),
                                r.getLong(3),
                                r.getLong(4),
                                r.getObject(5, Integer.class),
                                r.getLong(7)),
                        run,
                        attempt)
                .orElseThrow();
    }

    private void change(Run.Held held, RunState from, Verdict verdict, Outcome outcome, Way way) {
        int changed = statements.change(
                """
                update run set state = ?, reason = ?, message = ?, lost = ?, faults = ?, resume_wanted = false,
                       step = case when ? > 0 then ? else step end,
                       epoch = case when ? then epochs else coalesce(cast(? as integer), epoch) end,
                       not_before = case when ? > 0 then now() + make_interval(secs => ?) end,
                       queued_at = case when ? then now() else queued_at end,
                       ended_at = case when ? then now() end
                where id = ? and attempt = ? and state = ?""",
                verdict.next(),
                verdict.reason(),
                verdict.message(),
                verdict.lost(),
                verdict.faults(),
                Math.max(way.endStep(), outcome.step()),
                Math.max(way.endStep(), outcome.step()),
                outcome instanceof Outcome.Finished,
                way.epoch(),
                verdict.pause(),
                verdict.pause(),
                verdict.next() == RunState.QUEUED,
                verdict.next().terminal(),
                held.id(),
                held.attempt(),
                from);
        if (changed != 1) {
            throw new IllegalStateException("run " + held.id() + " changed under its own lock");
        }
        String why = "attempt " + held.attempt() + ": " + told(outcome)
                + (verdict.message() == null ? "" : ", " + verdict.message());
        journal.run(held.id(), held.sweep(), who(verdict), "end", from, verdict.next(), why);
        awaken(held.id(), held.sweep());
    }

    /** Takes the run from a worker that is known to be gone, whatever its lease says. */
    @Transactional
    public void evict(UUID run, long attempt, String why) {
        ended(run, attempt, new Outcome.Failed(0, FailureReason.WORKER_LOST, why));
    }

    /**
     * Takes the run from a worker whose lease ran out; looked at again under the locks of run and lease, since a heartbeat may have
     * come meanwhile.
     *
     * @return whether it had
     */
    @Transactional
    public boolean expire(UUID run, long attempt) {
        if (statements.row(Run.Held.SELECT, Run.Held.READER, run).isEmpty()) {
            return false;
        }
        boolean gone = statements.row("""
                        select 1 from lease where run_id = ? and attempt = ? and released_at is null
                          and expires_at <= clock_timestamp() for update""", r -> r.getInt(1), run, attempt).isPresent();
        if (gone) {
            evict(run, attempt, "its worker sent no heartbeat for " + LEASE_SECONDS + " s");
        }
        return gone;
    }

    /**
     * Carries out what a person asks.
     *
     * @throws IllegalTransition when the state does not allow it, or the run is deleted
     */
    @Transactional
    public void obey(UUID run, Command command, String who) {
        boolean fresh = command == Command.RETRY;
        if (fresh || command == Command.RESUME) {
            // A retry may open the run's sweep again. Sweeps are locked before their runs, here as everywhere.
            statements.rows(
                    "select id from sweep where id = (select sweep_id from run where id = ?) for no key update",
                    r -> r.getString(1),
                    run);
        }
        Run.Held held =
                statements.row(Run.Held.SELECT, Run.Held.READER, run).orElseThrow(() -> Problem.notFound("run", run));
        command.against(held.state(), held.deleted(), held.external()).ifPresent(why -> {
            throw new IllegalTransition("run", run, command.word(), why);
        });
        RunState next = command.from(held.state(), held.external()).orElseThrow();
        if (held.state() == RunState.PAUSING) {
            statements.change("update run set resume_wanted = ? where id = ?", command == Command.RESUME, run);
        }
        if (next == held.state()) {
            return;
        }
        statements.change(
                """
                update run set state = ?, ended_at = case when ? then now() end,
                       reason = case when ? then null else reason end, message = case when ? then null else message end,
                       lost = case when ? then 0 else lost end, faults = case when ? then 0 else faults end,
                       not_before = null, queued_at = case when ? then now() else queued_at end
                where id = ? and attempt = ? and state = ?""",
                next,
                next.terminal(),
                fresh,
                fresh,
                fresh,
                fresh,
                next == RunState.QUEUED,
                run,
                held.attempt(),
                held.state());
        journal.run(run, held.sweep(), who, command.word(), held.state(), next, null);
        if (fresh) {
            refusals.forget(run);
        }
        boolean again = held.state() == RunState.PRUNED;
        if (again) {
            statements.change("update run set pruned = null, spared = true where id = ?", run);
        }
        if ((fresh || again) && held.sweep() != null) {
            int opened = statements.change(
                    "update sweep set state = 'RUNNING', ended_at = null where id = ? and state = 'FINISHED'",
                    held.sweep());
            if (opened == 1) {
                // A sweep's states are named as those of its runs.
                journal.sweep(
                        held.sweep(),
                        who,
                        "reopen",
                        RunState.FINISHED,
                        RunState.RUNNING,
                        "a run of it was queued again");
            }
        }
        awaken(run, held.sweep());
        wakeup.schedule();
    }

    /** Whether the run is over, or was never there. */
    @Transactional
    public boolean over(UUID run) {
        return statements
                .row("select state from run where id = ?", r -> RunState.valueOf(r.getString(1)), run)
                .map(RunState::terminal)
                .orElse(true);
    }

    /** @throws StaleAttempt when the attempt does not hold the run */
    @Transactional(Transactional.TxType.MANDATORY)
    public void fence(UUID run, long attempt) {
        fence.holdAlone(run, attempt);
    }

    private void renew(UUID run, long attempt) {
        statements.change("""
                update lease set expires_at = now() + make_interval(secs => ?)
                where run_id = ? and attempt = ? and released_at is null""", LEASE_SECONDS, run, attempt);
    }

    private void awaken(UUID run, @Nullable UUID sweep) {
        wakeup.run(run);
        if (sweep != null) {
            wakeup.sweep(sweep);
        }
    }

    /** Of an attempt; the worker knows only that it was told to stop, and not for whom. */
    private static @Nullable String said(Outcome outcome, boolean yielding) {
        if (outcome instanceof Outcome.Failed failed) {
            return failed.message();
        }
        return yielding && outcome instanceof Outcome.GivenBack ? "gave its device to a run that goes before it" : null;
    }

    private static String who(Verdict verdict) {
        return verdict.attempt().equals("LOST") ? Journal.RECONCILER : Journal.WORKER;
    }

    private static String told(Outcome outcome) {
        if (outcome instanceof Outcome.GivenBack back) {
            return "given back (" + back.cause() + ")";
        }
        return outcome instanceof Outcome.Failed failed ? failed.reason().name() : "finished";
    }
}
