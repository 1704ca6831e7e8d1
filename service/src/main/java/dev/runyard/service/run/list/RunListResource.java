package dev.runyard.service.run.list;

import dev.runyard.service.auth.Role;
import dev.runyard.service.http.Given;
import dev.runyard.spec.Names;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs, a page at a time. */
@Path("/api/v1/runs")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class RunListResource {
    private final RunList list;

    public RunListResource(RunList list) {
        this.list = list;
    }

    @GET
    public RunList.Page list(
            @QueryParam("experiment") @Nullable String experiment,
            @QueryParam("sweep") @Nullable String sweep,
            @QueryParam("state") @Nullable String state,
            @QueryParam("filter") List<String> filter,
            @QueryParam("sort") @Nullable String sort,
            @QueryParam("limit") @DefaultValue("100") String limit,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("metrics") List<String> metrics,
            @QueryParam("param") List<String> params,
            @QueryParam("field") List<String> fields,
            @QueryParam("archived") @Nullable String archived,
            @QueryParam("deleted") @Nullable String deleted) {
        return list.page(new RunList.Ask(
                new RunChoice.Ask(experiment, sweep, state, filter, archived, deleted),
                Given.text(sort),
                (int) Given.number("limit", limit, 100, 1, RunList.MOST),
                Given.text(cursor),
                metrics.stream().map(name -> Names.metric("metrics", name)).toList(),
                params,
                fields));
    }
}
