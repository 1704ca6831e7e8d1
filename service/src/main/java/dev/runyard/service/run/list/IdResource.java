package dev.runyard.service.run.list;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** What an id stands for, or the beginning of one that a person typed. */
@Path("/api/v1/ids")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class IdResource {
    private static final int MOST = 10;
    private static final String FORM = "00000000-0000-0000-0000-000000000000";

    private final Statements statements;

    public IdResource(Statements statements) {
        this.statements = statements;
    }

    /** @param kind {@code run} or {@code sweep} */
    public record Named(String kind, UUID id, String name, String state) {}

    /**
     * @param items at most 10, in the order of their ids
     * @param more whether there are more than those
     */
    public record Candidates(List<Named> items, boolean more) {}

    /** Runs and sweeps whose id begins so; the two ends of the beginning's range are looked up in the primary keys. */
    @GET
    @Path("/{beginning}")
    public Candidates of(@PathParam("beginning") String beginning) {
        String given = beginning.toLowerCase(Locale.ROOT);
        if (given.length() > FORM.length()
                || !given.replaceAll("[0-9a-f]", "0")
                        .equals(FORM.substring(0, Math.min(given.length(), FORM.length())))) {
            throw Problem.invalid(
                    "BAD_ID", "id", beginning, "is no beginning of an id", "give its first digits, for example 3f2a");
        }
        UUID first = UUID.fromString(given + FORM.substring(given.length()));
        UUID last = UUID.fromString(given + FORM.replace('0', 'f').substring(given.length()));
        List<Named> found = statements.rows(
                """
                (select 'run' as kind, id, name, state from run where id between ? and ? order by id limit ?)
                union all
                (select 'sweep', id, name, state from sweep where id between ? and ? order by id limit ?)
                order by id limit ?""",
                r -> new Named(r.getString(1), r.getObject(2, UUID.class), r.getString(3), r.getString(4)),
                first,
                last,
                MOST + 1,
                first,
                last,
                MOST + 1,
                MOST + 1);
        return new Candidates(found.subList(0, Math.min(MOST, found.size())), found.size() > MOST);
    }
}
