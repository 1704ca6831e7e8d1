package dev.runyard.service.place;

import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Role;
import dev.runyard.service.blob.Senders;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Names;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.Needs;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Data sets and weights that hosts can fetch by name. */
@Path("/api/v1/places")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "artifacts")
@RolesAllowed(Role.PERSON)
public class StoredPlaceResource {
    private final StoredPlaces places;
    private final Senders senders;
    private final SecurityIdentity identity;

    StoredPlaceResource(StoredPlaces places, Senders senders, SecurityIdentity identity) {
        this.places = places;
        this.senders = senders;
        this.identity = identity;
    }

    /**
     * @param sha256 of a stored file: a zip of the data set's folder, or a safetensors file
     * @param id how the data set is read; left out for weights
     * @param fingerprint 64 lower-case hex digits: of a data set the hash that runs keep, of weights the file's SHA-256
     */
    @Schema(name = "PushedPlace")
    public record Push(
            @Nullable String sha256,
            @Nullable String id,
            @Nullable String fingerprint) {}

    @GET
    @Operation(summary = "What hosts can fetch by name", description = "The lab's, in no project.")
    public List<StoredPlaces.View> all() {
        return places.all();
    }

    @PUT
    @Path("/{kind}/{name}")
    @RolesAllowed(Role.RESEARCHER)
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Have hosts fetch a data set or weights by this name",
            description = "The file is sent before. The same content again changes nothing; another one is refused: a"
                    + " name means the same for as long as it is there. A stored file that is damaged is noticed here, and"
                    + " the one that was sent takes its place.")
    @RequestBody(content = @Content(schema = @Schema(implementation = Push.class)), required = true)
    public StoredPlaces.View put(@PathParam("kind") String kind, @PathParam("name") String name, byte[] body)
            throws IOException {
        String need = need(kind, name);
        StoredPlaces.Content content = content(need.startsWith(Needs.DATASET), Json.read(body, Push.class));
        Caller caller = Caller.of(identity);
        senders.refer(caller, Map.of(content.sha256(), "sha256"));
        return places.put(need, content, caller.getName());
    }

    private static StoredPlaces.Content content(boolean data, Push push) {
        String sha256 = hash("sha256", push.sha256());
        String fingerprint = hash("fingerprint", push.fingerprint());
        String id = push.id();
        if (data && (id == null || !DatasetSpec.hasRoot(id))) {
            throw Problem.invalid(
                    "BAD_VALUE", "id", id, "is no data set that has a folder", "say folder, for one class a folder");
        }
        if (!data && id != null) {
            throw Problem.invalid("BAD_VALUE", "id", id, "is for data sets alone", "leave it out");
        }
        if (!data && !fingerprint.equals(sha256)) {
            throw Problem.invalid(
                    "BAD_VALUE", "fingerprint", fingerprint, "is of weights their SHA-256", "say " + sha256);
        }
        return new StoredPlaces.Content(sha256, id, fingerprint);
    }

    @DELETE
    @Path("/{kind}/{name}")
    @RolesAllowed(Role.RESEARCHER)
    @Operation(
            summary = "Forget a name",
            description =
                    "By whoever pushed it, or an administrator, once no run that is not over needs it. Copies that"
                            + " hosts fetched stay there until their room is needed.")
    public Response forget(@PathParam("kind") String kind, @PathParam("name") String name) {
        Caller caller = Caller.of(identity);
        places.forget(
                need(kind, name), caller.getName(), caller instanceof Caller.Person person && person.administrator());
        return Response.noContent().build();
    }

    private static String need(String kind, String name) {
        String prefix =
                switch (kind) {
                    case "dataset" -> Needs.DATASET;
                    case "weights" -> Needs.WEIGHTS;
                    default -> throw Problem.notFound("kind of place", kind);
                };
        Names.place("name", name);
        if (prefix.equals(Needs.WEIGHTS) && !Needs.isName(name)) {
            throw Problem.invalid(
                    "BAD_NAME", "name", name, "is that of shipped weights or of a file", "take another name");
        }
        return prefix + name;
    }

    private static String hash(String field, @Nullable String value) {
        if (value == null || !Sha256.valid(value)) {
            throw Problem.invalid("BAD_HASH", field, value, "must be 64 lower-case hex digits", null);
        }
        return value;
    }
}
