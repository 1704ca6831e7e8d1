package dev.runyard.service.experiment;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import io.quarkus.panache.common.Sort;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Lists of projects and experiments. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class ExperimentResource {
    private final Statements statements;

    public ExperimentResource(Statements statements) {
        this.statements = statements;
    }

    /** A project as shown. */
    public record ProjectView(UUID id, String name, Instant createdAt, String createdBy) {
        ProjectView(Project project) {
            this(project.id, project.name, project.createdAt, project.createdBy);
        }
    }

    /**
     * An experiment as shown.
     *
     * @param runs how many it has
     * @param open how many of them are not over
     */
    public record ExperimentView(
            UUID id, String project, String name, Instant createdAt, String createdBy, long runs, long open) {}

    @GET
    @Path("/projects")
    public List<ProjectView> projects() {
        return Project.<Project>listAll(Sort.by("name")).stream()
                .map(ProjectView::new)
                .toList();
    }

    @GET
    @Path("/experiments")
    public List<ExperimentView> experiments() {
        return statements.rows(
                """
                select e.id, p.name as project, e.name, e.created_at, e.created_by, count(r.id) as runs,
                       count(r.id) filter (where r.ended_at is null) as open
                from experiment e join project p on p.id = e.project_id left join run r on r.experiment_id = e.id
                group by e.id, p.name order by e.created_at desc, e.id""",
                r -> new ExperimentView(
                        r.getObject("id", UUID.class),
                        r.getString("project"),
                        r.getString("name"),
                        Statements.instant(r, "created_at"),
                        r.getString("created_by"),
                        r.getLong("runs"),
                        r.getLong("open")));
    }
}
