package dev.runyard.service.blob;

import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Role;
import dev.runyard.service.blob.store.BlobHash;
import dev.runyard.service.blob.store.BlobStore;
import dev.runyard.service.db.Asking;
import dev.runyard.service.http.Problem;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Blobs by their SHA-256. They are only ever offered for saving: no browser shows or runs what a run made. */
@Path("/api/v1/artifacts/{sha256}")
@Blocking
@Tag(name = "artifacts")
public class BlobResource {
    private final Blobs blobs;
    private final Senders senders;
    private final SecurityIdentity identity;
    private final Asking asking;

    BlobResource(Blobs blobs, Senders senders, SecurityIdentity identity, Asking asking) {
        this.asking = asking;
        this.blobs = blobs;
        this.senders = senders;
        this.identity = identity;
    }

    /** @param sha256 64 lower-case hex digits */
    public record BlobView(String sha256, long size) {}

    @PUT
    @RolesAllowed({Role.RESEARCHER, Role.WORKER, Role.ATTEMPT})
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Store a file",
            description =
                    "Verified while it streams; 201 when new, 200 when known. With Content-Range a piece of it: 202 with"
                            + " Upload-Offset while pieces are missing, 409 with Upload-Offset where another one has to come first."
                            + " HEAD tells the offset of an upload that was cut off.")
    public Response put(
            @PathParam("sha256") String sha256,
            @HeaderParam(HttpHeaders.CONTENT_LENGTH) @Nullable String length,
            @HeaderParam("Content-Range") @Nullable String range,
            InputStream body)
            throws IOException {
        senders.require(Caller.of(identity));
        // Bytes by their hash are nobody's until something refers to them: no project's wall holds them.
        return asking.asLab(() -> {
            try {
                return stored(name(sha256), length, range, body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private Response stored(BlobHash hash, @Nullable String length, @Nullable String range, InputStream body)
            throws IOException {
        Caller caller = Caller.of(identity);
        Senders.Sender sender = senders.of(caller);
        if (length != null && length.matches("\\d{1,18}") && Long.parseLong(length) > blobs.limit()) {
            throw BlobStore.tooLarge(blobs.limit());
        }
        boolean created;
        if (range == null) {
            created = blobs.put(hash, body);
        } else {
            Optional<Boolean> complete;
            try {
                complete = blobs.put(hash, sender, Blobs.Piece.parse(range), body);
            } catch (Problem e) {
                if (!"UPLOAD_OFFSET".equals(e.body().code())) {
                    throw e;
                }
                return offset(Response.status(409), hash, sender)
                        .type(Problem.Body.MEDIA_TYPE)
                        .entity(e.body())
                        .build();
            }
            if (complete.isEmpty()) {
                return offset(Response.status(202), hash, sender).build();
            }
            created = complete.get();
        }
        // It may have taken long: whose token is over by now has nothing of it.
        senders.require(caller);
        senders.sent(sender, hash);
        long size = blobs.find(hash)
                .orElseThrow(() -> Problem.notFound("artifact", hash))
                .size();
        return Response.status(created ? 201 : 200)
                .entity(new BlobView(hash.hex(), size))
                .build();
    }

    @GET
    @RolesAllowed({Role.PERSON, Role.WORKER, Role.ATTEMPT})
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(
            summary = "Save a file",
            description = "One that something in a project of the caller's refers to, or that the caller sent.")
    public Response get(@PathParam("sha256") String sha256, @Context HttpHeaders asked) throws IOException {
        Response answer = Download.of(find(sha256), asked).build();
        // What is refused is no file: nobody keeps it, or saves it as one.
        return answer.getStatus() == 416
                ? answer
                : head(sha256, Response.fromResponse(answer)).build();
    }

    @HEAD
    @RolesAllowed({Role.PERSON, Role.WORKER, Role.ATTEMPT})
    @Operation(summary = "Whether a file is there", description = "Keeps it from being swept for an hour.")
    public Response exists(@PathParam("sha256") String sha256) throws IOException {
        senders.require(Caller.of(identity));
        BlobHash hash = name(sha256);
        Optional<Stored> stored = look(hash);
        if (stored.isEmpty()) {
            return offset(Response.status(404), hash, senders.of(Caller.of(identity)))
                    .build();
        }
        asking.asLab(() -> blobs.touch(hash));
        return head(
                        sha256,
                        Response.ok()
                                .type(MediaType.APPLICATION_OCTET_STREAM)
                                .header(HttpHeaders.CONTENT_LENGTH, stored.get().size())
                                .header("Accept-Ranges", "bytes")
                                .header(HttpHeaders.ETAG, "\"" + sha256 + "\""))
                .build();
    }

    private Response.ResponseBuilder offset(Response.ResponseBuilder answer, BlobHash hash, Senders.Sender sender)
            throws IOException {
        return answer.header("Upload-Offset", blobs.arrived(hash, sender));
    }

    private Optional<Stored> look(BlobHash hash) throws IOException {
        try {
            return senders.seeing(Caller.of(identity), () -> {
                try {
                    return blobs.find(hash);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Stored find(String sha256) throws IOException {
        senders.require(Caller.of(identity));
        return look(name(sha256)).orElseThrow(() -> Problem.notFound("artifact", sha256));
    }

    /** A name that is no hash names nothing: no oracle, and no path. */
    private static BlobHash name(String sha256) {
        if (!BlobHash.valid(sha256)) {
            String shown = sha256.replaceAll("\\p{Cntrl}", "?");
            throw Problem.notFound("artifact", shown.length() > 80 ? shown.substring(0, 80) + "…" : shown);
        }
        return new BlobHash(sha256);
    }

    private static Response.ResponseBuilder head(String sha256, Response.ResponseBuilder answer) {
        return answer.header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + sha256 + "\"")
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", "sandbox; default-src 'none'")
                .header(HttpHeaders.CACHE_CONTROL, "private, max-age=31536000, immutable");
    }
}
