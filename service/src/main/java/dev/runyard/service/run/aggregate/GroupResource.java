package dev.runyard.service.run.aggregate;

import dev.runyard.service.auth.Role;
import dev.runyard.service.http.Given;
import dev.runyard.service.run.list.RunChoice;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs in groups. */
@Path("/api/v1/runs/groups")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class GroupResource {
    private final RunGroups groups;

    public GroupResource(RunGroups groups) {
        this.groups = groups;
    }

    /** Runs in groups of equal values; each field's spread is over all runs of a group. */
    @GET
    public GroupsView groups(
            @QueryParam("by") List<String> by,
            @QueryParam("field") List<String> fields,
            @QueryParam("experiment") @Nullable String experiment,
            @QueryParam("sweep") @Nullable String sweep,
            @QueryParam("state") @Nullable String state,
            @QueryParam("filter") List<String> filter,
            @QueryParam("sort") @Nullable String sort,
            @QueryParam("limit") @DefaultValue("100") String limit,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("archived") @Nullable String archived,
            @QueryParam("deleted") @Nullable String deleted) {
        return groups.page(new RunGroups.Ask(
                new RunChoice.Ask(experiment, sweep, state, filter, archived, deleted),
                by,
                fields,
                Given.text(sort),
                (int) Given.number("limit", limit, 100, 1, RunGroups.MOST),
                Given.text(cursor)));
    }
}
