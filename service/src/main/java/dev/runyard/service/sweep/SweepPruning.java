package dev.runyard.service.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.MetricListener;
import dev.runyard.service.sweep.draw.Goals;
import dev.runyard.service.sweep.rung.Report;
import dev.runyard.service.sweep.rung.Reports;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.pruner.Decision;
import dev.runyard.spec.pruner.Pruner;
import dev.runyard.spec.pruner.PrunerSpec;
import dev.runyard.spec.pruner.Reading;
import dev.runyard.spec.sweep.Aims;
import dev.runyard.spec.sweep.SweepSpec;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    /** Sweeps whose spec is kept in mind; the one that was not looked at for the longest goes first. */
    private static final int REMEMBERED = 64;

    private final Statements statements;
    private final Journal journal;
    private final Reports reports;
    private final Map<UUID, Watched> known = new LinkedHashMap<>(16, 0.75f, true);

    public SweepPruning(Statements statements, Journal journal, Reports reports) {
        this.statements = statements;
        this.journal = journal;
        this.reports = reports;
    }

    /**
     * What a look needs of a sweep's spec, worked out once.
     *
     * @param text of the spec: another one is read anew
     * @param asked null: there is none that this release can ask; the runs go on to their end
     * @param longest epochs that a run may have; 0 of programs
     */
    private record Watched(
            String text, @Nullable PrunerSpec asked, String metric, boolean higher, boolean program, int longest) {
        static Watched of(String text) {
            JsonNode document = Json.tree(text);
            if (document.path("pruner").isObject()) {
                try {
                    SweepSpec spec = Json.read(document, SweepSpec.class);
                    return new Watched(
                            text,
                            spec.pruner(),
                            SweepPruning.metric(spec),
                            Aims.higher(spec),
                            Aims.program(spec),
                            Aims.longest(spec));
                } catch (InvalidSpec e) {
                    // Of another release: the sweep says so when it is topped up.
                }
            }
            return new Watched(text, null, "", false, false, 0);
        }
    }

    private Watched watched(UUID sweep, String text) {
        synchronized (known) {
            Watched before = known.get(sweep);
            if (before != null && before.text().equals(text)) {
                return before;
            }
        }
        Watched now = Watched.of(text);
        synchronized (known) {
            known.put(sweep, now);
            if (known.size() > REMEMBERED) {
                known.remove(known.keySet().iterator().next());
            }
        }
        return now;
    }

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
        Watched watched = statements
                .row("select spec from sweep where id = ? for no key update", r -> r.getString(1), sweep)
                .map(text -> watched(sweep, text))
                .orElse(null);
        if (watched == null || watched.asked() == null) {
            return;
        }
        Optional<Integer> key =
                statements.row("select id from metric_key where key = ?", r -> r.getInt(1), watched.metric());
        if (key.isEmpty()) {
            return;
        }
        boolean higher = watched.higher();
        // Of the runs made so far the longest may be shorter: brackets would shift as further runs are made.
        // Of a program nobody knows more than what its runs say.
        int epochs = watched.longest() > 0
                ? watched.longest()
                : (int) statements.number("select max(epochs) from run where sweep_id = ?", sweep);
        Pruner pruner = Pruner.of(watched.asked(), epochs, higher);
        List<Report> fresh = reports.fresh(sweep, run, key.get(), pruner, watched.program());
        if (fresh.isEmpty()) {
            return;
        }
        List<Reading> before = before(sweep, higher);
        Set<UUID> stopped = new HashSet<>();
        for (Report one : fresh) {
            if (stopped.contains(one.run())) {
                continue;
            }
            Reading now = new Reading(one.index(), one.place(), (higher ? -1 : 1) * one.value());
            // Nobody knows which report of a program is its last.
            int last = one.epochs() > 0 && !one.steps() ? one.epochs() : Integer.MAX_VALUE;
            @Nullable
            Decision decision = pruner.decides(one.index(), one.place(), last)
                    ? one.spared()
                            ? new Decision(false, "a person took it up again")
                            : pruner.decide(now, Collections.unmodifiableList(before))
                    : null;
            book(sweep, one, decision != null && one.steps() ? decision.ofSteps() : decision);
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
        boolean higher = Aims.higher(spec);
        Pruner pruner = Pruner.of(asked, epochs, higher);
        return pruner.decides(point, epoch, epochs)
                ? pruner.decide(new Reading(point, epoch, (higher ? -1 : 1) * value), before(sweep, higher))
                : null;
    }

    private void book(UUID sweep, Report one, @Nullable Decision decision) {
        statements.change(
                """
                insert into sweep_reading (sweep_id, run_id, sweep_index, epoch, value, decision, why)
                values (?, ?, ?, ?, ?, ?, ?) on conflict (run_id, epoch) do nothing""",
                sweep,
                one.run(),
                one.index(),
                one.place(),
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
