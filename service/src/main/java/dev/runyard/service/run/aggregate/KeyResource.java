package dev.runyard.service.run.aggregate;

import dev.runyard.service.auth.Role;
import dev.runyard.service.run.list.RunChoice;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What runs can be shown, filtered, sorted and grouped by. */
@Path("/api/v1/keys")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class KeyResource {
    private final KeyCatalogue catalogue;

    public KeyResource(KeyCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** Parameters and metrics that the runs have, as of a few seconds ago. */
    @GET
    public KeysView keys(
            @QueryParam("experiment") @Nullable String experiment,
            @QueryParam("sweep") @Nullable String sweep,
            @QueryParam("state") @Nullable String state,
            @QueryParam("filter") List<String> filter,
            @QueryParam("archived") @Nullable String archived,
            @QueryParam("deleted") @Nullable String deleted) {
        return catalogue.of(new RunChoice.Ask(experiment, sweep, state, filter, archived, deleted));
    }
}
