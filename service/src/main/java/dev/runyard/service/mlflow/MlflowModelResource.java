package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Role;
import dev.runyard.service.blob.ClientFiles;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.client.ClientRuns;
import dev.runyard.spec.json.Json;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Models by the protocol of MLflow 3, which its clients speak when a program logs one; a registry there is none. */
@Path("/api/2.0/mlflow/logged-models")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.WILDCARD)
@Blocking
@Tag(name = "mlflow")
public class MlflowModelResource {
    private static final int FOUND = 100;
    private static final int MOST_FOUND = 1_000;
    private static final Pattern EQUAL = Pattern.compile("(?:attributes\\.)?(\\w+)\\s*=\\s*['\"]([^'\"]*)['\"]");

    private final MlflowModels models;
    private final MlflowSearch search;
    private final ClientRuns runs;
    private final Scope scope;
    private final ClientFiles files;

    MlflowModelResource(MlflowModels models, MlflowSearch search, ClientRuns runs, Scope scope, ClientFiles files) {
        this.files = files;
        this.models = models;
        this.search = search;
        this.runs = runs;
        this.scope = scope;
    }

    @POST
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode create(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Wire message = Wire.body(body);
        String source = message.textOrEmpty("source_run_id");
        if (source.isEmpty()) {
            throw Wire.invalid(
                    "Missing value for required parameter 'source_run_id': models are kept with the run that made"
                            + " them; log it inside a run.");
        }
        ClientRuns.Kept run = runs.writable(Wire.run(source), scope.caller());
        String id = "m-" + UUID.randomUUID().toString().replace("-", "");
        String name = message.textOrEmpty("name").isEmpty() ? RandomName.next() : message.key("name");
        return answer(models.create(
                run,
                id,
                name,
                message.textOrEmpty("model_type").isEmpty() ? null : message.key("model_type"),
                pairs(message, "params"),
                pairs(message, "tags"),
                Given.who(user)));
    }

    @GET
    @Path("/{id}")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode get(@PathParam("id") String id) {
        MlflowModels.Model model = models.one(id);
        scope.sees(model.run());
        return answer(model);
    }

    /** The files of one, by their paths below it. */
    @GET
    @Path("/{id}/artifacts/directories")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode files(@PathParam("id") String id, @Context UriInfo uri) {
        MlflowModels.Model model = models.one(id);
        scope.sees(model.run());
        String path = ClientFiles.path(Wire.query(uri).textOrEmpty("artifact_directory_path"));
        String below = path.isEmpty() ? "" : "/" + path;
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.set("root_uri", model.json().at("/info/artifact_uri"));
        MlflowArtifactResource.entries(
                answer.putArray("files"),
                files.list(model.run(), MlflowModels.folder(id) + below),
                path.isEmpty() ? "" : path + "/");
        return answer;
    }

    /** That all of it is there, or that it failed. */
    @PATCH
    @Path("/{id}")
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode complete(@PathParam("id") String id, byte[] body) {
        Wire message = Wire.body(body);
        ClientRuns.Kept run = writable(id);
        String status = message.text("status");
        models.status(
                run,
                id,
                switch (status) {
                    case "LOGGED_MODEL_READY" -> "READY";
                    case "LOGGED_MODEL_UPLOAD_FAILED" -> "FAILED";
                    case "LOGGED_MODEL_PENDING" -> "PENDING";
                    default ->
                        throw Wire.invalid("Invalid value \"" + Wire.shown(status)
                                + "\" for parameter 'status' supplied: it is none of LOGGED_MODEL_READY,"
                                + " LOGGED_MODEL_PENDING, LOGGED_MODEL_UPLOAD_FAILED");
                });
        return answer(models.one(id));
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode delete(@PathParam("id") String id) {
        models.delete(writable(id), id);
        return Json.mapper().createObjectNode();
    }

    @PATCH
    @Path("/{id}/tags")
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode tag(@PathParam("id") String id, byte[] body) {
        ObjectNode tags = pairs(Wire.body(body), "tags");
        models.tag(writable(id), id, tags);
        return answer(models.one(id));
    }

    @DELETE
    @Path("/{id}/tags/{name}")
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode untag(@PathParam("id") String id, @PathParam("name") String tag) {
        if (!models.untag(writable(id), id, tag)) {
            throw Problem.of(
                    404, "RESOURCE_DOES_NOT_EXIST", "No tag with name: " + Wire.shown(tag) + " in model with id " + id);
        }
        return Json.mapper().createObjectNode();
    }

    @POST
    @Path("/{id}/params")
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode params(@PathParam("id") String id, byte[] body) {
        ObjectNode params = pairs(Wire.body(body), "params");
        models.params(writable(id), id, params);
        return Json.mapper().createObjectNode();
    }

    /** By experiments, and by what clients ask for to find a run's models: names that are equal. */
    @POST
    @Path("/search")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode search(byte[] body) {
        Wire message = Wire.body(body);
        SortedMap<String, String> equals = equals(message.textOrEmpty("filter").strip());
        scope.home().ifPresent(home -> equals.put("source_run_id", home.run().toString()));
        int most = message.most("max_results", FOUND, MOST_FOUND);
        int offset = MlflowSearch.offset(message.textOrNull("page_token"));
        List<UUID> among = scope.home()
                .map(home -> List.of(home.place().experiment()))
                .orElseGet(() -> search.ids(message.texts("experiment_ids")));
        List<MlflowModels.Model> found = models.of(among, equals, most, offset);
        ObjectNode answer = Json.mapper().createObjectNode();
        ArrayNode page = answer.putArray("models");
        found.stream().limit(most).forEach(model -> page.add(model.json()));
        if (found.size() > most) {
            answer.put("next_page_token", MlflowSearch.token(offset + most));
        }
        return answer;
    }

    /** What a filter says that is nothing but equalities of names that a model has. */
    private static SortedMap<String, String> equals(String filter) {
        SortedMap<String, String> equals = new TreeMap<>();
        for (String part : filter.isEmpty() ? new String[0] : filter.split("(?i)\\s+and\\s+")) {
            Matcher read = EQUAL.matcher(part.strip());
            if (!read.matches() || !MlflowModels.COLUMNS.containsKey(read.group(1))) {
                throw Wire.invalid("Invalid filter '" + Wire.shown(filter) + "': logged models are found by "
                        + String.join(", ", MlflowModels.COLUMNS.keySet()) + ", each = '…' and joined by AND.");
            }
            UUID id = read.group(1).equals("source_run_id") ? Wire.id(read.group(2)) : null;
            equals.put(read.group(1), id == null ? read.group(2) : id.toString());
        }
        return equals;
    }

    private static ObjectNode pairs(Wire message, String name) {
        return MlflowRuns.tags(MlflowLogResource.few(name, message.list(name), MlflowRuns.Limits.BATCH_TAGS));
    }

    private ClientRuns.Kept writable(String id) {
        return runs.writable(models.one(id).run(), scope.caller());
    }

    private static ObjectNode answer(MlflowModels.Model model) {
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.set("model", model.json());
        return answer;
    }
}
