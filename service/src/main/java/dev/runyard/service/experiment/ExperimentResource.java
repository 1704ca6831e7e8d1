package dev.runyard.service.experiment;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import io.quarkus.panache.common.Sort;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Lists of projects and experiments. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class ExperimentResource {
    private static final int MOST = 1_000;
    private static final int COUNTED = 10_000;

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
     * @param runs how many it has, counted to {@value #COUNTED}
     * @param open how many of them are not over, counted likewise
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
    public List<ExperimentView> experiments(@QueryParam("limit") @Nullable String limit) {
        return statements.rows(
                """
                select e.id, p.name as project, e.name, e.created_at, e.created_by,
                       (select count(*) from (select 1 from run r where r.experiment_id = e.id limit %1$d) c) as runs,
                       (select count(*) from (select 1 from run r where r.experiment_id = e.id and r.ended_at is null
                                              limit %1$d) c) as open
                from experiment e join project p on p.id = e.project_id
                order by e.created_at desc, e.id limit ?""".formatted(COUNTED),
                r -> new ExperimentView(
                        r.getObject("id", UUID.class),
                        r.getString("project"),
                        r.getString("name"),
                        Statements.instant(r, "created_at"),
                        r.getString("created_by"),
                        r.getLong("runs"),
                        r.getLong("open")),
                Given.number("limit", limit, MOST, 1, MOST));
    }
}
