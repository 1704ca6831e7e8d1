package dev.runyard.service.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.run.RunState;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which device had which run of a sweep, and when. */
@Path("/api/v1/sweeps")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class TimelineResource {
    /** Attempts that one answer holds. */
    private static final int MOST = 2_000;

    private final Statements statements;

    public TimelineResource(Statements statements) {
        this.statements = statements;
    }

    /**
     * One attempt at a run.
     *
     * @param device host and key of it
     * @param state of the run
     * @param to absent while it goes on
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Stay(
            UUID run,
            String name,
            RunState state,
            long attempt,
            String device,
            Instant from,
            @Nullable Instant to) {}

    /**
     * @param stays in the order in which they began
     * @param more whether there were earlier ones
     */
    public record Timeline(List<Stay> stays, boolean more) {}

    /** The newest 2,000 attempts. */
    @GET
    @Path("/{id}/timeline")
    public Timeline timeline(@PathParam("id") String id) {
        UUID sweep = Given.id("sweep", id);
        if (statements.number("select count(*) from sweep where id = ?", sweep) == 0) {
            throw Problem.notFound("sweep", sweep);
        }
        List<Stay> found = statements.rows(
                """
                select * from (
                  select r.id, r.name, r.state, a.attempt, d.host || ' ' || d.key as device, a.started_at, a.ended_at
                  from run r join attempt a on a.run_id = r.id join device d on d.id = a.device_id
                  where r.sweep_id = ? and a.started_at is not null order by a.started_at desc, r.id limit ?) t
                order by started_at, id""",
                r -> new Stay(
                        r.getObject("id", UUID.class),
                        r.getString("name"),
                        RunState.valueOf(r.getString("state")),
                        r.getLong("attempt"),
                        r.getString("device"),
                        Statements.instant(r, "started_at"),
                        Statements.time(r, "ended_at")),
                sweep,
                MOST + 1);
        boolean more = found.size() > MOST;
        return new Timeline(more ? found.subList(1, found.size()) : found, more);
    }
}
