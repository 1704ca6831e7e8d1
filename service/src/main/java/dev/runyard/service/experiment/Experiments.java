package dev.runyard.service.experiment;

import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
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
        return row(Given.label("experiment", name)).map(found -> found.place().experiment());
    }

    /**
     * Where something goes that is to be in the experiment of this name in the default project. The experiment is made now if it is
     * new; two makers at once get the same one.
     *
     * @param name null: {@value Experiment#DEFAULT}
     * @throws Problem 409 DELETED for one that is deleted: nobody would find there what goes into it
     */
    public Place named(@Nullable String name, String who) {
        String checked = name == null ? Experiment.DEFAULT : Given.label("experiment", name);
        Found found = row(checked).orElseGet(() -> {
            // Another maker may have been faster.
            statements.change("""
                    insert into experiment (project_id, name, created_by)
                    select id, ?, ? from project where name = ? on conflict do nothing""", checked, who, Project.DEFAULT);
            return row(checked).orElseThrow();
        });
        if (found.deleted()) {
            throw Problem.invalid(
                    409, "DELETED", "experiment", checked, "is deleted", "restore it, or name another experiment");
        }
        return found.place();
    }

    private record Found(Place place, boolean deleted) {}

    /** By a statement, since every run that is queued asks: as a query of Hibernate's it was half of the cost of queueing. */
    private Optional<Found> row(String name) {
        return statements.row(
                """
                select e.project_id, e.id, e.deleted_at is not null from experiment e join project p on p.id = e.project_id
                where p.name = ? and e.name = ?""",
                r -> new Found(new Place(r.getObject(1, UUID.class), r.getObject(2, UUID.class)), r.getBoolean(3)),
                Project.DEFAULT,
                name);
    }
}
