package dev.runyard.service.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What people changed. A maintainer reads it of the projects they keep, an administrator all of it; nobody changes it. */
@Path("/api/v1/audit")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "people")
@RolesAllowed(Role.MAINTAINER)
public class AuditResource {
    private static final int MOST = 500;

    private final Statements statements;

    public AuditResource(Statements statements) {
        this.statements = statements;
    }

    /**
     * One change of one row.
     *
     * @param kind of row
     * @param object its id
     * @param before SHA-256 of what it was; null: it was not
     * @param after SHA-256 of what it is; null: it is no more
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "AuditLine")
    public record Line(
            long id,
            Instant time,
            String who,
            String action,
            String kind,
            String object,
            @Nullable String project,
            @Nullable String before,
            @Nullable String after,
            String request,
            String requestId,
            String address) {}

    @GET
    @Operation(summary = "What people changed", description = "Newest first; go on with the last one's id as before.")
    public List<Line> lines(
            @QueryParam("who") @Nullable String who,
            @QueryParam("kind") @Nullable String kind,
            @QueryParam("object") @Nullable String object,
            @QueryParam("before") @Nullable String before,
            @QueryParam("limit") @Nullable String limit) {
        return statements.rows(
                """
                select a.*, p.name as project from audit a left join project p on p.id = a.project_id
                where a.id < ? and (cast(? as text) is null or a.who = ?) and (cast(? as text) is null or a.kind = ?)
                  and (cast(? as text) is null or a.object = ?)
                order by a.id desc limit ?""",
                r -> new Line(
                        r.getLong("id"),
                        Statements.instant(r, "time"),
                        r.getString("who"),
                        r.getString("action"),
                        r.getString("kind"),
                        r.getString("object"),
                        r.getString("project"),
                        r.getString("before"),
                        r.getString("after"),
                        r.getString("request"),
                        r.getString("request_id"),
                        r.getString("address")),
                Given.number("before", before, Long.MAX_VALUE, 1, Long.MAX_VALUE),
                Given.text(who),
                Given.text(who),
                Given.text(kind),
                Given.text(kind),
                Given.text(object),
                Given.text(object),
                Given.number("limit", limit, 100, 1, MOST));
    }
}
