package dev.runyard.service.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.db.Statements;
import dev.runyard.service.result.Tasks;
import dev.runyard.service.run.RunRows;
import dev.runyard.spec.run.SpecDocument;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Queues the tasks that a sweep wants done with each of its runs. */
@ApplicationScoped
class SweepSteps {
    private final Statements statements;
    private final RunRows rows;
    private final Tasks tasks;

    SweepSteps(Statements statements, RunRows rows, Tasks tasks) {
        this.statements = statements;
        this.rows = rows;
        this.tasks = tasks;
    }

    /** What is to be done with each run once it is finished, in the order of the runs; making it twice makes it once. */
    void then(SweepRows.Held held) {
        JsonNode steps = held.spec().path("then");
        if (steps.isEmpty() || held.state() == SweepState.CANCELLED || held.deleted()) {
            return;
        }
        List<UUID> finished = statements.rows(
                "select id from run r where sweep_id = ? and state = 'FINISHED' and deleted_at is null and"
                        + " (select count(*) from run t where t.of_run = r.id and t.of_place is not null) < ?"
                        + " order by sweep_index limit " + SweepLedger.WINDOW,
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
}
