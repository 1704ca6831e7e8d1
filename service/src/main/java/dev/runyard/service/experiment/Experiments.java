package dev.runyard.service.experiment;

import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Experiments by name. */
@ApplicationScoped
public class Experiments {
    private final Statements statements;
    private final Asking asking;

    public Experiments(Statements statements, Asking asking) {
        this.statements = statements;
        this.asking = asking;
    }

    /**
     * The project of a request that names none in its path: the one it keeps to, else the {@value Project#DEFAULT} one, else, for a member
     * of one project alone, that one.
     *
     * @throws Problem 422 for a member of several projects who names none of them
     */
    public UUID project() {
        return asking.project().orElseGet(() -> {
            record Seen(UUID id, boolean home) {}
            List<Seen> seen = statements.rows(
                    "select id, name = ? from project order by name = ? desc, name limit 2",
                    r -> new Seen(r.getObject(1, UUID.class), r.getBoolean(2)),
                    Project.DEFAULT,
                    Project.DEFAULT);
            if (seen.isEmpty() || seen.size() > 1 && !seen.get(0).home()) {
                throw Problem.invalid(
                        "PROJECT_NEEDED",
                        "project",
                        null,
                        seen.isEmpty()
                                ? "is none that you are a member of"
                                : "is one of several that you are a member of",
                        seen.isEmpty()
                                ? "ask a maintainer of a project to make you a member"
                                : "name it by X-Runyard-Project, RUNYARD_PROJECT, or on the page");
            }
            return seen.get(0).id();
        });
    }

    /** Where a run or sweep goes. */
    public record Place(UUID project, UUID experiment) {}

    /**
     * The id of the experiment of this name, or with this id: in the project that the request keeps to, else in the {@value Project#DEFAULT} one, else
     * in whichever has it.
     *
     * @throws Problem 422 where several have it
     */
    public Optional<UUID> find(String name) {
        record Named(UUID id, boolean home) {}
        List<Named> found = statements.rows(
                """
                select e.id, p.name = ? as home from experiment e join project p on p.id = e.project_id
                where (e.name = ? or e.id = cast(? as uuid)) and (cast(? as uuid) is null or e.project_id = ?)
                order by home desc, p.name limit 2""",
                r -> new Named(r.getObject(1, UUID.class), r.getBoolean(2)),
                Project.DEFAULT,
                Given.label("experiment", name),
                name.length() == 36 && name.matches("[0-9a-f-]{36}") ? id(name) : null,
                asking.project().orElse(null),
                asking.project().orElse(null));
        if (found.size() > 1 && !found.get(0).home()) {
            throw Problem.invalid(
                    "PROJECT_NEEDED",
                    "project",
                    null,
                    "is needed: several projects have an experiment " + name,
                    "name it by X-Runyard-Project, RUNYARD_PROJECT, or on the page");
        }
        return found.stream().findFirst().map(Named::id);
    }

    /**
     * Where something goes that is to be in the experiment of this name in {@link #project}. The experiment is made now if it is
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
                    values (?, ?, ?) on conflict do nothing""", project(), checked, who);
            return row(checked).orElseThrow();
        });
        if (found.deleted()) {
            throw Problem.invalid(
                    409, "DELETED", "experiment", checked, "is deleted", "restore it, or name another experiment");
        }
        return found.place();
    }

    private static @Nullable UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Where something goes that names no experiment; it is there even when somebody deleted it. */
    public Place home(String who) {
        return row(Experiment.DEFAULT).map(Found::place).orElseGet(() -> named(null, who));
    }

    private record Found(Place place, boolean deleted) {}

    /** By a statement, since every run that is queued asks: as a query of Hibernate's it was half of the cost of queueing. */
    private Optional<Found> row(String name) {
        return statements.row(
                "select project_id, id, deleted_at is not null from experiment where project_id = ? and name = ?",
                r -> new Found(new Place(r.getObject(1, UUID.class), r.getObject(2, UUID.class)), r.getBoolean(3)),
                project(),
                name);
    }
}
