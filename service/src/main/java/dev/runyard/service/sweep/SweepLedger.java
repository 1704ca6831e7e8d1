package dev.runyard.service.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.flows.sweep.SweepActivities.Progress;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.Command;
import dev.runyard.service.run.IllegalTransition;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.run.RunRows;
import dev.runyard.service.sweep.draw.FurtherSeeds;
import dev.runyard.service.sweep.draw.SweepBudgets;
import dev.runyard.service.sweep.draw.SweepDraws;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunState;
import dev.runyard.spec.sweep.Point;
import dev.runyard.spec.sweep.Points;
import dev.runyard.spec.sweep.SweepSpec;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The one place where a sweep changes: made, topped up to its window, paused, resumed, cancelled, tried again, over. */
@ApplicationScoped
public class SweepLedger {
    /** Most runs of one sweep that are under way, whatever it asks for. */
    static final int WINDOW = 200;

    /** Times that a sampler is asked again when nothing that it drew can be run. */
    private static final int REFUSED_IN_A_ROW = 20;

    private final Statements statements;
    private final Journal journal;
    private final Wakeup wakeup;
    private final Experiments experiments;
    private final SweepRows rows;
    private final RunRows runRows;
    private final RunLedger runs;
    private final SweepDraws draws;
    private final SweepBudgets budgets;
    private final SweepPruning pruning;
    private final SweepSteps steps;
    private final FurtherSeeds seeds;
    private final StudyRoom studies;

    public SweepLedger(
            Statements statements,
            Journal journal,
            Wakeup wakeup,
            Experiments experiments,
            SweepRows rows,
            RunRows runRows,
            RunLedger runs,
            SweepDraws draws,
            SweepBudgets budgets,
            SweepPruning pruning,
            SweepSteps steps,
            FurtherSeeds seeds,
            StudyRoom studies) {
        this.statements = statements;
        this.journal = journal;
        this.wakeup = wakeup;
        this.experiments = experiments;
        this.rows = rows;
        this.runRows = runRows;
        this.runs = runs;
        this.draws = draws;
        this.budgets = budgets;
        this.pruning = pruning;
        this.steps = steps;
        this.seeds = seeds;
        this.studies = studies;
    }

    /** The id of the run at a place in a sweep: always the same, so that making it twice makes it once. */
    public static UUID runId(UUID sweep, int index) {
        return UUID.nameUUIDFromBytes((sweep + "/" + index).getBytes(StandardCharsets.UTF_8));
    }

    /** Accepts a sweep whose points were checked; its first runs are made in the same transaction. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void create(UUID id, SweepSpec spec, String who) {
        int total = Points.count(spec);
        String begins = spec.from() == null ? "" : "; " + followed(spec);
        Experiments.Place place = experiments.named(spec.experiment(), who);
        String name = spec.name() == null ? spec.experiment() : Given.label("name", spec.name());
        statements.change(
                """
                insert into sweep (id, project_id, experiment_id, name, state, spec, total, parallel, priority, priority_class,
                                   placement, created_by, external)
                values (?, ?, ?, ?, 'RUNNING', cast(? as jsonb), ?, ?, ?, ?, cast(? as jsonb), ?, ?)""",
                id,
                place.project(),
                place.experiment(),
                name,
                Json.canonical(spec.pinned()),
                total,
                spec.parallel(),
                spec.priority(),
                spec.priorityClass(),
                spec.placement() == null ? null : Json.canonical(spec.placement()),
                who,
                spec.outside());
        draws.begin(id, spec);
        String note = Points.note(spec).map(n -> "; " + n).orElse("");
        journal.sweep(id, who, "queue", null, SweepState.RUNNING, total + " runs" + begins + note);
        if (!spec.outside()) {
            next(id);
            wakeup.sweep(id);
        }
    }

    /**
     * The sweep whose points are learned from is there, has something to say, and there is something that learns.
     *
     * @return how many of its points count
     */
    private String followed(SweepSpec spec) {
        UUID from = UUID.fromString(spec.from());
        if (statements.number("select count(*) from sweep where id = ?", from) == 0) {
            throw Problem.invalid(
                    "UNKNOWN_SWEEP", "from", from, "is no sweep of this lab", "runyard ls sweeps lists them");
        }
        if (Points.blind(spec)) {
            throw Problem.invalid(
                    "NOT_APPLICABLE",
                    "from",
                    from,
                    "is of no use to sampler " + spec.sampler().kind() + ", which learns from nothing",
                    "use sampler tpe");
        }
        SweepDraws.Followed found = draws.followed(spec);
        if (found.over() > 0 && !found.named()) {
            throw Problem.invalid(
                    "NOTHING_FITS",
                    "from",
                    from,
                    "has " + found.over() + " points that are over, and none of its points sets an axis of this sweep ("
                            + String.join(", ", spec.axes().keySet()) + ")",
                    "name the axes as that sweep does, or leave from out");
        }
        return "learns from " + found.taken().size() + " of " + found.over() + " points of sweep " + from;
    }

    /** Makes as many further runs as the window has room for, and ends the sweep when all are over. */
    @Transactional
    public Progress next(UUID sweep) {
        Optional<SweepRows.Held> found = rows.held(sweep);
        if (found.isEmpty()) {
            return new Progress(0, 0, 0, true);
        }
        SweepRows.Held held = found.get();
        if (held.external()) {
            return new Progress(held.total(), held.created(), 0, true);
        }
        Optional<String> unreadable = unreadable(held.spec());
        if (unreadable.isEmpty()) {
            pruning.look(sweep);
        }
        SweepRows.Numbers numbers = rows.numbers(sweep);
        int created = held.created();
        int going = numbers.going();
        int made = 0;
        int total = held.total();
        int window = Math.min(held.parallel(), WINDOW);
        Optional<String> enough = held.state() == SweepState.RUNNING && unreadable.isEmpty()
                ? budgets.spent(sweep, held.spec())
                : Optional.empty();
        if (enough.isPresent() && created > 0 && created < total) {
            total = rows.cut(held, created, enough.get());
        }
        while (held.state() == SweepState.RUNNING && created < total && going < window) {
            if (drawn(held, created).isEmpty()) {
                if (unreadable.isPresent()) {
                    total = rows.cut(held, created, unreadable.get());
                    break;
                }
                boolean waits = seeds.waits(sweep, held.spec());
                if (waits && numbers.open() + made > 0) {
                    break;
                }
                total = waits ? further(held, created, total) : draw(held, created, total, window - going);
                continue;
            }
            queue(held, created);
            created++;
            going++;
            made++;
        }
        if (made > 0) {
            statements.change("update sweep set created = ? where id = ?", created, sweep);
        }
        steps.then(held);
        int open = numbers.open() + made;
        boolean complete = created == total && open == 0;
        if ((held.state() == SweepState.RUNNING || held.state() == SweepState.PAUSED) && complete) {
            // Also while it is paused: with every run over there is nothing that a person could resume.
            statements.change(
                    "update sweep set state = 'FINISHED', ended_at = now() where id = ? and state in ('RUNNING', 'PAUSED')",
                    sweep);
            journal.sweep(sweep, Journal.SCHEDULER, "end", held.state(), SweepState.FINISHED, null);
        }
        boolean over = open == 0 && (complete || held.state() == SweepState.CANCELLED);
        return new Progress(total, created, open, over);
    }

    /** Why nothing more can be drawn for a spec that this release does not understand; what is drawn runs all the same. */
    private static Optional<String> unreadable(JsonNode document) {
        try {
            Json.read(document, SweepSpec.class);
            return Optional.empty();
        } catch (InvalidSpec e) {
            return Optional.of("this release cannot read the sweep's spec: " + e.getMessage());
        }
    }

    /**
     * All points are over: the best are run for their further seeds.
     *
     * @return how many runs the sweep will have
     */
    private int further(SweepRows.Held held, int created, int total) {
        int all = created + draws.further(held.id(), Json.read(held.spec(), SweepSpec.class), created);
        if (all < total) {
            return rows.cut(held, all, "no more points have a value, to be run for further seeds");
        }
        statements.change("update sweep set total = ? where id = ?", all, held.id());
        return all;
    }

    /**
     * Asks the sampler.
     *
     * @return how many runs the sweep will have: fewer than before where there are no more points
     */
    private int draw(SweepRows.Held held, int created, int total, int room) {
        SweepSpec spec = Json.read(held.spec(), SweepSpec.class);
        int each = SweepDraws.seeds(spec);
        try {
            draws.known(held.id(), spec);
        } catch (InvalidSpec e) {
            return noMore(held, spec, created, String.valueOf(e.getMessage()));
        }
        for (int tried = 0; tried < REFUSED_IN_A_ROW; tried++) {
            int wanted = Math.max(1, (room + each - 1) / each);
            if (draws.more(held.id(), spec, created, total, wanted) > 0) {
                return total;
            }
        }
        return noMore(held, spec, created, "the sampler found no further point that can be run");
    }

    private int noMore(SweepRows.Held held, SweepSpec spec, int created, String why) {
        if (!spec.later() || created == 0) {
            return rows.cut(held, created, why);
        }
        rows.note(held, why);
        return seeds.noMore(held.id(), spec);
    }

    /**
     * Carries out what a person asks, for the sweep and every run of it that it applies to.
     *
     * @throws IllegalTransition when the sweep's state does not allow it, or the sweep is deleted
     */
    @Transactional
    public void obey(UUID sweep, Command command, String who) {
        SweepRows.Held held = rows.held(sweep, command.word());
        SweepState next = next(held, command);
        for (UUID run : affected(sweep, command)) {
            runs.obey(run, command, who);
        }
        if (next != held.state()) {
            statements.change(
                    "update sweep set state = ?, ended_at = case when ? then now() end where id = ?",
                    next,
                    next == SweepState.CANCELLED,
                    sweep);
            journal.sweep(sweep, who, command.word(), held.state(), next, null);
        }
        if (held.external()) {
            studies.settle(sweep);
            return;
        }
        wakeup.sweep(sweep);
        wakeup.schedule();
    }

    private static SweepState next(SweepRows.Held held, Command command) {
        @Nullable
        SweepState next =
                switch (command) {
                    case PAUSE ->
                        held.state() == SweepState.RUNNING || held.state() == SweepState.PAUSED
                                ? SweepState.PAUSED
                                : null;
                    case RESUME ->
                        held.state() == SweepState.RUNNING || held.state() == SweepState.PAUSED
                                ? SweepState.RUNNING
                                : null;
                    case CANCEL -> held.state() == SweepState.FINISHED ? null : SweepState.CANCELLED;
                    case RETRY -> held.state() == SweepState.PAUSED ? null : SweepState.RUNNING;
                };
        if (next == null) {
            throw new IllegalTransition("sweep", held.id(), command.word(), "it is " + held.state());
        }
        return next;
    }

    /** Runs that the command changes, by id: whoever locks several runs does it in this order. What is deleted stays what it is. */
    private List<UUID> affected(UUID sweep, Command command) {
        List<String> states = java.util.Arrays.stream(RunState.values())
                // What a pruner stopped is taken up again one by one.
                .filter(s -> s != RunState.PRUNED)
                .filter(s -> command.from(s).filter(to -> to != s).isPresent())
                .map(Enum::name)
                .toList();
        return statements.rows(
                "select id from run where sweep_id = ? and state = any(?) and deleted_at is null order by id",
                r -> r.getObject(1, UUID.class),
                sweep,
                states);
    }

    private void queue(SweepRows.Held held, int index) {
        ObjectNode base = (ObjectNode) held.spec().path("base");
        Point point = Points.point(base, index, drawn(held, index).orElseThrow());
        runRows.queue(new RunRows.Fresh(
                runId(held.id(), index),
                held.project(),
                held.experiment(),
                held.id(),
                index,
                held.name() + " #" + (index + 1),
                held.priority(),
                held.priorityClass(),
                held.placement(),
                point.document(),
                Map.copyOf(point.params()),
                held.who()));
    }

    /** What a run sets; empty while its point is not drawn. */
    private Optional<Map<String, JsonNode>> drawn(SweepRows.Held held, int index) {
        return stored(held.id(), index).map(found -> {
            Map<String, JsonNode> out = new TreeMap<>();
            found.properties().forEach(e -> out.put(e.getKey(), e.getValue()));
            return out;
        });
    }

    private Optional<JsonNode> stored(UUID sweep, int index) {
        return statements.row(
                "select params from sweep_point where sweep_id = ? and sweep_index = ?",
                r -> Json.tree(r.getString(1)),
                sweep,
                index);
    }
}
