package dev.runyard.service.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.MetricListener;
import dev.runyard.service.sweep.draw.Goals;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricDefinition;
import dev.runyard.spec.pruner.Decision;
import dev.runyard.spec.pruner.Pruner;
import dev.runyard.spec.pruner.PrunerSpec;
import dev.runyard.spec.pruner.Reading;
import dev.runyard.spec.run.RunState;
import dev.runyard.spec.sweep.Aims;
import dev.runyard.spec.sweep.SweepSpec;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Books what runs report at their epochs, and what the pruner decides on it. Both are rows, written once: neither a restart, nor a lost
 * worker, nor a point that comes late changes a decision. What was not seen when it came is seen with the next point of the run, or when the
 * sweep is topped up.
 */
@ApplicationScoped
public class SweepPruning implements MetricListener {
    /**
     * The first value at each epoch that is not booked, of one run or of all of a sweep: also of one that is over, whose last epochs were not seen
     * when they came, because others are compared with them. What a run reports after it was told to stop
     * is not: how much that is, is a matter of how fast it obeys, and must not tell with others.
     */
    private static final String FRESH = """
            select r.id, r.sweep_index, r.epochs, r.state, r.spared, f.epoch, f.value
            from run r
            cross join lateral (
              select distinct on (floor(p.epoch)) cast(floor(p.epoch) as integer) as epoch, p.value, p.time
              from metric_point p
              where p.run_id = r.id and p.key_id = ? and p.superseded_by is null and p.epoch >= 1
              order by floor(p.epoch), p.step) f
            where r.sweep_id = ? and (cast(? as uuid) is null or r.id = ?) and r.pruned is null
              and (r.ended_at is null
                   or r.epoch > coalesce((select max(e.epoch) from sweep_reading e where e.run_id = r.id), 0))
              and not exists (select 1 from sweep_reading s where s.run_id = r.id and s.epoch = f.epoch)
            order by f.time, r.sweep_index, f.epoch""";

    private final Statements statements;
    private final Journal journal;

    public SweepPruning(Statements statements, Journal journal) {
        this.statements = statements;
        this.journal = journal;
    }

    private record Fresh(UUID run, int index, int epochs, RunState state, boolean spared, int epoch, double value) {}

    @Override
    public void stored(UUID run, Set<String> keys, long step) {
        Optional<UUID> sweep = statements.row("""
                select s.id from run r join sweep s on s.id = r.sweep_id
                where r.id = ? and coalesce(s.spec #>> '{pruner,metric}', s.spec ->> 'metric') = any(?)
                  and jsonb_typeof(s.spec -> 'pruner') = 'object'""", r -> r.getObject(1, UUID.class), run, List.copyOf(keys));
        sweep.ifPresent(id -> QuarkusTransaction.requiringNew().run(() -> look(id, run)));
    }

    /** Looks at every run of a sweep that goes on. */
    @Transactional
    public void look(UUID sweep) {
        look(sweep, null);
    }

    private void look(UUID sweep, @Nullable UUID run) {
        // One decision after the other: the row of the sweep is the lock.
        JsonNode document = statements
                .row("select spec from sweep where id = ? for no key update", r -> Json.tree(r.getString(1)), sweep)
                .orElse(null);
        if (document == null || !document.path("pruner").isObject()) {
            return;
        }
        SweepSpec spec;
        int longest;
        try {
            spec = Json.read(document, SweepSpec.class);
            longest = Aims.longest(spec);
        } catch (InvalidSpec e) {
            // Of another release: its runs go on to their end, and the sweep says so when it is topped up.
            return;
        }
        PrunerSpec asked = java.util.Objects.requireNonNull(spec.pruner());
        String metric = metric(spec);
        Optional<Integer> key = statements.row("select id from metric_key where key = ?", r -> r.getInt(1), metric);
        if (key.isEmpty()) {
            return;
        }
        List<Fresh> fresh = statements.rows(
                FRESH,
                r -> new Fresh(
                        r.getObject(1, UUID.class),
                        r.getInt(2),
                        r.getInt(3),
                        RunState.valueOf(r.getString(4)),
                        r.getBoolean(5),
                        r.getInt(6),
                        r.getDouble(7)),
                key.get(),
                sweep,
                run,
                run);
        if (fresh.isEmpty()) {
            return;
        }
        boolean higher = higher(spec);
        // Of the runs made so far the longest may be shorter: brackets would shift as further runs are made.
        // Of a program nobody knows more than what its runs say.
        int epochs = longest > 0
                ? longest
                : (int) statements.number("select max(epochs) from run where sweep_id = ?", sweep);
        Pruner pruner = Pruner.of(asked, epochs, higher);
        List<Reading> before = before(sweep, higher);
        Set<UUID> stopped = new HashSet<>();
        for (Fresh one : fresh) {
            if (stopped.contains(one.run())) {
                continue;
            }
            Reading now = new Reading(one.index(), one.epoch(), (higher ? -1 : 1) * one.value());
            @Nullable
            Decision decision = pruner.decides(one.index(), one.epoch(), one.epochs())
                    ? one.spared()
                            ? new Decision(false, "a person took it up again")
                            : pruner.decide(now, List.copyOf(before))
                    : null;
            book(sweep, one, decision);
            before.add(now);
            if (decision != null && decision.stop()) {
                stopped.add(one.run());
            }
        }
    }

    private List<Reading> before(UUID sweep, boolean higher) {
        return new ArrayList<>(statements.rows(
                "select sweep_index, epoch, value from sweep_reading where sweep_id = ? order by seq",
                r -> new Reading(r.getInt(1), r.getInt(2), (higher ? -1 : 1) * r.getDouble(3)),
                sweep));
    }

    /** What a sweep's pruner looks at; without one, the sweep's own metric. */
    private static String metric(SweepSpec spec) {
        return Goals.of(spec).watched();
    }

    private static boolean higher(SweepSpec spec) {
        return MetricDefinition.direction(metric(spec))
                .map(d -> d == MetricDefinition.Direction.MAX)
                .orElse(spec.goal() == SweepSpec.Goal.MAX);
    }

    /**
     * What was booked of a point from outside.
     *
     * @param decision KEEP or STOP; null at an epoch that is no rung
     */
    record Told(
            double value,
            @Nullable String decision,
            @Nullable String why) {}

    /**
     * Books what a point from outside reports at an epoch, and decides; said again, the same is answered.
     *
     * @throws Problem 409 for another value than before
     */
    @Transactional(Transactional.TxType.MANDATORY)
    Told told(UUID sweep, int point, int epoch, double value) {
        JsonNode document = statements
                .row("select spec from sweep where id = ? for no key update", r -> Json.tree(r.getString(1)), sweep)
                .orElseThrow();
        Optional<Told> known = statements.row(
                "select value, decision, why from sweep_reading where sweep_id = ? and sweep_index = ? and epoch = ?",
                r -> new Told(r.getDouble(1), r.getString(2), r.getString(3)),
                sweep,
                point,
                epoch);
        Optional<Told> stopped = statements.row(
                "select value, decision, why from sweep_reading where sweep_id = ? and sweep_index = ? and epoch < ?"
                        + " and decision = 'STOP' limit 1",
                r -> new Told(r.getDouble(1), r.getString(2), r.getString(3)),
                sweep,
                point,
                epoch);
        if (stopped.isPresent()) {
            return stopped.get();
        }
        if (known.isPresent()) {
            if (known.get().value() != value) {
                throw Problem.of(
                        409,
                        "ALREADY_TOLD",
                        "Point " + point + " reported " + known.get().value() + " at epoch " + epoch
                                + ": what is told stays.");
            }
            return known.get();
        }
        @Nullable Decision decision = decided(sweep, document, point, epoch, value);
        Told told = new Told(
                value,
                decision == null ? null : decision.stop() ? "STOP" : "KEEP",
                decision == null ? null : decision.why());
        statements.change("""
                insert into sweep_reading (sweep_id, run_id, sweep_index, epoch, value, decision, why)
                values (?, null, ?, ?, ?, ?, ?)""", sweep, point, epoch, value, told.decision(), told.why());
        return told;
    }

    /** Of a spec that this release does not read, nothing is decided: the point goes on, and what it reports is kept. */
    private @Nullable Decision decided(UUID sweep, JsonNode document, int point, int epoch, double value) {
        SweepSpec spec;
        try {
            spec = Json.read(document, SweepSpec.class);
        } catch (InvalidSpec e) {
            return null;
        }
        PrunerSpec asked = spec.pruner();
        if (asked == null) {
            return null;
        }
        int epochs = Aims.epochs(spec);
        boolean higher = higher(spec);
        Pruner pruner = Pruner.of(asked, epochs, higher);
        return pruner.decides(point, epoch, epochs)
                ? pruner.decide(new Reading(point, epoch, (higher ? -1 : 1) * value), before(sweep, higher))
                : null;
    }

    private void book(UUID sweep, Fresh one, @Nullable Decision decision) {
        statements.change(
                """
                insert into sweep_reading (sweep_id, run_id, sweep_index, epoch, value, decision, why)
                values (?, ?, ?, ?, ?, ?, ?) on conflict (run_id, epoch) do nothing""",
                sweep,
                one.run(),
                one.index(),
                one.epoch(),
                one.value(),
                decision == null ? null : decision.stop() ? "STOP" : "KEEP",
                decision == null ? null : decision.why());
        if (decision != null
                && decision.stop()
                && statements.change(
                                "update run set pruned = ? where id = ? and pruned is null and ended_at is null",
                                decision.why(),
                                one.run())
                        == 1) {
            journal.run(one.run(), sweep, Journal.SCHEDULER, "prune", one.state(), one.state(), decision.why());
        }
    }
}
