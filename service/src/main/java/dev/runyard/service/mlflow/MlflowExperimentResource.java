package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Role;
import dev.runyard.service.experiment.ExperimentDesk;
import dev.runyard.service.experiment.Patch;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.json.Json;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Experiments by MLflow's protocol. */
@Path("/api/2.0/mlflow/experiments")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.WILDCARD)
@Blocking
@Tag(name = "mlflow")
public class MlflowExperimentResource {
    /** Experiments whose data sets are asked for. */
    private static final int AT_ONCE = 20;

    private final MlflowExperiments experiments;
    private final MlflowSearch search;
    private final ExperimentDesk desk;
    private final Scope scope;

    MlflowExperimentResource(MlflowExperiments experiments, MlflowSearch search, ExperimentDesk desk, Scope scope) {
        this.experiments = experiments;
        this.search = search;
        this.desk = desk;
        this.scope = scope;
    }

    @POST
    @Path("/create")
    @RolesAllowed({Role.RESEARCHER, Role.ATTEMPT})
    public ObjectNode create(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Wire message = Wire.body(body);
        String name = message.key("name");
        // The lab keeps files where it does, whatever a client says; that it says so in a text is looked at as MLflow
        // does.
        message.textOrNull("artifact_location");
        ObjectNode tags = MlflowRuns.tags(message.list("tags"));
        String id = scope.home()
                .map(home -> home.place().experiment().toString())
                .orElseGet(() -> experiments.create(name, tags, Given.who(user)).wireId());
        return Json.mapper().createObjectNode().put("experiment_id", id);
    }

    @GET
    @Path("/get")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode get(@Context UriInfo uri, @HeaderParam("X-Runyard-User") @Nullable String user) {
        String id = Wire.query(uri).text("experiment_id");
        return answer(own().orElseGet(() -> experiments.byId(id, Given.who(user))));
    }

    @GET
    @Path("/get-by-name")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode byName(@Context UriInfo uri, @HeaderParam("X-Runyard-User") @Nullable String user) {
        String name = Wire.query(uri).text("experiment_name");
        return answer(own().orElseGet(() -> experiments.byName(name, Given.who(user))));
    }

    @POST
    @Path("/search")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode search(byte[] body) {
        return found(Wire.body(body));
    }

    @GET
    @Path("/search")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode search(@Context UriInfo uri) {
        return found(Wire.query(uri));
    }

    /** The data sets that runs of these experiments read. */
    @POST
    @Path("/search-datasets")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    public ObjectNode datasets(byte[] body) {
        List<String> asked = Wire.body(body).texts("experiment_ids");
        if (asked.isEmpty()) {
            throw Wire.invalid("SearchDatasets request must specify at least one experiment_id.");
        }
        if (asked.size() > AT_ONCE) {
            throw Wire.invalid("SearchDatasets request cannot specify more than " + AT_ONCE
                    + " experiment_ids. Received " + asked.size() + " experiment_ids.");
        }
        return search.datasets(asked, scope.home().orElse(null));
    }

    @POST
    @Path("/delete")
    @RolesAllowed(Role.RESEARCHER)
    public ObjectNode delete(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        MlflowExperiments.Row row = experiments.byId(Wire.body(body).text("experiment_id"), Given.who(user));
        if (row.deletedAt() != null) {
            throw Problem.of(404, "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=" + row.wireId() + " exists");
        }
        desk.delete(row.id(), Given.who(user));
        return Json.mapper().createObjectNode();
    }

    @POST
    @Path("/restore")
    @RolesAllowed(Role.RESEARCHER)
    public ObjectNode restore(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        MlflowExperiments.Row row = experiments.byId(Wire.body(body).text("experiment_id"), Given.who(user));
        desk.restore(row.id(), Given.who(user));
        return Json.mapper().createObjectNode();
    }

    @POST
    @Path("/update")
    @RolesAllowed(Role.RESEARCHER)
    public ObjectNode update(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Wire message = Wire.body(body);
        MlflowExperiments.Row row = active(message, user);
        String name = message.textOrNull("new_name");
        if (name != null) {
            try {
                desk.change(
                        row.id(),
                        new Patch(message.key("new_name"), null, null, null, null, null, null),
                        Given.who(user));
            } catch (Problem e) {
                if ("NAME_TAKEN".equals(e.body().code())) {
                    throw Problem.of(400, "RESOURCE_ALREADY_EXISTS", e.body().detail());
                }
                throw e;
            }
        }
        return Json.mapper().createObjectNode();
    }

    @POST
    @Path("/set-experiment-tag")
    @RolesAllowed(Role.RESEARCHER)
    public ObjectNode tag(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Wire message = Wire.body(body);
        String key = message.key("key");
        String value = message.textOrEmpty("value");
        if (value.length() > MlflowRuns.Limits.EXPERIMENT_TAG) {
            throw Wire.invalid(
                    "Tag value exceeds the maximum length of " + MlflowRuns.Limits.EXPERIMENT_TAG + " characters");
        }
        experiments.tag(active(message, user).id(), key, value, Given.who(user));
        return Json.mapper().createObjectNode();
    }

    @POST
    @Path("/delete-experiment-tag")
    @RolesAllowed(Role.RESEARCHER)
    public ObjectNode untag(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Wire message = Wire.body(body);
        String key = message.key("key");
        MlflowExperiments.Row row = active(message, user);
        if (!experiments.tag(row.id(), key, null, Given.who(user))) {
            throw Problem.of(
                    404,
                    "RESOURCE_DOES_NOT_EXIST",
                    "No tag with name: " + key + " in experiment with id " + row.wireId());
        }
        return Json.mapper().createObjectNode();
    }

    private MlflowExperiments.Row active(Wire message, @Nullable String user) {
        MlflowExperiments.Row row = experiments.byId(message.text("experiment_id"), Given.who(user));
        if (row.deletedAt() != null) {
            throw Wire.invalid(
                    "The experiment " + row.wireId() + " must be in the 'active' state. Current state is deleted.");
        }
        return row;
    }

    private java.util.Optional<MlflowExperiments.Row> own() {
        return scope.home().flatMap(home -> experiments.byUuid(home.place().experiment()));
    }

    private ObjectNode found(Wire message) {
        return search.experiments(message, own().map(MlflowExperiments.Row::id).orElse(null));
    }

    private static ObjectNode answer(MlflowExperiments.Row row) {
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.set("experiment", row.json());
        return answer;
    }
}
