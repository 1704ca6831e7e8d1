package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Role;
import dev.runyard.service.blob.ClientFiles;
import dev.runyard.service.blob.Download;
import dev.runyard.service.blob.Stored;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.client.ClientRuns;
import dev.runyard.spec.json.Json;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Files by MLflow's protocol: {@code {experiment}/{run}/artifacts/{path}}, of which the run alone says whose it is. */
@Path("/")
@Blocking
@Tag(name = "mlflow")
public class MlflowArtifactResource {
    /** Bytes of a file that MLflow's page and some loggers send beside the file proxy. */
    private static final int MOST_BESIDE = 10 << 20;

    private final ClientFiles files;
    private final ClientRuns runs;
    private final Scope scope;
    private final Asking asking;
    private final Statements statements;

    MlflowArtifactResource(ClientFiles files, ClientRuns runs, Scope scope, Asking asking, Statements statements) {
        this.files = files;
        this.runs = runs;
        this.scope = scope;
        this.asking = asking;
        this.statements = statements;
    }

    /** A path of a client's, taken apart. */
    private record Place(UUID run, String path) {
        /** @throws Problem 400, 404 */
        static Place of(String given) {
            String[] parts = ClientFiles.path(given).split("/", 4);
            if (parts.length < 3 || !parts[2].equals("artifacts")) {
                throw Problem.of(
                        404,
                        "RESOURCE_DOES_NOT_EXIST",
                        "Files are kept with runs, as EXPERIMENT/RUN/artifacts/PATH; there is no " + Wire.shown(given)
                                + ".");
            }
            return new Place(Wire.run(parts[1]), parts.length < 4 ? "" : parts[3]);
        }
    }

    @GET
    @Path("api/2.0/mlflow/artifacts/list")
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode list(@Context UriInfo uri) {
        Wire message = Wire.query(uri);
        UUID run = message.run();
        String path = ClientFiles.path(message.textOrEmpty("path"));
        String root = root(run);
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("root_uri", root);
        entries(answer.putArray("files"), files.list(run, path), path.isEmpty() ? "" : path + "/");
        return answer;
    }

    /** By names within the folder, as the client of the file proxy expects it. */
    @GET
    @Path("api/2.0/mlflow-artifacts/artifacts")
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode proxied(@Context UriInfo uri) {
        Place place = Place.of(Wire.query(uri).text("path"));
        root(place.run());
        ObjectNode answer = Json.mapper().createObjectNode();
        entries(answer.putArray("files"), files.list(place.run(), place.path()), "");
        return answer;
    }

    @PUT
    @Path("api/2.0/mlflow-artifacts/artifacts/{path:.+}")
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode put(@PathParam("path") String given, InputStream body) {
        Place place = Place.of(given);
        if (place.path().isEmpty()) {
            throw Wire.invalid("Invalid path");
        }
        return keep(place, body);
    }

    /** As MLflow's page sends one: run and path in the query, the file as the body. */
    @POST
    @Path("api/2.0/mlflow/upload-artifact")
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode upload(@Context UriInfo uri, @Context HttpHeaders headers, InputStream body) {
        Wire message = Wire.query(uri);
        String run = message.textOrEmpty("run_uuid");
        if (run.isEmpty()) {
            throw Wire.invalid("Request must specify run_uuid.");
        }
        String path = message.textOrEmpty("path");
        if (path.isEmpty()) {
            throw Wire.invalid("Request must specify path.");
        }
        String named = ClientFiles.path(path);
        if (named.isEmpty()) {
            throw Wire.invalid("Invalid path");
        }
        // It streams: what it has is known from its head, and nothing is read for whoever may not write there.
        if (headers.getHeaderString("Transfer-Encoding") != null) {
            throw Problem.of(411, "LENGTH_REQUIRED", "Send the body with a Content-Length.");
        }
        String length = headers.getHeaderString(HttpHeaders.CONTENT_LENGTH);
        if (length == null || length.equals("0")) {
            throw Wire.invalid("Request must specify data.");
        }
        if (length.length() > 12 || Long.parseLong(length) > MOST_BESIDE) {
            throw Wire.invalid("Artifact size is too large. Max size is 10MB.");
        }
        return keep(new Place(Wire.run(run), named), body);
    }

    private ObjectNode keep(Place place, InputStream body) {
        ClientRuns.Kept run = runs.writable(place.run(), scope.caller());
        // A new blob is nobody's until the run has it.
        asking.asLab(() -> {
            try {
                files.put(run.id(), run.attempt(), place.path(), body, run.by());
                return run.id();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return Json.mapper().createObjectNode();
    }

    @GET
    @Path("api/2.0/mlflow-artifacts/artifacts/{path:.+}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public Response get(@PathParam("path") String given, @Context HttpHeaders asked) throws IOException {
        return download(Place.of(given), "attachment", asked);
    }

    /** As MLflow's page asks for one: run and path in the query. */
    @GET
    @Path("get-artifact")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public Response beside(@Context UriInfo uri, @Context HttpHeaders asked) throws IOException {
        Wire message = Wire.query(uri);
        Place place = new Place(message.run(), ClientFiles.path(message.text("path")));
        String name = place.path().substring(place.path().lastIndexOf('/') + 1);
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        return download(place, "attachment; filename*=UTF-8''" + encoded, asked);
    }

    private Response download(Place place, String disposition, HttpHeaders asked) throws IOException {
        root(place.run());
        Stored found = files.find(place.run(), place.path())
                .orElseThrow(() -> Problem.of(
                        404,
                        "RESOURCE_DOES_NOT_EXIST",
                        "There is no file " + Wire.shown(place.path()) + " of run " + place.run() + "."));
        return Download.of(found, asked)
                .header(HttpHeaders.CONTENT_DISPOSITION, disposition)
                .header("Content-Security-Policy", "sandbox; default-src 'none'")
                .build();
    }

    @DELETE
    @Path("api/2.0/mlflow-artifacts/artifacts/{path:.+}")
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode delete(@PathParam("path") String given) {
        Place place = Place.of(given);
        ClientRuns.Kept run = runs.writable(place.run(), scope.caller());
        asking.asLab(() -> files.delete(run.id(), place.path(), run.by()));
        return Json.mapper().createObjectNode();
    }

    /** @param prefix of the names in the answer */
    static void entries(ArrayNode into, List<ClientFiles.Entry> entries, String prefix) {
        for (ClientFiles.Entry entry : entries) {
            ObjectNode file = into.addObject();
            file.put("path", prefix + entry.name());
            file.put("is_dir", entry.size() == null);
            if (entry.size() != null) {
                file.put("file_size", entry.size());
            }
        }
    }

    /** @throws Problem 404, 403 */
    private String root(UUID run) {
        scope.sees(run);
        return statements
                .row(
                        "select experiment_id from run where id = ?",
                        r -> "mlflow-artifacts:/" + r.getString(1) + "/" + run + "/artifacts",
                        run)
                .orElseThrow(() -> ClientRuns.missing(run.toString()));
    }
}
