package dev.runyard.service.scheduling;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.scheduling.round.Shares;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What projects, and users in them, may have of the lab's devices, and what they have had. */
@Path("/api/v1/shares")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class ShareResource {
    private static final int MOST = 2_000;

    private static final String SHARES = """
            with going as (
              select r.project_id, r.created_by as account, count(*) as slots,
                     sum(extract(epoch from now() - l.granted_at)) as seconds
              from lease l join run r on r.id = l.run_id where l.released_at is null group by 1, 2),
            had as (
              select project_id, account,
                     seconds * power(0.5, greatest(0, extract(epoch from now() - at)) / ?) as seconds, 0 as slots from usage
              union all select project_id, account, seconds, slots from going),
            every as (
              select project_id, account, sum(seconds) as seconds, sum(slots) as slots from had group by 1, 2
              union all select project_id, '', sum(seconds), sum(slots) from had group by 1
              union all select s.project_id, s.account, 0, 0 from share s),
            one as (select project_id, account, max(seconds) as seconds, max(slots) as going from every group by 1, 2)
            select p.name as project, o.account, o.seconds, o.going, s.weight, s.slots, s.device_hours
            from one o join project p on p.id = o.project_id
            left join share s on s.project_id = o.project_id and s.account = o.account
            where (cast(? as text) is null or p.name = ?) and (cast(? as text) is null or o.account = ?)
            order by p.name, o.account limit ?""";

    private final Statements statements;
    private final Wakeup wakeup;
    private final SecurityIdentity identity;

    public ShareResource(Statements statements, Wakeup wakeup, SecurityIdentity identity) {
        this.identity = identity;
        this.statements = statements;
        this.wakeup = wakeup;
    }

    /**
     * Of a project, or of a user in one.
     *
     * @param account absent: the project's own
     * @param weight who has twice another's gets twice the device-time while both have work
     * @param slots at most at once; absent: any number
     * @param deviceHours at most, halved every 7 days; absent: any number
     * @param usedHours device-hours had, halved every 7 days
     * @param going slots that are taken now
     * @param note what whoever set it should know
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ShareView(
            String project,
            @Nullable String account,
            double weight,
            @Nullable Integer slots,
            @Nullable Double deviceHours,
            double usedHours,
            int going,
            @Nullable String note) {}

    /**
     * What is set; what is left out goes back to its default.
     *
     * @param account left out: the project's own
     * @param weight in (0, 1000000]; default 1
     * @param slots at least 0
     * @param deviceHours at least 0
     */
    public record ShareRequest(
            String project,
            @Nullable String account,
            @Nullable Double weight,
            @Nullable Integer slots,
            @Nullable Double deviceHours) {
        public ShareRequest {
            Given.label("project", project == null ? "" : project);
            if (account != null) {
                Given.label("account", account);
            }
            if (weight != null && !(weight > 0 && weight <= 1e6)) {
                throw Problem.invalid("OUT_OF_RANGE", "weight", weight, "must lie in (0, 1000000]", null);
            }
            if (slots != null && slots < 0) {
                throw Problem.invalid("OUT_OF_RANGE", "slots", slots, "must be at least 0", "0 lets nothing start");
            }
            if (deviceHours != null && !(deviceHours >= 0 && deviceHours <= 1e9)) {
                throw Problem.invalid("OUT_OF_RANGE", "deviceHours", deviceHours, "must lie in [0, 1000000000]", null);
            }
        }

        private boolean empty() {
            return weight == null && slots == null && deviceHours == null;
        }
    }

    /** Each project and user for whom something is set or was used; a project before its users. */
    @GET
    public List<ShareView> shares() {
        return shown(null, null);
    }

    /** Of a user by a maintainer of the project, of a whole project by an administrator. Nothing that goes is stopped by a quota below it. */
    @PUT
    @RolesAllowed(Role.MAINTAINER)
    @Consumes(MediaType.APPLICATION_JSON)
    @Transactional
    public ShareView set(@Nullable ShareRequest body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        ShareRequest request = Problem.required(body);
        String account = request.account() == null ? "" : request.account();
        if (account.isEmpty() && !identity.hasRole(Role.ADMINISTRATOR)) {
            throw Problem.of(
                    403,
                    "NOT_ALLOWED",
                    "What a whole project may have is said by an administrator of the lab; name an account of it.");
        }
        UUID project = statements
                .row("select id from project where name = ?", r -> r.getObject(1, UUID.class), request.project())
                .orElseThrow(() -> Problem.invalid(
                        "UNKNOWN_PROJECT",
                        "project",
                        request.project(),
                        "is no project of this lab",
                        "GET /api/v1/projects lists them"));
        if (request.empty()) {
            statements.change("delete from share where project_id = ? and account = ?", project, account);
        } else {
            statements.change(
                    """
                    insert into share (project_id, account, weight, slots, device_hours, changed_by)
                    values (?, ?, ?, cast(? as integer), cast(? as double precision), ?)
                    on conflict (project_id, account) do update set weight = excluded.weight, slots = excluded.slots,
                      device_hours = excluded.device_hours, changed_at = now(), changed_by = excluded.changed_by""",
                    project,
                    account,
                    request.weight() == null ? Double.valueOf(1) : request.weight(),
                    request.slots(),
                    request.deviceHours(),
                    Given.who(user));
        }
        wakeup.schedule();
        return shown(request.project(), account).stream()
                .findFirst()
                .orElseGet(() -> new ShareView(request.project(), request.account(), 1, null, null, 0, 0, null));
    }

    private List<ShareView> shown(@Nullable String project, @Nullable String account) {
        return statements.rows(
                SHARES,
                r -> {
                    Integer slots = r.getObject("slots", Integer.class);
                    int going = r.getInt("going");
                    return new ShareView(
                            r.getString("project"),
                            Optional.of(r.getString("account"))
                                    .filter(name -> !name.isEmpty())
                                    .orElse(null),
                            r.getObject("weight") == null ? 1 : r.getDouble("weight"),
                            slots,
                            r.getObject("device_hours", Double.class),
                            Math.round(r.getDouble("seconds") / 36) / 100.0,
                            going,
                            slots != null && going > slots
                                    ? going
                                            + " go now, more than the quota: none is stopped, and none starts before fewer than "
                                            + slots + " go"
                                    : null);
                },
                (double) Shares.HALF_LIFE.toSeconds(),
                project,
                project,
                account,
                account,
                MOST);
    }
}
