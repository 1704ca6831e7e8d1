package dev.runyard.service.run.list;

import dev.runyard.service.auth.Role;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** The whole of a list, for a spreadsheet. */
@Path("/api/v1/runs.csv")
@RolesAllowed(Role.PERSON)
public class RunCsvResource {
    private final RunCsv csv;

    public RunCsvResource(RunCsv csv) {
        this.csv = csv;
    }

    @GET
    @Produces("text/csv")
    @Operation(
            summary = "Every run that matches, as CSV",
            description = "A row each, however many; the id, then a column for each field asked for.")
    public Response csv(
            @QueryParam("column") List<String> columns,
            @QueryParam("experiment") @Nullable String experiment,
            @QueryParam("sweep") @Nullable String sweep,
            @QueryParam("state") @Nullable String state,
            @QueryParam("filter") List<String> filter,
            @QueryParam("archived") @Nullable String archived,
            @QueryParam("deleted") @Nullable String deleted,
            @QueryParam("sort") @Nullable String sort) {
        RunChoice.Ask runs = new RunChoice.Ask(experiment, sweep, state, filter, archived, deleted);
        csv.check(runs, columns, sort);
        StreamingOutput rows = out -> {
            Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            csv.write(runs, columns, sort, text);
        };
        return Response.ok(rows, "text/csv; charset=utf-8; header=present")
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"runs.csv\"")
                .build();
    }
}
