package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Role;
import dev.runyard.spec.json.Json;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What MLflow's clients ask of a server before they use it. */
@Path("/")
@Tag(name = "mlflow")
public class MlflowProbeResource {
    /** Of MLflow, whose protocol is spoken: clients choose by it what they try. */
    static final String SPOKEN = "2.22.2";

    @GET
    @Path("version")
    @PermitAll
    @Produces(MediaType.TEXT_PLAIN)
    public String version() {
        return SPOKEN;
    }

    @GET
    @Path("health")
    @PermitAll
    @Produces(MediaType.TEXT_PLAIN)
    public String health() {
        return "OK";
    }

    @GET
    @Path("api/3.0/mlflow/server-info")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    @Produces(MediaType.APPLICATION_JSON)
    public ObjectNode info() {
        return Json.mapper()
                .createObjectNode()
                .put("store_type", "SqlStore")
                .put("artifact_serving_enabled", true)
                .put("multipart_uploads_enabled", false)
                .put("multipart_downloads_enabled", false)
                .put("workspaces_enabled", false);
    }
}
