package dev.runyard.service.result;

import dev.runyard.service.auth.Role;
import dev.runyard.service.blob.Artifacts;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What a run left, to look at. A file is shown only as what its own bytes say that it is; nothing in one can run. */
@Path("/api/v1/runs/{id}/artifacts/{sha256}")
@Blocking
@Tag(name = "artifacts")
@RolesAllowed(Role.PERSON)
public class ArtifactResource {
    /** Bytes of a picture or a table that is shown. */
    private static final long MOST_BYTES = 32L << 20;

    private static final int MOST_ROWS = 1_000;

    private final Artifacts artifacts;

    ArtifactResource(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    @GET
    @Path("/picture")
    @Produces({"image/png", "image/svg+xml"})
    @Operation(summary = "A picture among a run's files", description = "PNG or SVG, at most 32 MiB.")
    public Response picture(@PathParam("id") String id, @PathParam("sha256") String sha256) throws IOException {
        Artifacts.View file = file(id, sha256);
        byte[] bytes = bytes(file);
        String type = PictureKind.of(bytes)
                .orElseThrow(() -> Problem.invalid(
                        415,
                        "NOT_A_PICTURE",
                        "sha256",
                        file.name(),
                        "is neither PNG nor SVG",
                        "save the file instead"));
        return ShownPicture.of(bytes, type, file.name());
    }

    /**
     * @param columns names, from the first line
     * @param rows as many cells each as there are columns; what is missing is empty
     * @param total rows of the table
     */
    public record TableView(List<String> columns, List<List<String>> rows, int total) {}

    @GET
    @Path("/table")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "Rows of a CSV file among a run's files", description = "At most 1,000 at once.")
    public TableView table(
            @PathParam("id") String id,
            @PathParam("sha256") String sha256,
            @QueryParam("offset") @Nullable String offset,
            @QueryParam("limit") @Nullable String limit)
            throws IOException {
        Artifacts.View file = file(id, sha256);
        int from = (int) Given.number("offset", offset, 0, 0, Integer.MAX_VALUE);
        int most = (int) Given.number("limit", limit, 100, 1, MOST_ROWS);
        try (InputStream in = artifacts.open(file.sha256());
                BufferedReader text = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return CsvTable.read(text, from, most);
        } catch (CsvTable.Malformed e) {
            throw Problem.invalid(
                    415, "NOT_A_TABLE", "sha256", file.name(), String.valueOf(e.getMessage()), "save the file instead");
        }
    }

    private Artifacts.View file(String id, String sha256) {
        UUID run = Given.id("run", id);
        Artifacts.View file = artifacts.one(run, sha256);
        if (file.size() > MOST_BYTES) {
            throw Problem.invalid(
                    413,
                    "TOO_LARGE",
                    "sha256",
                    file.name(),
                    "has " + file.size() + " bytes, more than the " + MOST_BYTES + " that are shown",
                    "save the file instead");
        }
        return file;
    }

    private byte[] bytes(Artifacts.View file) throws IOException {
        try (InputStream in = artifacts.open(file.sha256())) {
            return in.readAllBytes();
        }
    }
}
