package dev.runyard.service.account;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.json.Json;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Projects and who works in them. What an account is not a member of does not exist for it. */
@Path("/api/v1/projects")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "people")
public class MemberResource {
    private static final int MOST = 1_000;

    private final Statements statements;
    private final Projects projects;
    private final SecurityIdentity identity;

    public MemberResource(Statements statements, Projects projects, SecurityIdentity identity) {
        this.statements = statements;
        this.projects = projects;
        this.identity = identity;
    }

    /** @param name small letters, digits, dots, dashes and underscores */
    @Schema(name = "ProjectAsk")
    public record Ask(String name) {
        public Ask {
            if (!Defaults.required("name", name).matches("[a-z0-9][a-z0-9._-]{0,63}")) {
                throw Problem.invalid(
                        "BAD_NAME",
                        "name",
                        name,
                        "must be 1 to 64 small letters, digits, dots, dashes and underscores, and begin with a letter or digit",
                        null);
            }
        }
    }

    /** A project as made. */
    @Schema(name = "ProjectMade")
    public record Made(UUID id, String name) {}

    /** What an account is in the project. */
    @Schema(name = "MemberAsk")
    public record Membership(Role.Level role) {
        public Membership {
            Defaults.required("role", role);
        }
    }

    /** A member as shown. */
    @Schema(name = "MemberView")
    public record Member(String account, Role.Level role, Instant createdAt, String createdBy) {}

    /** A project as shown. */
    public record ProjectView(UUID id, String name, Instant createdAt, String createdBy) {}

    @GET
    @RolesAllowed(Role.PERSON)
    @Operation(summary = "Projects that one sees", description = "By name; the first " + MOST + ".")
    public List<ProjectView> projects() {
        return statements.rows(
                "select id, name, created_at, created_by from project order by name limit ?",
                r -> new ProjectView(
                        r.getObject("id", UUID.class),
                        r.getString("name"),
                        Statements.instant(r, "created_at"),
                        r.getString("created_by")),
                MOST);
    }

    @POST
    @RolesAllowed(Role.ADMINISTRATOR)
    @Transactional
    @RequestBody(content = @Content(schema = @Schema(implementation = Ask.class)), required = true)
    @APIResponse(
            responseCode = "201",
            description = "made",
            content = @Content(schema = @Schema(implementation = Made.class)))
    public Response make(byte[] body) {
        Ask ask = Json.read(body, Ask.class);
        if (statements.number("select count(*) from project") >= MOST) {
            throw Problem.of(409, "TOO_MANY", "There are " + MOST + " projects already.");
        }
        UUID id = UUID.randomUUID();
        if (statements.change(
                        "insert into project (id, name, created_by) values (?, ?, ?) on conflict (name) do nothing",
                        id,
                        ask.name(),
                        identity.getPrincipal().getName())
                == 0) {
            throw Problem.of(409, "NAME_TAKEN", "There is a project named " + ask.name() + " already.");
        }
        return Response.created(URI.create("/api/v1/projects/" + ask.name()))
                .entity(new Made(id, ask.name()))
                .build();
    }

    @GET
    @Path("/{name}/members")
    @RolesAllowed(Role.PERSON)
    @Operation(summary = "Who works in a project", description = "By name; the first " + MOST + ".")
    public List<Member> members(@PathParam("name") String name) {
        return statements.rows(
                """
                select a.name, m.role, m.created_at, m.created_by from member m join account a on a.id = m.account_id
                where m.project_id = ? order by a.name limit ?""",
                r -> new Member(
                        r.getString(1),
                        Role.Level.valueOf(r.getString(2)),
                        Statements.instant(r, "created_at"),
                        r.getString(4)),
                projects.known(name),
                MOST);
    }

    @PUT
    @Path("/{name}/members/{account}")
    @RolesAllowed(Role.MAINTAINER)
    @Transactional
    @Operation(summary = "Make an account a member, or give a member another role")
    @RequestBody(content = @Content(schema = @Schema(implementation = Membership.class)), required = true)
    public List<Member> put(@PathParam("name") String name, @PathParam("account") String account, byte[] body) {
        Membership ask = Json.read(body, Membership.class);
        UUID project = projects.kept(name);
        int put = statements.change(
                """
                insert into member (project_id, account_id, role, created_by)
                select cast(? as uuid), id, ?, ? from account where name = ?
                on conflict (project_id, account_id) do update set role = excluded.role""", project, ask.role(), identity.getPrincipal().getName(), account);
        if (put == 0) {
            throw Problem.notFound("account", account);
        }
        return members(name);
    }

    @DELETE
    @Path("/{name}/members/{account}")
    @RolesAllowed(Role.MAINTAINER)
    @Transactional
    @Operation(summary = "Take a member out of a project", description = "What they made there stays.")
    public List<Member> drop(@PathParam("name") String name, @PathParam("account") String account) {
        UUID project = projects.kept(name);
        int dropped = statements.change(
                "delete from member where project_id = ? and account_id = (select id from account where name = ?)",
                project,
                account);
        if (dropped == 0) {
            throw Problem.notFound("member", account);
        }
        return members(name);
    }
}
