package dev.runyard.service.project;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.account.Projects;
import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Retention;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** How much a project keeps of its runs' files. */
@Path("/api/v1/projects/{name}/retention")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "projects")
@RolesAllowed(Role.PERSON)
public class RetentionResource {
    private static final int MOST = 100;
    private static final int DAYS = 3_650;

    private final Statements statements;
    private final Projects projects;
    private final SecurityIdentity identity;

    RetentionResource(Statements statements, Projects projects, SecurityIdentity identity) {
        this.statements = statements;
        this.projects = projects;
        this.identity = identity;
    }

    /**
     * What is left out is as if nobody had said anything.
     *
     * @param last newest checkpoints of each run that stay, 1 to 100; 2 where nothing is said
     * @param best newest of those that held the best validation result when they were made, 0 to 100; 1 where nothing is said
     * @param deletedDays how long a deleted run keeps its files, 1 to 3650; absent: as the lab is set (RUNYARD_DELETED_KEEP)
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "ProjectRetention")
    public record Kept(
            @Nullable Integer last,
            @Nullable Integer best,
            @Nullable Integer deletedDays) {
        public Kept {
            last = within("last", Defaults.or(last, Retention.LAST), 1, MOST);
            best = within("best", Defaults.or(best, Retention.BEST), 0, MOST);
            if (deletedDays != null) {
                within("deletedDays", deletedDays, 1, DAYS);
            }
        }

        private static int within(String field, int value, int least, int most) {
            if (value < least || value > most) {
                throw Problem.invalid("OUT_OF_RANGE", field, value, "must lie in [" + least + ", " + most + "]", null);
            }
            return value;
        }
    }

    @GET
    @Operation(
            summary = "What a project keeps of its runs' files",
            description =
                    "Of each run the last checkpoints and the best; all of what is pinned or cited by a frozen report.")
    public Kept kept(@PathParam("name") String name) {
        return of(projects.known(name));
    }

    @PUT
    @RolesAllowed(Role.MAINTAINER)
    @Transactional
    @Operation(
            summary = "Say what a project keeps of its runs' files",
            description = "Of checkpoints it holds from a run's next one on; of deleted runs at once.")
    @RequestBody(content = @Content(schema = @Schema(implementation = Kept.class)), required = true)
    public Kept put(@PathParam("name") String name, byte[] body) {
        Kept ask = Json.read(body, Kept.class);
        UUID project = projects.kept(name);
        statements.change(
                """
                insert into retention (project_id, last, best, deleted_days, changed_by)
                values (?, ?, ?, cast(? as integer), ?)
                on conflict (project_id) do update set last = excluded.last, best = excluded.best,
                  deleted_days = excluded.deleted_days, changed_at = now(), changed_by = excluded.changed_by""",
                project,
                ask.last(),
                ask.best(),
                ask.deletedDays(),
                identity.getPrincipal().getName());
        return of(project);
    }

    private Kept of(UUID project) {
        return statements
                .row(
                        "select last, best, deleted_days from retention where project_id = ?",
                        r -> new Kept(r.getInt(1), r.getInt(2), r.getObject(3, Integer.class)),
                        project)
                .orElseGet(() -> new Kept(null, null, null));
    }
}
