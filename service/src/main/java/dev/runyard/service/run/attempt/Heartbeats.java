package dev.runyard.service.run.attempt;

import dev.runyard.service.db.Statements;
import dev.runyard.service.run.RunLedger;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Preparing;
import dev.runyard.spec.run.RunState;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What attempts say of themselves once a second, and what they are told to do. All of it may be repeated. */
@ApplicationScoped
public class Heartbeats {
    private final Statements statements;
    private final RunLedger ledger;

    public Heartbeats(Statements statements, RunLedger ledger) {
        this.statements = statements;
        this.ledger = ledger;
    }

    /**
     * How far an attempt says it is; renews its lease.
     *
     * @param steps of the whole run; null while the attempt still prepares
     * @param preparing what it makes before its first step; null: nothing that takes long, or it trains
     * @param going true: it is at work and cannot tell how far it is to go, as a program, whose points tell how far it came
     */
    public record Beat(
            long step,
            int epoch,
            @Nullable Long steps,
            @Nullable Integer epochs,
            @Nullable Preparing preparing,
            @Nullable Boolean going) {
        /** Of one that trains. */
        public Beat(long step, int epoch, @Nullable Long steps, @Nullable Integer epochs) {
            this(step, epoch, steps, epochs, null, null);
        }

        /** Of one that prepares. */
        public Beat(long step, int epoch, @Nullable Long steps, @Nullable Integer epochs, Preparing preparing) {
            this(step, epoch, steps, epochs, preparing, null);
        }
    }

    /**
     * What a program is told.
     *
     * @param step its last one; null: it is no program
     */
    public record Told(Order order, @Nullable Long step) {}

    /** As {@link #beat}; of a program with the step that its points tell of. */
    public Told heard(UUID run, long attempt, Beat beat) {
        Order order = beat(run, attempt, beat);
        if (order == Order.STALE || !Boolean.TRUE.equals(beat.going())) {
            return new Told(order, null);
        }
        ledger.firstReport(run, attempt);
        return new Told(order, ledger.reached(run, attempt, beat.step()));
    }

    /**
     * One statement a heartbeat, on narrow rows: the lease that is renewed, and the attempt's progress. A lease that is released no
     * longer holds anything.
     */
    private static final String BEAT = """
            with held as (
              update lease set expires_at = now() + make_interval(secs => ?)
              where run_id = ? and attempt = ? and released_at is null
              returning run_id, attempt, yields_to, beside),
            told as (
              update attempt a set end_step = case when n.counted then n.step else a.end_step end,
                epoch = case when n.counted then n.epoch else a.epoch end,
                preparing = n.preparing, prepared = n.prepared, to_prepare = n.to_prepare
              from held h, (select cast(? as bigint) as step, cast(? as integer) as epoch, cast(? as boolean) as counted,
                cast(? as text) as preparing, cast(? as bigint) as prepared, cast(? as bigint) as to_prepare) n
              where a.run_id = h.run_id and a.attempt = h.attempt and not h.beside
                and (n.counted or (a.preparing, a.prepared) is distinct from (n.preparing, n.prepared)))
            select r.state, coalesce(r.steps = cast(? as bigint) and r.epochs = cast(? as integer), false) as same,
                   r.pruned is not null or h.yields_to is not null as stops
            from held h join run r on r.id = h.run_id and r.attempt = h.attempt where not h.beside""";

    /**
     * Books a heartbeat of an attempt and tells it what to do. The statement needs no transaction around it, which would be a second
     * way to the database and back; what seldom follows is its own, and comes again with the next heartbeat if it is lost.
     */
    public Order beat(UUID run, long attempt, Beat beat) {
        record Held(RunState state, boolean same, boolean stops) {}
        boolean counted = beat.steps() != null;
        Preparing preparing = beat.preparing();
        Optional<Held> held = statements.row(
                BEAT,
                r -> new Held(RunState.valueOf(r.getString(1)), r.getBoolean(2), r.getBoolean(3)),
                RunLedger.LEASE_SECONDS,
                run,
                attempt,
                beat.step(),
                beat.epoch(),
                counted,
                preparing == null ? null : preparing.what(),
                preparing == null ? null : preparing.done(),
                preparing == null ? null : preparing.of(),
                beat.steps(),
                beat.epochs());
        if (held.isEmpty()) {
            return Order.STALE;
        }
        boolean starting = held.get().state() == RunState.STARTING;
        if (counted && (!held.get().same() || starting)) {
            QuarkusTransaction.joiningExisting().run(() -> counted(run, attempt, beat, starting));
        }
        return switch (held.get().state()) {
            case PAUSING -> Order.PAUSE;
            case CANCELLING -> Order.CANCEL;
            // A pruner's stop, and a run that another one needs the device of, are carried out as a pause is: with a
            // checkpoint.
            default -> held.get().stops() ? Order.PAUSE : Order.CONTINUE;
        };
    }

    private void counted(UUID run, long attempt, Beat beat, boolean starting) {
        statements.change(
                "update run set steps = ?, epochs = coalesce(cast(? as integer), epochs) where id = ? and attempt = ?",
                beat.steps(),
                beat.epochs(),
                run,
                attempt);
        if (starting) {
            ledger.firstReport(run, attempt);
        }
    }
}
