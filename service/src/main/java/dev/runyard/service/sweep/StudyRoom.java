package dev.runyard.service.sweep;

import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.IllegalTransition;
import dev.runyard.service.sweep.draw.SweepBudgets;
import dev.runyard.service.sweep.draw.SweepDraws;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.sweep.SweepSpec;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Optional;
import java.util.UUID;

/** How many points of a sweep from outside may be handed out, and when it is over. */
@ApplicationScoped
class StudyRoom {
    private final Statements statements;
    private final Journal journal;
    private final SweepRows rows;
    private final SweepDraws draws;
    private final SweepBudgets budgets;

    StudyRoom(Statements statements, Journal journal, SweepRows rows, SweepDraws draws, SweepBudgets budgets) {
        this.statements = statements;
        this.journal = journal;
        this.rows = rows;
        this.draws = draws;
        this.budgets = budgets;
    }

    /**
     * Points that may be handed out, which are drawn.
     *
     * @param first the first of them
     */
    record Room(int first, int points) {}

    /**
     * Makes room for whoever asks for points of a sweep from outside; the sweep's row is locked until the transaction ends, so that no two get the
     * same.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    Room room(UUID sweep, int points) {
        SweepRows.Held held = rows.held(sweep, "ask");
        if (!held.external()) {
            throw Problem.invalid(
                    "NOT_APPLICABLE",
                    "sweep",
                    sweep,
                    "is carried out by this lab's devices: nobody else is given its points",
                    "queue one with external: true");
        }
        if (held.state() == SweepState.PAUSED || held.state() == SweepState.CANCELLED) {
            throw new IllegalTransition("sweep", sweep, "ask", "it is " + held.state());
        }
        int created = held.created();
        int total = held.total();
        Optional<String> enough = created < total ? budgets.spent(sweep, held.spec()) : Optional.empty();
        if (enough.isPresent() && created > 0) {
            total = rows.cut(held, created, enough.get());
        }
        int wanted = Math.min(points, total - created);
        int drawn = wanted <= 0 ? created : draws.drawn(sweep);
        if (wanted > drawn - created) {
            SweepSpec spec = Json.read(held.spec(), SweepSpec.class);
            draws.known(sweep, spec);
            int fresh = draws.more(sweep, spec, drawn, total, wanted - (drawn - created));
            if (drawn + fresh < created + wanted) {
                wanted = drawn + fresh - created;
                if (created + wanted > 0) {
                    total = rows.cut(held, created + wanted, "the axes have no further point");
                }
            }
        }
        if (wanted > 0) {
            statements.change("update sweep set created = ? where id = ?", created + wanted, sweep);
        }
        if (created + Math.max(wanted, 0) >= total) {
            settle(sweep);
        }
        return new Room(created, Math.max(wanted, 0));
    }

    /** Ends a sweep from outside when all its points were told. */
    @Transactional(Transactional.TxType.MANDATORY)
    void settle(UUID sweep) {
        boolean last = statements.number(
                        "select count(*) from sweep where id = ? and created = total and state in ('RUNNING', 'PAUSED')",
                        sweep)
                == 1;
        // Two who tell the last two points see each other's through the lock.
        if (last
                && statements
                        .row("select id from sweep where id = ? for no key update", r -> r.getString(1), sweep)
                        .isPresent()
                && statements.change("""
                        update sweep set state = 'FINISHED', ended_at = now()
                        where id = ? and created = total and state in ('RUNNING', 'PAUSED')
                          and not exists (select 1 from sweep_draw d where d.sweep_id = sweep.id and d.point < sweep.created
                                          and d.told_state is null)""", sweep) == 1) {
            journal.sweep(sweep, Journal.SCHEDULER, "end", SweepState.RUNNING, SweepState.FINISHED, null);
        }
    }

    /** Why nobody is given a point. */
    String stopping(UUID sweep) {
        return statements
                .row(
                        "select coalesce(stopping, 'all ' || total || ' points were asked for') from sweep where id = ?",
                        r -> r.getString(1),
                        sweep)
                .orElseThrow();
    }
}
