package dev.runyard.service.metric.series;

import dev.runyard.service.auth.Role;
import dev.runyard.spec.json.Json;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;

/** Many curves in one request. */
@Path("/api/v1/metrics/series")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class SeriesResource {
    private final MetricSeries series;

    public SeriesResource(MetricSeries series) {
        this.series = series;
    }

    /** Reads; a request of its own because the pairs are too many for an address. With {@code since} only what came after. */
    @POST
    @RequestBody(content = @Content(schema = @Schema(implementation = SeriesAsk.class)), required = true)
    public SeriesView series(byte[] body) {
        return series.read(Json.read(body, SeriesAsk.class));
    }
}
