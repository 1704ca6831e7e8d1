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
import dev.runyard.service.result.Tasks;
import dev.runyard.service.run.Command;
import dev.runyard.service.run.IllegalTransition;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.run.RunRows;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import dev.runyard.spec.run.RunState;
import dev.runyard.spec.run.SpecDocument;
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
    private final RunRows rows;
    private final RunLedger runs;
    private final SweepDraws draws;
    private final SweepBudgets budgets;
    private final SweepPruning pruning;
    private final Tasks tasks;

    public SweepLedger(
            Statements statements,
            Journal journal,
            Wakeup wakeup,
            Experiments experiments,
            RunRows rows,
            RunLedger runs,
            SweepDraws draws,
            SweepBudgets budgets,
            SweepPruning pruning,
            Tasks tasks) {
        this.statements = statements;
        this.journal = journal;
        this.wakeup = wakeup;
        this.experiments = experiments;
        this.rows = rows;
        this.runs = runs;
        this.draws = draws;
        this.budgets = budgets;
        this.pruning = pruning;
        this.tasks = tasks;
    }

    private record Held(
            UUID id,
            UUID project,
            UUID experiment,
            SweepState state,
            String name,
            JsonNode spec,
            int total,
            int created,
            int parallel,
            int priority,
            PriorityClass priorityClass,
            @Nullable Placement placement,
            String who,
            boolean deleted,
            boolean external) {}

    private record Numbers(int open, int going) {}

    /** The id of the run at a place in a sweep: always the same, so that making it twice makes it once. */
    public static UUID runId(UUID sweep, int index) {
        return UUID.nameUUIDFromBytes((sweep + "/" + index).getBytes(StandardCharsets.UTF_8));
    }

    /** Accepts a sweep whose points were checked; its first runs are made in the same transaction. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void create(UUID id, SweepSpec spec, String who) {
        int total = Points.count(spec);
        if (spec.from() != null) {
            followed(spec);
        }
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
        journal.sweep(id, who, "queue", null, SweepState.RUNNING, total + " runs" + note);
        if (!spec.outside()) {
            next(id);
            wakeup.sweep(id);
        }
    }

    /** The sweep whose points are learned from is there, and there is something that learns. */
    private void followed(SweepSpec spec) {
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
    }

    /** Makes as many further runs as the window has room for, and ends the sweep when all are over. */
    @Transactional
    public Progress next(UUID sweep) {
        List<Held> found = held(sweep);
        if (found.isEmpty()) {
            return new Progress(0, 0, 0, true);
        }
        Held held = found.get(0);
        if (held.external()) {
            return new Progress(held.total(), held.created(), 0, true);
        }
        pruning.look(sweep);
        Numbers numbers = numbers(sweep);
        int created = held.created();
        int going = numbers.going();
        int made = 0;
        int total = held.total();
        int window = Math.min(held.parallel(), WINDOW);
        Optional<String> enough =
                held.state() == SweepState.RUNNING ? budgets.spent(sweep, held.spec()) : Optional.empty();
        if (enough.isPresent() && created > 0 && created < total) {
            total = cut(held, created, enough.get());
        }
        while (held.state() == SweepState.RUNNING && created < total && going < window) {
            if (drawn(held, created).isEmpty()) {
                if (numbers.open() + made > 0 && draws.waits(held.spec(), created)) {
                    break;
                }
                total = draw(held, created, total, window - going);
                if (created >= total) {
                    break;
                }
            }
            queue(held, created);
            created++;
            going++;
            made++;
        }
        if (made > 0) {
            statements.change("update sweep set created = ? where id = ?", created, sweep);
        }
        then(held);
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

    /** What is to be done with each run once it is finished, in the order of the runs; making it twice makes it once. */
    private void then(Held held) {
        JsonNode steps = held.spec().path("then");
        if (steps.isEmpty() || held.state() == SweepState.CANCELLED || held.deleted()) {
            return;
        }
        List<UUID> finished = statements.rows(
                "select id from run r where sweep_id = ? and state = 'FINISHED' and deleted_at is null and"
                        + " (select count(*) from run t where t.of_run = r.id and t.of_place is not null) < ?"
                        + " order by sweep_index limit " + WINDOW,
                r -> r.getObject(1, UUID.class),
                held.id(),
                steps.size());
        for (UUID id : finished) {
            Tasks.Looked run = tasks.run(id).orElseThrow();
            for (int i = 0; i < steps.size(); i++) {
                ObjectNode step = (ObjectNode) steps.get(i);
                UUID task = Tasks.idOf(id, i);
                rows.queue(new RunRows.Fresh(
                        task,
                        held.project(),
                        held.experiment(),
                        null,
                        null,
                        Tasks.name(step, run.name()),
                        held.priority(),
                        SpecDocument.written(tasks.whole(run, step)),
                        Map.of(),
                        held.who()));
                tasks.link(task, id, i);
            }
        }
    }

    /** Further points, which the sampler draws as the window moves; a finished sweep goes on. */
    @Transactional
    void extend(UUID sweep, SweepSpec spec, int points, String who) {
        Held held = held(sweep, "extend");
        if (held.state() == SweepState.CANCELLED) {
            throw Problem.invalid(
                    "NOT_APPLICABLE", "points", points, "cannot be added to a cancelled sweep", "queue one with from:");
        }
        int total = held.total() + points * SweepDraws.seeds(spec);
        if (total > SweepSpec.LIMIT) {
            throw Problem.invalid(
                    "SWEEP_TOO_LARGE",
                    "points",
                    points,
                    "make " + total + " runs, more than " + SweepSpec.LIMIT,
                    "add fewer");
        }
        if (spec.later()) {
            throw Problem.invalid(
                    "NOT_APPLICABLE",
                    "points",
                    points,
                    "cannot be added to a sweep with seedsLater, whose best points have their seeds",
                    "queue one with from:");
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
        Held held = held(sweep, "stop");
        if (held.state() == SweepState.RUNNING || held.state() == SweepState.PAUSED) {
            if (held.created() > 0 && held.created() < held.total()) {
                cut(held, held.created(), "stopped by " + who);
            }
            if (held.external()) {
                settle(sweep);
                return;
            }
            wakeup.sweep(sweep);
        }
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
        Held held = held(sweep, "ask");
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
            total = cut(held, created, enough.get());
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
                    total = cut(held, created + wanted, "the axes have no further point");
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
                        .row("select id from sweep where id = ? for update", r -> r.getString(1), sweep)
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

    /** No further points: those that were made are all there will be. */
    private int cut(Held held, int created, String why) {
        statements.change("update sweep set total = ?, stopping = ? where id = ?", created, why, held.id());
        journal.sweep(held.id(), Journal.SCHEDULER, "enough", held.state(), held.state(), why);
        return created;
    }

    /**
     * Asks the sampler.
     *
     * @return how many runs the sweep will have: fewer than before where there are no more points
     */
    private int draw(Held held, int created, int total, int room) {
        SweepSpec spec = Json.read(held.spec(), SweepSpec.class);
        int seeds = SweepDraws.seeds(spec);
        if (draws.waits(held.spec(), created)) {
            int further = draws.further(held.id(), spec, created);
            return created + further == total
                    ? total
                    : cut(held, created + further, "no more points have a value, to be run for further seeds");
        }
        try {
            draws.known(held.id(), spec);
        } catch (InvalidSpec e) {
            return cut(held, created, String.valueOf(e.getMessage()));
        }
        for (int tried = 0; tried < REFUSED_IN_A_ROW; tried++) {
            int wanted = Math.max(1, (room + seeds - 1) / seeds);
            if (draws.more(held.id(), spec, created, total, wanted) > 0) {
                return total;
            }
        }
        return cut(held, created, "the sampler found no further point that can be run");
    }

    /**
     * Carries out what a person asks, for the sweep and every run of it that it applies to.
     *
     * @throws IllegalTransition when the sweep's state does not allow it, or the sweep is deleted
     */
    @Transactional
    public void obey(UUID sweep, Command command, String who) {
        Held held = held(sweep, command.word());
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
            settle(sweep);
            return;
        }
        wakeup.sweep(sweep);
        wakeup.schedule();
    }

    private static SweepState next(Held held, Command command) {
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

    private void queue(Held held, int index) {
        ObjectNode base = (ObjectNode) held.spec().path("base");
        Point point = Points.point(base, index, drawn(held, index).orElseThrow());
        rows.queue(new RunRows.Fresh(
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
    private Optional<Map<String, JsonNode>> drawn(Held held, int index) {
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

    /**
     * What a person asks something of.
     *
     * @throws Problem 404, 409 for a sweep that is deleted
     */
    private Held held(UUID sweep, String action) {
        Held held = held(sweep).stream().findFirst().orElseThrow(() -> Problem.notFound("sweep", sweep));
        if (held.deleted()) {
            throw new IllegalTransition("sweep", sweep, action, IllegalTransition.DELETED);
        }
        return held;
    }

    private List<Held> held(UUID sweep) {
        return statements.rows(
                "select * from sweep where id = ? for update",
                r -> new Held(
                        r.getObject("id", UUID.class),
                        r.getObject("project_id", UUID.class),
                        r.getObject("experiment_id", UUID.class),
                        SweepState.valueOf(r.getString("state")),
                        r.getString("name"),
                        Json.tree(r.getString("spec")),
                        r.getInt("total"),
                        r.getInt("created"),
                        r.getInt("parallel"),
                        r.getInt("priority"),
                        PriorityClass.valueOf(r.getString("priority_class")),
                        r.getString("placement") == null
                                ? null
                                : Json.read(Json.tree(r.getString("placement")), Placement.class),
                        r.getString("created_by"),
                        r.getObject("deleted_at") != null,
                        r.getBoolean("external")),
                sweep);
    }

    private Numbers numbers(UUID sweep) {
        return statements
                .row(
                        "select count(*) filter (where ended_at is null),"
                                + " count(*) filter (where ended_at is null and state <> 'PAUSED')"
                                + " from run where sweep_id = ?",
                        r -> new Numbers(r.getInt(1), r.getInt(2)),
                        sweep)
                .orElseThrow();
    }
}
