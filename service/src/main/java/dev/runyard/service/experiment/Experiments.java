package dev.runyard.service.experiment;

import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Experiments by name. */
@ApplicationScoped
public class Experiments {
    private final Statements statements;

    public Experiments(Statements statements) {
        this.statements = statements;
    }

    /** Where a run or sweep goes. */
    public record Place(UUID project, UUID experiment) {}

    /** The id of the experiment of this name in the default project. */
    public Optional<UUID> find(String name) {
        return row(Given.label("experiment", name)).map(Place::experiment);
    }

    /**
     * The experiment of this name in the default project, made now if it is new. Two makers at once get the same one.
     *
     * @param name null: {@value Experiment#DEFAULT}
     */
    public Place named(@Nullable String name, String who) {
        String checked = name == null ? Experiment.DEFAULT : Given.label("experiment", name);
        return row(checked).orElseGet(() -> {
            // Another maker may have been faster.
            statements.change("""
                    insert into experiment (project_id, name, created_by)
                    select id, ?, ? from project where name = ? on conflict do nothing""", checked, who, Project.DEFAULT);
            return row(checked).orElseThrow();
        });
    }

    /** By a statement, since every run that is queued asks: as a query of Hibernate's it was half of the cost of queueing. */
    private Optional<Place> row(String name) {
        return statements.row(
                """
                select e.project_id, e.id from experiment e join project p on p.id = e.project_id
                where p.name = ? and e.name = ?""", r -> new Place(r.getObject(1, UUID.class), r.getObject(2, UUID.class)), Project.DEFAULT, name);
    }
}
