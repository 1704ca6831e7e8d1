package dev.runyard.service.experiment;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.auth.Role;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.json.Json;
import io.quarkus.panache.common.Sort;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
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
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Views that the lab shares: a page's address under a name. */
@Path("/api/v1/views")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.PERSON)
public class ViewResource {
    private static final int MOST = 1_000;
    private static final int LONGEST_PAGE = 50;
    private static final int LONGEST_ADDRESS = 16_384;

    private final Experiments experiments;

    public ViewResource(Experiments experiments) {
        this.experiments = experiments;
    }

    /**
     * @param page where it is shown: runs, sweep, …
     * @param experiment that it is of; left out: of all
     * @param address what stands behind the {@code ?} of the page's address
     * @param first whether the page opens the experiment with it; the one that did so before no longer does
     */
    @Schema(name = "SavedViewAsk")
    public record Ask(
            String name,
            String page,
            @Nullable String experiment,
            String address,
            @Nullable Boolean first) {
        public Ask {
            Given.label("name", Defaults.required("name", name));
            if (!Defaults.required("page", page).matches("[a-z][a-z0-9/-]{0," + (LONGEST_PAGE - 1) + "}")) {
                throw Problem.invalid("BAD_NAME", "page", page, "must be a page's path in small letters", null);
            }
            if (experiment != null) {
                Given.label("experiment", experiment);
            }
            boolean fits =
                    Defaults.required("address", address).getBytes(StandardCharsets.UTF_8).length <= LONGEST_ADDRESS
                            && address.chars().noneMatch(c -> c < 0x20);
            if (!fits) {
                throw Problem.invalid(
                        "OUT_OF_RANGE",
                        "address",
                        address,
                        "must be one line of at most " + LONGEST_ADDRESS + " bytes",
                        null);
            }
        }
    }

    /** A view as shown. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "SavedViewShown")
    public record Shown(
            UUID id,
            String name,
            String page,
            @Nullable String experiment,
            String address,
            boolean first,
            String createdBy,
            Instant createdAt,
            Instant changedAt) {
        Shown(SavedView v) {
            this(v.id, v.name, v.page, v.experiment, v.address, v.first, v.createdBy, v.createdAt, v.changedAt);
        }
    }

    /** By name. */
    @GET
    public List<Shown> views(@QueryParam("page") @Nullable String page) {
        return SavedView.<SavedView>listAll(Sort.by("name").and("id")).stream()
                .filter(view -> page == null || page.isEmpty() || view.page.equals(page))
                .map(Shown::new)
                .toList();
    }

    @POST
    @RolesAllowed(Role.RESEARCHER)
    @Transactional
    @RequestBody(content = @Content(schema = @Schema(implementation = Ask.class)), required = true)
    @APIResponse(
            responseCode = "201",
            description = "kept",
            content = @Content(schema = @Schema(implementation = Shown.class)))
    public Response make(byte[] body, @HeaderParam("X-Runyard-User") @Nullable String user) {
        Ask ask = Json.read(body, Ask.class);
        if (SavedView.count() >= MOST) {
            throw Problem.of(409, "TOO_MANY", "There are " + MOST + " views already; delete some.");
        }
        UUID project = experiments.project();
        free(project, ask, null);
        SavedView view = new SavedView(project, Given.who(user));
        makeRoom(project, ask);
        set(view, ask);
        view.persistAndFlush();
        return Response.created(URI.create("/api/v1/views/" + view.id))
                .entity(new Shown(view))
                .build();
    }

    @PUT
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}")
    @Transactional
    @RequestBody(content = @Content(schema = @Schema(implementation = Ask.class)), required = true)
    public Shown change(@PathParam("id") String id, byte[] body) {
        Ask ask = Json.read(body, Ask.class);
        SavedView view = known(id);
        free(view.project, ask, view.id);
        makeRoom(view.project, ask);
        set(view, ask);
        view.changedAt = Instant.now();
        return new Shown(view);
    }

    @DELETE
    @RolesAllowed(Role.RESEARCHER)
    @Path("/{id}")
    @Transactional
    public void delete(@PathParam("id") String id) {
        known(id).delete();
    }

    private static void set(SavedView view, Ask ask) {
        view.name = ask.name();
        view.page = ask.page();
        view.experiment = ask.experiment();
        view.address = ask.address();
        view.first = Boolean.TRUE.equals(ask.first());
    }

    /** One view alone is the first. */
    private static void makeRoom(UUID project, Ask ask) {
        if (Boolean.TRUE.equals(ask.first())) {
            SavedView.update(
                    "first = false where page = ?1 and coalesce(experiment, '') = ?2 and first and project = ?3",
                    ask.page(),
                    ask.experiment() == null ? "" : ask.experiment(),
                    project);
        }
    }

    /** The index behind it is what holds; this says why. */
    private static void free(UUID project, Ask ask, @Nullable UUID own) {
        boolean taken =
                SavedView.<SavedView>find("page = ?1 and name = ?2 and project = ?3", ask.page(), ask.name(), project)
                        .stream()
                        .anyMatch(v -> !v.id.equals(own) && java.util.Objects.equals(v.experiment, ask.experiment()));
        if (taken) {
            throw Problem.of(409, "NAME_TAKEN", "There is a view named " + ask.name() + " on this page already.");
        }
    }

    private static SavedView known(String id) {
        SavedView view = SavedView.findById(Given.id("view", id));
        if (view == null) {
            throw Problem.notFound("view", id);
        }
        return view;
    }
}
