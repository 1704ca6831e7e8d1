package dev.runyard.service.run.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Patch;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.Command;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.run.list.RunChoice;
import dev.runyard.service.run.list.RunQuery;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.run.RunState;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The same to many runs, chosen by id or by what they have. Where it does not apply to one, the others are done all the same. */
@ApplicationScoped
public class RunBulk {
    static final int MOST = 10_000;

    /** Runs of one transaction: others wait for no longer than these take. */
    private static final int BATCH = 200;

    private static final int NAMED = 100;

    /** Runs that differed in more ways before are not brought back by requests. */
    private static final int MOST_UNDO = 100;

    private final Statements statements;
    private final RunChoice choice;
    private final RunDesk desk;
    private final RunLedger ledger;

    public RunBulk(Statements statements, RunChoice choice, RunDesk desk, RunLedger ledger) {
        this.statements = statements;
        this.choice = choice;
        this.desk = desk;
        this.ledger = ledger;
    }

    /** Which: by id, or by the same words as a list. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "BulkSelect")
    public record Select(
            @Nullable List<UUID> ids,
            @Nullable String experiment,
            @Nullable String sweep,
            @Nullable String state,
            @Nullable List<String> filter,
            @Nullable String archived,
            @Nullable String deleted) {}

    /**
     * @param expect how many the caller believes they are; another count changes nothing
     * @param deed what is to be done; may be left out where it is only asked what applies
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "BulkAsk")
    public record Ask(
            Select select,
            @Nullable Integer expect,
            @JsonProperty("do") RunDesk.@Nullable Deed deed) {
        public Ask {
            Defaults.required("select", select);
        }
    }

    /** One that it did not apply to. */
    @Schema(name = "BulkSkipped")
    public record Skipped(UUID id, String name, String why) {}

    /**
     * @param done how many changed
     * @param skipped the first that it does not apply to, with why
     * @param skippedTotal how many these are; what is so already is neither done nor skipped
     * @param undo requests that undo it together, where that can be done: one for each value that the runs had before
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "BulkDone")
    public record Done(
            long done,
            List<Skipped> skipped,
            long skippedTotal,
            @Nullable List<Ask> undo) {}

    /**
     * @param applies to how many it would apply
     * @param skips to how many not
     * @param actions to how many runs each thing that can be done would apply
     * @param own how many of them whoever asks may change
     */
    @Schema(name = "BulkCheck")
    public record Check(long applies, long skips, Map<RunState, Long> byState, Map<String, Long> actions, long own) {}

    /** What would happen. */
    public Check check(Ask ask) {
        List<RunDesk.Subject> subjects = subjects(ask);
        Map<RunState, Long> states = new EnumMap<>(RunState.class);
        subjects.forEach(run -> states.merge(run.state(), 1L, Long::sum));
        Map<String, Long> actions = new LinkedHashMap<>();
        for (Command command : Command.values()) {
            actions.put(command.word(), changed(subjects, new RunDesk.Deed(command.word(), null, null, null)));
        }
        actions.put("delete", changed(subjects, RunDesk.Deed.throwAway()));
        actions.put(
                "restore",
                subjects.stream().filter(run -> run.own() && run.deleted()).count());
        long own = subjects.stream().filter(RunDesk.Subject::own).count();
        RunDesk.Deed deed = ask.deed();
        long applies = deed == null ? subjects.size() : applies(subjects, deed);
        return new Check(applies, subjects.size() - applies, states, actions, own);
    }

    private static long applies(List<RunDesk.Subject> subjects, RunDesk.Deed deed) {
        return subjects.stream()
                .filter(run -> RunDesk.againstOneOfMany(deed, run).isEmpty())
                .count();
    }

    /** Runs whose state it would change: pausing what is paused applies, but is nothing to offer. */
    private static long changed(List<RunDesk.Subject> subjects, RunDesk.Deed deed) {
        return subjects.stream()
                .filter(run -> RunDesk.againstOneOfMany(deed, run).isEmpty())
                .filter(run -> deed.delete() != null
                        ? !run.deleted()
                        : Command.fromString(String.valueOf(deed.action()))
                                .from(run.state(), run.external())
                                .filter(to -> to != run.state())
                                .isPresent())
                .count();
    }

    /**
     * Does it, some hundred runs a transaction.
     *
     * @throws Problem 409 COUNT_CHANGED when they are not as many as expected, 422 when they are too many
     */
    public Done carryOut(Ask ask, String who) {
        if (ask.deed() == null) {
            throw Problem.invalid("MISSING_FIELD", "do", null, "must say what is to be done", null);
        }
        return carryOut(ask, ask.deed(), who);
    }

    private Done carryOut(Ask ask, RunDesk.Deed deed, String who) {
        if (deed.patch() != null && deed.patch().name() != null) {
            throw Problem.invalid(
                    "OUT_OF_RANGE", "do.patch.name", deed.patch().name(), "is for one run", "PATCH that run");
        }
        List<RunDesk.Subject> subjects = subjects(ask);
        if (deed.action() != null) {
            return act(Command.fromString(deed.action()), deed, subjects, who);
        }
        List<UUID> ids =
                subjects.stream().map(RunDesk.Subject::id).sorted(BY_BYTES).toList();
        List<UUID> done = new ArrayList<>();
        Map<UUID, Patch> before = new HashMap<>();
        List<Skipped> skipped = new ArrayList<>();
        long[] skippedTotal = {0};
        for (int i = 0; i < ids.size(); i += BATCH) {
            List<UUID> batch = ids.subList(i, Math.min(ids.size(), i + BATCH));
            done.addAll(QuarkusTransaction.requiringNew().call(() -> {
                List<UUID> applies = new ArrayList<>();
                for (RunDesk.Subject run : desk.held(batch)) {
                    Optional<String> why = RunDesk.againstOneOfMany(deed, run);
                    if (why.isEmpty()) {
                        applies.add(run.id());
                    } else {
                        skippedTotal[0]++;
                        if (skipped.size() < NAMED) {
                            skipped.add(new Skipped(run.id(), run.name(), why.get()));
                        }
                    }
                }
                if (deed.patch() != null) {
                    before.putAll(desk.before(deed.patch(), applies));
                }
                return desk.carryOut(deed, applies, who);
            }));
        }
        return new Done(done.size(), skipped, skippedTotal[0], done.isEmpty() ? null : undo(deed, done, before));
    }

    /** Each in a transaction of its own: what one run's state does not allow keeps nobody else from it. */
    private Done act(Command command, RunDesk.Deed deed, List<RunDesk.Subject> runs, String who) {
        long done = 0;
        List<UUID> changed = new ArrayList<>();
        List<Skipped> skipped = new ArrayList<>();
        for (RunDesk.Subject run : runs) {
            Optional<String> why = RunDesk.againstOneOfMany(deed, run);
            if (why.isEmpty()) {
                try {
                    QuarkusTransaction.requiringNew().run(() -> ledger.obey(run.id(), command, who));
                    done++;
                    if (undoable(command, run.state())) {
                        changed.add(run.id());
                    }
                    continue;
                } catch (Problem e) {
                    // It has another state since.
                    why = Optional.of(e.body().detail());
                }
            }
            skipped.add(new Skipped(run.id(), run.name(), why.get()));
        }
        RunDesk.Deed back =
                new RunDesk.Deed((command == Command.PAUSE ? Command.RESUME : Command.PAUSE).word(), null, null, null);
        return new Done(
                done,
                skipped.subList(0, Math.min(NAMED, skipped.size())),
                skipped.size(),
                changed.isEmpty() ? null : List.of(of(changed, back)));
    }

    /** Whether the run was in the state that the opposite command leads back to. */
    private static boolean undoable(Command command, RunState from) {
        return switch (command) {
            case PAUSE -> from == RunState.QUEUED || from == RunState.STARTING || from == RunState.RUNNING;
            case RESUME -> from == RunState.PAUSED;
            case CANCEL, RETRY -> false;
        };
    }

    private static Ask of(List<UUID> runs, RunDesk.Deed deed) {
        return new Ask(new Select(runs, null, null, null, null, null, null), null, deed);
    }

    /** As Postgres orders them, so that two who lock several runs do it in the same order. */
    private static final java.util.Comparator<UUID> BY_BYTES = java.util.Comparator.comparing(UUID::toString);

    private static @Nullable List<Ask> undo(RunDesk.Deed deed, List<UUID> runs, Map<UUID, Patch> before) {
        if (deed.patch() == null) {
            return List.of(of(runs, deed.delete() != null ? RunDesk.Deed.fetchBack() : RunDesk.Deed.throwAway()));
        }
        Map<Patch, List<UUID>> alike = new LinkedHashMap<>();
        for (UUID run : runs) {
            alike.computeIfAbsent(Objects.requireNonNull(before.get(run)), patch -> new ArrayList<>())
                    .add(run);
        }
        return alike.size() > MOST_UNDO
                ? null
                : alike.entrySet().stream()
                        .map(e -> of(e.getValue(), RunDesk.Deed.patch(e.getKey())))
                        .toList();
    }

    private List<RunDesk.Subject> subjects(Ask ask) {
        Select select = ask.select();
        List<RunDesk.Subject> found = QuarkusTransaction.requiringNew().call(() -> {
            choice.settings();
            RunQuery where = choice.where(new RunChoice.Ask(
                    select.experiment(),
                    select.sweep(),
                    select.state(),
                    select.filter() == null ? List.of() : select.filter(),
                    select.archived(),
                    select.deleted()));
            if (select.ids() != null) {
                where = new RunQuery(choice).and("r.id = any(?)", select.ids());
            }
            List<@Nullable Object> values = new ArrayList<>(where.values());
            values.add(MOST + 1);
            return statements.rows(
                    "select " + desk.columns() + " from run r " + where.joins() + "where " + where.sql("r.id")
                            + " limit ?",
                    RunDesk.Subject.READER,
                    values.toArray());
        });
        if (found.size() > MOST) {
            throw Problem.invalid(
                    "OUT_OF_RANGE", "select", "more", "are more than " + MOST + " runs", "narrow the filter");
        }
        if (ask.expect() != null && ask.expect() != found.size()) {
            throw Problem.of(
                    409,
                    "COUNT_CHANGED",
                    "They are " + found.size() + " runs now, not " + ask.expect() + "; nothing was changed.");
        }
        return found;
    }
}
