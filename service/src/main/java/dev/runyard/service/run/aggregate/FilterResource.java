package dev.runyard.service.run.aggregate;

import dev.runyard.service.auth.Role;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.list.RunChoice;
import dev.runyard.service.run.list.RunFilter;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Helps whoever types a filter. */
@Path("/api/v1/runs/filter/complete")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class FilterResource {
    private final KeyCatalogue catalogue;

    public FilterResource(KeyCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** How the filter may go on at a place, and what of it a choice takes the place of. */
    @GET
    public FilterCompletion complete(
            @QueryParam("text") @Nullable String text,
            @QueryParam("at") @Nullable String at,
            @QueryParam("experiment") @Nullable String experiment,
            @QueryParam("sweep") @Nullable String sweep) {
        String typed = text == null ? "" : text;
        if (typed.length() > RunFilter.LENGTH) {
            throw Problem.invalid(
                    "BAD_FILTER", "text", typed, "must have at most " + RunFilter.LENGTH + " characters", null);
        }
        int place = (int) Given.number("at", at, typed.length(), 0, typed.length());
        return FilterCompletion.of(typed, place, catalogue.of(new RunChoice.Ask(experiment, sweep, null, List.of())));
    }
}
