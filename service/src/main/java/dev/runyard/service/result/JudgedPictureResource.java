package dev.runyard.service.result;

import dev.runyard.service.auth.Role;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Small pictures of images that a run has wrong. */
@Path("/api/v1/runs/{id}/results/{sha256}/pictures/{place}")
@Blocking
@Tag(name = "results")
@RolesAllowed(Role.PERSON)
public class JudgedPictureResource {
    private final KeptPredictions kept;

    JudgedPictureResource(KeptPredictions kept) {
        this.kept = kept;
    }

    @GET
    @Produces("image/jpeg")
    @Operation(
            summary = "A small picture of an image that a run has wrong",
            description =
                    "The middle of it, at most 96 px a side; of at most 400 images a set. By the image's place in the file, as images"
                            + " and disagreements say.")
    public Response picture(
            @PathParam("id") String id, @PathParam("sha256") String sha256, @PathParam("place") String place) {
        UUID run = Given.id("run", id);
        int item = (int) Given.number("place", place, 0, 0, Integer.MAX_VALUE);
        byte[] bytes = kept.thumbnail(run, sha256, item)
                .filter(PictureKind::jpeg)
                .orElseThrow(() -> Problem.invalid(
                        404,
                        "NO_PICTURE",
                        "place",
                        item,
                        "has no picture: the run has this image right, has too many wrong, was judged by an older version,"
                                + " or kept no JPEG",
                        "judge it again: task: evaluate, of: " + run));
        return ShownPicture.of(bytes, "image/jpeg", item + ".jpg");
    }
}
