package dev.runyard.service.metric.history;

import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Names;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The curves of a run. */
@Path("/api/v1/runs/{id}")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "metrics")
@RolesAllowed(Role.PERSON)
public class HistoryResource {
    private static final int MOST_BUCKETS = 10_000;
    private static final long MAX_STEP = 1L << 53;

    private final MetricHistory history;
    private final MetricCsv csv;
    private final Statements statements;

    HistoryResource(MetricHistory history, MetricCsv csv, Statements statements) {
        this.history = history;
        this.csv = csv;
        this.statements = statements;
    }

    @GET
    @Path("/metrics/history")
    @Operation(
            summary = "One curve",
            description = "All points when they are at most twice the buckets, else buckets that keep extremes.")
    public HistoryView history(
            @PathParam("id") UUID run,
            @QueryParam("key") @Nullable String key,
            @QueryParam("buckets")
                    @Parameter(schema = @Schema(type = SchemaType.INTEGER, defaultValue = "800"))
                    @Nullable
                    String buckets,
            @QueryParam("from") @Parameter(schema = @Schema(type = SchemaType.INTEGER)) @Nullable String from,
            @QueryParam("to") @Parameter(schema = @Schema(type = SchemaType.INTEGER)) @Nullable String to,
            @QueryParam("attempt") @Parameter(schema = @Schema(type = SchemaType.INTEGER)) @Nullable String attempt,
            @QueryParam("ghosts") @Parameter(schema = @Schema(type = SchemaType.BOOLEAN)) @Nullable String ghosts) {
        if (key == null) {
            throw Problem.invalid("MISSING_FIELD", "key", null, "is required", "add ?key=train/loss");
        }
        String name = Names.metric("key", key);
        int most = (int) Given.number("buckets", buckets, 800, 1, MOST_BUCKETS);
        long first = Given.number("from", from, 0, 0, MAX_STEP);
        long last = Given.number("to", to, MAX_STEP, 0, MAX_STEP);
        Long only = attempt == null ? null : Given.number("attempt", attempt, 0, 1, Integer.MAX_VALUE);
        if (first > last) {
            throw Problem.invalid("OUT_OF_RANGE", "to", last, "must not be below from (" + first + ")", null);
        }
        mustExist(run);
        return history.read(new MetricHistory.Range(run, name, most, first, last, only, flag("ghosts", ghosts)));
    }

    @GET
    @Path("/metrics.csv")
    @Produces("text/csv")
    @Operation(summary = "Every point as CSV", description = "Of the keys named, or of all.")
    public Response csv(@PathParam("id") UUID run, @QueryParam("key") List<String> keys) {
        List<String> names = keys.stream().map(k -> Names.metric("key", k)).toList();
        mustExist(run);
        StreamingOutput rows = out -> {
            Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            csv.write(run, names, text);
        };
        return Response.ok(rows, "text/csv; charset=utf-8; header=present")
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"metrics-" + run + ".csv\"")
                .build();
    }

    private static boolean flag(String field, @Nullable String text) {
        if (text == null || text.equals("false")) {
            return false;
        }
        if (text.equals("true")) {
            return true;
        }
        throw Problem.invalid("WRONG_TYPE", field, text, "must be true or false", null);
    }

    private void mustExist(UUID run) {
        if (statements
                .row("select 1 from run where id = ?", r -> r.getInt(1), run)
                .isEmpty()) {
            throw Problem.notFound("run", run);
        }
    }
}
