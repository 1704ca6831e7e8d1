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

    /** Microseconds since 1970, of the last change. */
    private static final String VERSION = "cast(extract(epoch from retention.changed_at) * 1000000 as bigint)";

    /** Who comes second waits at the row, and is compared with what the first made of it. */
    private static final String PUT = """
            insert into retention (project_id, last, best, deleted_days, changed_by, changed_at)
            select p.id, v.last, v.best, v.days, v.who, clock_timestamp()
            from (select cast(? as uuid) as id) p,
              (select cast(? as integer) as last, cast(? as integer) as best, cast(? as integer) as days, cast(? as text) as who) v
            where coalesce(cast(? as bigint), 0) = 0 or exists (select 1 from retention where project_id = ?)
            on conflict (project_id) do update set last = excluded.last, best = excluded.best,
              deleted_days = excluded.deleted_days, changed_by = excluded.changed_by,
              changed_at = greatest(excluded.changed_at, retention.changed_at + interval '1 microsecond')
            where coalesce(cast(? as bigint), %1$s) = %1$s""".formatted(VERSION);

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
     * @param version of what was seen, 0 before anybody said anything; of a change the one that it changes: another one by now is a conflict.
     *     Left out: whichever is newest
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "ProjectRetention")
    public record Kept(
            @Nullable Integer last,
            @Nullable Integer best,
            @Nullable Integer deletedDays,
            @Nullable Long version) {
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
            description =
                    "Of checkpoints it holds from a run's next one on; of deleted runs at once. 409 CONFLICT where version is not the"
                            + " newest: somebody said something else meanwhile.")
    @RequestBody(content = @Content(schema = @Schema(implementation = Kept.class)), required = true)
    public Kept put(@PathParam("name") String name, byte[] body) {
        Kept ask = Json.read(body, Kept.class);
        UUID project = projects.kept(name);
        int changed = statements.change(
                PUT,
                project,
                ask.last(),
                ask.best(),
                ask.deletedDays(),
                identity.getPrincipal().getName(),
                ask.version(),
                project,
                ask.version());
        Kept now = of(project);
        if (changed == 0) {
            throw Problem.invalid(
                    409,
                    "CONFLICT",
                    "version",
                    ask.version(),
                    "is not the newest, which is " + now.version(),
                    "look at what was changed meanwhile");
        }
        return now;
    }

    private Kept of(UUID project) {
        return statements
                .row(
                        "select last, best, deleted_days, " + VERSION + " from retention where project_id = ?",
                        r -> new Kept(r.getInt(1), r.getInt(2), r.getObject(3, Integer.class), r.getLong(4)),
                        project)
                .orElseGet(() -> new Kept(null, null, null, 0L));
    }
}
