package dev.runyard.service.mlflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.auth.Role;
import dev.runyard.spec.json.Json;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Models by MLflow's protocol: there are none, which its clients have to be told. */
@Path("/api/2.0/mlflow/logged-models")
@Tag(name = "mlflow")
public class MlflowModelResource {
    /** Clients of MLflow 3 look for a run's models whenever they list its files; here models are files, and none is registered. */
    @POST
    @Path("/search")
    @RolesAllowed({Role.PERSON, Role.ATTEMPT})
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    public ObjectNode models(byte[] body) {
        Wire.body(body);
        ObjectNode none = Json.mapper().createObjectNode();
        none.putArray("models");
        return none;
    }
}
