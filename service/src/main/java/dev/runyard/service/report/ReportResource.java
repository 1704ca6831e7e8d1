package dev.runyard.service.report;

import dev.runyard.service.auth.Role;
import dev.runyard.service.http.Given;
import dev.runyard.service.report.ReportViews.FrozenShown;
import dev.runyard.service.report.ReportViews.Listed;
import dev.runyard.service.report.ReportViews.Shown;
import dev.runyard.service.report.ReportViews.Written;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.table.ReportSpec;
import dev.runyard.spec.table.ReportTable;
import dev.runyard.spec.table.TableFormat;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Reports: definitions, their tables live and frozen, and these as text. */
@Path("/api/v1/reports")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class ReportResource {
    private final Reports reports;
    private final ReportFigures figures;

    ReportResource(Reports reports, ReportFigures figures) {
        this.reports = reports;
        this.figures = figures;
    }

    /** The newest change first; at most 1,000. */
    @GET
    public List<Listed> all() {
        return reports.all();
    }

    @POST
    @RolesAllowed(Role.RESEARCHER)
    @RequestBody(content = @Content(schema = @Schema(implementation = Written.class)), required = true)
    @APIResponse(
            responseCode = "201",
            description = "kept",
            content = @Content(schema = @Schema(implementation = Shown.class)))
    public Response make(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Shown made = reports.make(Json.read(body, Written.class), Given.who(user));
        return Response.created(URI.create("/api/v1/reports/" + made.id()))
                .entity(made)
                .build();
    }

    /** The table of a definition that nobody keeps. */
    @POST
    @Path("/preview")
    @RequestBody(content = @Content(schema = @Schema(implementation = Written.class)), required = true)
    public ReportTable preview(byte[] body) {
        return figures.table(ReportSpec.read(Json.read(body, Written.class).text()));
    }

    @GET
    @Path("/{id}")
    public Shown one(@PathParam("id") String id) {
        return reports.one(id);
    }

    /** Makes another version. */
    @PUT
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}")
    @RequestBody(content = @Content(schema = @Schema(implementation = Written.class)), required = true)
    public Shown change(@PathParam("id") String id, byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        return reports.change(id, Json.read(body, Written.class), Given.who(user));
    }

    @DELETE
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}")
    public void delete(@PathParam("id") String id) {
        reports.delete(id);
    }

    /** As of now, of the newest version. */
    @GET
    @Path("/{id}/table")
    public ReportTable table(@PathParam("id") String id) {
        return reports.live(id);
    }

    /** As a text to download: markdown, csv or latex; live, or what was frozen under a hash. */
    @GET
    @Path("/{id}/export")
    @Produces({"text/markdown", "text/csv", "application/x-tex"})
    public Response export(
            @PathParam("id") String id,
            @QueryParam("format") @Nullable String format,
            @QueryParam("frozen") @Nullable String frozen) {
        TableFormat as = TableFormat.of(format);
        String kept = Given.text(frozen);
        ReportSpec spec = kept == null ? reports.spec(id) : reports.frozenSpec(id, kept);
        ReportTable table =
                kept == null ? figures.table(spec) : reports.frozen(id, kept).table();
        return Response.ok(as.write(table, spec), as.type + "; charset=utf-8")
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"report." + as.ending + "\"")
                .build();
    }

    /** Keeps the table as it is now, with its run ids and values. */
    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}/freeze")
    @Consumes(MediaType.WILDCARD)
    public FrozenShown freeze(@PathParam("id") String id, @HeaderParam("X-Runyard-User") @Nullable String user) {
        return reports.freeze(id, Given.who(user));
    }

    @GET
    @Path("/{id}/frozen/{sha256}")
    public FrozenShown frozen(@PathParam("id") String id, @PathParam("sha256") String content) {
        return reports.frozen(id, content);
    }

    @DELETE
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}/frozen/{sha256}")
    public void thaw(@PathParam("id") String id, @PathParam("sha256") String content) {
        reports.thaw(id, content);
    }
}
