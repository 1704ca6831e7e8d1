package dev.runyard.service.run;

import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.event.Wakeup;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.RunState;
import dev.runyard.spec.run.SpecDocument;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes runs. */
@ApplicationScoped
public class RunRows {
    private final Statements statements;
    private final Journal journal;
    private final Wakeup wakeup;
    private final Configurations configurations;

    public RunRows(Statements statements, Journal journal, Wakeup wakeup, Configurations configurations) {
        this.configurations = configurations;
        this.statements = statements;
        this.journal = journal;
        this.wakeup = wakeup;
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
            SpecDocument spec,
            Map<String, ?> params,
            String who) {}

    /** Queues the run. A run of this id that exists is left as it is. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void queue(Fresh run) {
        RunSpec read = read(run.spec());
        int made = statements.change(
                """
                insert into run (id, project_id, experiment_id, sweep_id, sweep_index, name, state, priority, spec, spec_hash,
                                 params, created_by, epochs)
                values (?, ?, ?, cast(? as uuid), cast(? as integer), ?, 'QUEUED', ?, cast(? as jsonb), ?,
                        cast(? as jsonb), ?, ?)
                on conflict do nothing""",
                run.id(),
                run.project(),
                run.experiment(),
                run.sweep(),
                run.index(),
                run.name(),
                run.priority(),
                run.spec().text(),
                run.spec().hash(),
                Json.canonical(run.params()),
                run.who(),
                read == null ? 0 : read.schedule().epochs());
        if (made == 1) {
            configurations.store(Map.of(
                    run.id(),
                    Configuration.of(run.spec().document(), Json.mapper().valueToTree(run.params()))));
            journal.run(run.id(), run.sweep(), run.who(), "queue", null, RunState.QUEUED, null);
            // Its workflow is started with its first lease, or by the reconciler's next look at everything.
            wakeup.schedule();
        }
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
