package dev.runyard.service.sweep.whole;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.sweep.SweepTable;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** All runs of a sweep at once. */
@Path("/api/v1/sweeps")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class WholeResource {
    /** Metrics that one answer has columns of. */
    private static final int METRICS = 8;

    private final Statements statements;
    private final SweepColumns columns;
    private final SweepProgress progress;

    public WholeResource(Statements statements, SweepColumns columns, SweepProgress progress) {
        this.statements = statements;
        this.columns = columns;
        this.progress = progress;
    }

    /** The runs in the order of the sweep, as columns; at most {@value SweepColumns#PORTION} on a page. */
    @GET
    @Path("/{id}/columns")
    public SweepColumns.RunColumns columns(
            @PathParam("id") String id,
            @QueryParam("metrics") @Parameter(description = "at most " + METRICS) List<String> metrics,
            @QueryParam("after") @Nullable String after) {
        UUID sweep = Given.id("sweep", id);
        metrics.forEach(WholeResource::named);
        if (metrics.size() > METRICS) {
            throw Problem.invalid(
                    "TOO_MANY", "metrics", metrics.size(), "are more than " + METRICS, "ask for those to draw");
        }
        if (statements.number("select count(*) from sweep where id = ?", sweep) == 0) {
            throw Problem.notFound("sweep", sweep);
        }
        int from = (int) Given.number("after", after, -1, -1, Integer.MAX_VALUE);
        return statements.glance(() -> columns.of(sweep, metrics, from));
    }

    /** The best value so far over all runs that ended, by their order, by hours and by device-hours. */
    @GET
    @Path("/{id}/progress")
    public SweepProgress.BestSoFar progress(
            @PathParam("id") String id,
            @QueryParam("metric") @Nullable String metric,
            @QueryParam("value") @Parameter(description = "last or best") @Nullable String value) {
        UUID sweep = Given.id("sweep", id);
        if (metric != null) {
            named(metric);
        }
        SweepTable.Value which = SweepTable.Value.of(value);
        if (which != SweepTable.Value.LAST && which != SweepTable.Value.BEST) {
            throw Problem.invalid("BAD_VALUE", "value", value, "must be last or best", "leave it out for last");
        }
        return statements.glance(() -> progress.of(sweep, metric, which));
    }

    private static void named(String metric) {
        if (metric.indexOf('\0') >= 0) {
            throw Problem.invalid("BAD_NAME", "metric", "?", "must not hold a NUL", null);
        }
    }
}
