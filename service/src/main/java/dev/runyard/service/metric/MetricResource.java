package dev.runyard.service.metric;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Role;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.metric.MetricBatch;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Metric points in, their summaries out. Made at start, so that its meters are there before the first batch: an alert on a meter that is missing never fires. */
@Startup
@Path("/api/v1/runs/{id}")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "metrics")
@RolesAllowed(Role.PERSON)
public class MetricResource {
    private final Timer batches;
    private final Counter points;
    private final MetricLedger ledger;
    private final MetricSummaries summaries;
    private final SecurityIdentity identity;
    private final Statements statements;

    MetricResource(
            MetricLedger ledger,
            MetricSummaries summaries,
            SecurityIdentity identity,
            Statements statements,
            MeterRegistry meters) {
        this.batches = Timer.builder("runyard.ingest.batches")
                .description("Batches of points that were stored")
                .register(meters);
        this.points = Counter.builder("runyard.ingest.points")
                .description("Points that were stored")
                .register(meters);
        this.ledger = ledger;
        this.summaries = summaries;
        this.identity = identity;
        this.statements = statements;
    }

    /** @param stored how many points were new */
    public record StoredView(int stored) {}

    /** The metrics that a run has. */
    public record MetricsView(List<KeyView> keys) {}

    /** One metric and its summary. */
    public record KeyView(String key, @JsonUnwrapped SummaryView summary) {}

    @POST
    @RolesAllowed(Role.ATTEMPT)
    @Path("/metrics")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Store a batch of points", description = "At most 1,000 points and 1 MiB; repeatable.")
    @RequestBody(content = @Content(schema = @Schema(implementation = MetricBatch.class)), required = true)
    public StoredView store(@PathParam("id") UUID run, InputStream body) throws IOException {
        PointBatch batch = MetricBatchReader.read(body);
        Caller caller = Caller.of(identity);
        caller.owns(caller.equals(new Caller.Attempt(run, batch.attempt())));
        int stored = batches.record(() -> ledger.store(run, batch));
        points.increment(stored);
        return new StoredView(stored);
    }

    @GET
    @Path("/metrics")
    @Operation(summary = "The metrics of a run with their summaries")
    public MetricsView metrics(@PathParam("id") UUID run) {
        mustExist(run);
        return new MetricsView(summaries.of(run).entrySet().stream()
                .map(e -> new KeyView(e.getKey(), e.getValue()))
                .toList());
    }

    private void mustExist(UUID run) {
        if (statements
                .row("select 1 from run where id = ?", r -> r.getInt(1), run)
                .isEmpty()) {
            throw Problem.notFound("run", run);
        }
    }
}
