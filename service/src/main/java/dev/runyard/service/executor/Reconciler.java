package dev.runyard.service.executor;

import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.service.auth.Fence;
import dev.runyard.service.db.Answers;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.fleet.Fleet;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes Temporal agree with the rows, whatever was lost between a commit and what should follow it: at start, after commits, and
 * again and again. Only what a lease holds needs a workflow, so what it starts is bounded by the lab's devices (ADR-0019).
 */
@ApplicationScoped
public class Reconciler {
    /** Its name to {@link LoopWatch}. */
    public static final String LOOP = "reconciler";

    private static final long EVERY_MILLIS = 2_000;
    private static final long WHOLE_NANOS = 10_000_000_000L;
    /** How long a workflow that was started is taken to be there; a durable Temporal does not lose it. */
    private static final long TRUSTED_NANOS = 60_000_000_000L;

    private static final int AT_ONCE = 500;

    private final Statements statements;
    private final Fleet fleet;
    private final Workflows workflows;
    private final Answers answers;
    private final Wakeup wakeup;
    private final TemporalStatus temporal;
    private final LoopWatch pulse;
    private final Map<UUID, Long> started = new HashMap<>();
    private long lastWhole = System.nanoTime() - WHOLE_NANOS;

    public Reconciler(
            Statements statements,
            Fleet fleet,
            Workflows workflows,
            Answers answers,
            Wakeup wakeup,
            TemporalStatus temporal,
            LoopWatch pulse) {
        this.statements = statements;
        this.fleet = fleet;
        this.workflows = workflows;
        this.answers = answers;
        this.wakeup = wakeup;
        this.temporal = temporal;
        this.pulse = pulse;
    }

    /** Waits for something to do, at most two seconds, and does it. */
    public void step() throws InterruptedException {
        Wakeup.Changes changes = wakeup.awaitChanges(EVERY_MILLIS);
        fleet.expire();
        if (!temporal.ok()) {
            // A new embedded server knows nothing of what the old one ran.
            started.clear();
            lastWhole = System.nanoTime() - WHOLE_NANOS;
            return;
        }
        changes.runs().forEach(this::look);
        changes.sweeps().forEach(workflows::sweep);
        unheard().forEach(workflows::grant);
        if (System.nanoTime() - lastWhole >= WHOLE_NANOS) {
            whole();
            lastWhole = System.nanoTime();
        }
        pulse.beat(LOOP);
    }

    private void look(UUID run) {
        Optional<RunState> state = statements.row(
                "select state from run where id = ? and not external", r -> RunState.valueOf(r.getString(1)), run);
        if (state.map(RunState::terminal).orElse(true)) {
            started.remove(run);
            workflows.runOver(run);
        } else if (state.get().held()) {
            start(run);
        }
    }

    /** Whatever a lease holds has a workflow, and so has every open sweep. A run that waits needs none: its next lease starts one. */
    private void whole() {
        long now = System.nanoTime();
        started.values().removeIf(at -> now - at > TRUSTED_NANOS);
        List<UUID> open =
                statements.rows("""
                select id from run where state in %s and not external and id <> all (?)
                order by priority desc, created_at, id limit ?""".formatted(Fence.HELD), r -> r.getObject(1, UUID.class), started.keySet(), AT_ONCE);
        open.forEach(this::start);
        statements
                .rows(
                        "select id from sweep where state in ('RUNNING', 'PAUSED') and not external",
                        r -> r.getObject(1, UUID.class))
                .forEach(workflows::sweep);
        answers.forget();
    }

    /** Attempts that were granted a while ago and that no worker took up: the signal may have been lost. */
    private List<LeaseGrant> unheard() {
        return statements.rows(
                """
                select a.run_id, a.attempt, a.device_id from lease l
                join attempt a on a.run_id = l.run_id and a.attempt = l.attempt
                where l.released_at is null and not l.beside and a.started_at is null and a.granted_at < now() - interval '5 seconds'""", r -> new LeaseGrant(r.getObject(1, UUID.class), r.getLong(2), r.getObject(3, UUID.class)));
    }

    private void start(UUID run) {
        workflows.startRun(run);
        started.put(run, System.nanoTime());
    }
}
