package dev.runyard.service.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.http.Problem;
import dev.runyard.service.metric.MetricSummaries;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.Needs;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.SpecDocument;
import dev.runyard.spec.run.Task;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes runs, and shows one. */
@ApplicationScoped
public class RunRows {
    /**
     * The run and its event in one statement: queueing is what people and their programs do most. Runs of a sweep that are made at once
     * are a microsecond apart, so that whatever is in the order of time is in that of their points.
     */
    private static final String MAKE = """
            with made as (
              insert into run (id, project_id, experiment_id, sweep_id, sweep_index, name, state, priority, priority_class, placement,
                               needs, spec, spec_hash, params, created_by, epochs, created_at, devices)
              values (?, ?, ?, cast(? as uuid), cast(? as integer), ?, 'QUEUED', ?, ?, cast(? as jsonb), cast(? as text[]),
                      cast(? as jsonb), ?, cast(? as jsonb), ?, ?, now() + coalesce(cast(? as integer), 0) * interval '1 microsecond', ?)
              on conflict do nothing returning *),
            told as (
              insert into event (run_id, sweep_id, who, kind, to_state)
              select id, sweep_id, created_by, 'queue', state from made)
            """;

    private static final String MAKE_AND_SHOW = MAKE + "select " + RunView.COLUMNS + " from made r" + RunView.JOINS;

    private final Statements statements;
    private final Wakeup wakeup;
    private final Configurations configurations;
    private final MetricSummaries summaries;
    private final Waiting waiting;

    public RunRows(
            Statements statements,
            Wakeup wakeup,
            Configurations configurations,
            MetricSummaries summaries,
            Waiting waiting) {
        this.statements = statements;
        this.wakeup = wakeup;
        this.configurations = configurations;
        this.summaries = summaries;
        this.waiting = waiting;
    }

    /** A run to be; {@code sweep} and {@code index} both or neither. */
    public record Fresh(
            UUID id,
            UUID project,
            UUID experiment,
            @Nullable UUID sweep,
            @Nullable Integer index,
            String name,
            int priority,
            PriorityClass priorityClass,
            @Nullable Placement placement,
            SpecDocument spec,
            Map<String, ?> params,
            String who) {
        /** Of the normal class, anywhere. */
        public Fresh(
                UUID id,
                UUID project,
                UUID experiment,
                @Nullable UUID sweep,
                @Nullable Integer index,
                String name,
                int priority,
                SpecDocument spec,
                Map<String, ?> params,
                String who) {
            this(id, project, experiment, sweep, index, name, priority, PriorityClass.NORMAL, null, spec, params, who);
        }
    }

    /**
     * The row alone, as who just queued it needs it: without summaries and without its place in the queue.
     *
     * @throws Problem 404
     */
    public RunView bare(UUID id) {
        return statements
                .row("select " + RunView.COLUMNS + " from run r" + RunView.JOINS + "where r.id = ?", RunView::new, id)
                .orElseThrow(() -> Problem.notFound("run", id));
    }

    /** @throws Problem 404 */
    @Transactional
    public RunView one(UUID id) {
        RunView run = bare(id);
        return run.whole(
                summaries.of(id),
                waiting.of(run),
                configurations.of(id),
                RunEnvironment.of(statements, id).orElse(null));
    }

    /** Queues the run. A run of this id that exists is left as it is. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void queue(Fresh run) {
        RunSpec read = read(run.spec());
        make(run, effective(run.spec(), read), read, MAKE + "select 1 from made", r -> r.getInt(1));
    }

    /**
     * Queues a run that is new, and answers it as {@link #bare} does.
     *
     * @param read what its document means
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public RunView queueNew(Fresh run, RunSpec read) {
        JsonNode effective = effective(run.spec(), read);
        return make(run, effective, read, MAKE_AND_SHOW, r -> RunView.of(r, effective))
                .orElseThrow();
    }

    private <T> Optional<T> make(
            Fresh run, JsonNode effective, @Nullable RunSpec read, String sql, Statements.Reader<T> reader) {
        Optional<T> made = statements.row(
                sql,
                reader,
                run.id(),
                run.project(),
                run.experiment(),
                run.sweep(),
                run.index(),
                run.name(),
                run.priority(),
                run.priorityClass(),
                run.placement() == null ? null : Json.canonical(run.placement()),
                read == null ? List.of() : Needs.of(read),
                run.spec().text(),
                run.spec().hash(),
                Json.canonical(run.params()),
                run.who(),
                read == null || read.task() == Task.COMMAND
                        ? 0
                        : read.schedule().epochs(),
                run.index(),
                read == null || read.devices() == null ? 1 : read.devices());
        if (made.isPresent()) {
            JsonNode params = Json.mapper().valueToTree(run.params());
            configurations.store(run.id(), Configuration.ofEffective(effective, params));
            wakeup.tell();
            // Its workflow is started with its first lease, or by the reconciler's next look at everything.
            wakeup.schedule();
        }
        return made;
    }

    private static JsonNode effective(SpecDocument document, @Nullable RunSpec read) {
        return read == null ? document.document() : read.acting();
    }

    /** Null for a document that this version cannot read: a worker will say why, and nobody else is held up. */
    private static @Nullable RunSpec read(SpecDocument document) {
        try {
            return document.spec();
        } catch (InvalidSpec e) {
            return null;
        }
    }
}
