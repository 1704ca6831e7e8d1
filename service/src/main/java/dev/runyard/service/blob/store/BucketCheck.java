package dev.runyard.service.blob.store;

import dev.runyard.service.boot.ObjectStore;
import dev.runyard.service.boot.StartFailure;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Whether a bucket can be worked with: what is done there is tried with one byte. What is wrong is said in one line. */
final class BucketCheck {
    private final ObjectStore settings;
    private final Bucket bucket;

    BucketCheck(ObjectStore settings, Bucket bucket) {
        this.settings = settings;
        this.bucket = bucket;
    }

    /** @throws StartFailure naming the variable, what it is, and what to do */
    void pass() {
        S3Client client = bucket.client();
        String name = settings.bucket();
        String folder = settings.folder() + BlobBucket.TEMPORARY;
        String key = folder + "check-" + UUID.randomUUID();
        RequestBody one = RequestBody.fromBytes(new byte[] {1});
        tried(
                "write to",
                "s3:PutObject",
                () -> client.putObject(r -> r.bucket(name).key(key), one));
        tried(
                "read from",
                "s3:GetObject",
                () -> client.getObjectAsBytes(r -> r.bucket(name).key(key)));
        tried(
                "delete from",
                "s3:DeleteObject",
                () -> client.deleteObject(r -> r.bucket(name).key(key)));
        tried(
                "list",
                "s3:ListBucket",
                () -> client.listObjectsV2(r -> r.bucket(name).prefix(folder).maxKeys(1)));
        // Amazon says 403 rather than 404 to whoever may not list: nothing would be found missing.
        tried("ask for what is not in", "s3:ListBucket", () -> absent(key + "-none"));
    }

    private void absent(String key) {
        try {
            bucket.client().headObject(r -> r.bucket(settings.bucket()).key(key));
        } catch (S3Exception e) {
            if (e.statusCode() != 404) {
                throw e;
            }
        }
    }

    /**
     * @param what is tried, before the bucket's name
     * @param right that it needs, as policies call it
     */
    private void tried(String what, String right, Runnable request) {
        try {
            request.run();
        } catch (S3Exception e) {
            throw refused(what, right, e);
        } catch (SdkException e) {
            throw away(e);
        }
    }

    private StartFailure refused(String what, String right, S3Exception e) {
        String code = Bucket.code(e);
        String said = code.isEmpty() ? "status " + e.statusCode() : code;
        return switch (code) {
            case "NoSuchBucket" ->
                new StartFailure(
                        "RUNYARD_ARTIFACTS is \"" + settings + "\", and there is no bucket " + settings.bucket()
                                + where(),
                        "make it there, or name one that exists",
                        e);
            case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken" ->
                new StartFailure(
                        whose() + ", which the object store" + where() + " does not take (" + said + ")",
                        "set RUNYARD_S3_ACCESS_KEY and RUNYARD_S3_SECRET_KEY to a pair that it gave out",
                        e);
            case "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException" ->
                new StartFailure(
                        "RUNYARD_S3_REGION is "
                                + settings.region().map(r -> "\"" + r + "\"").orElse("not set")
                                + ", which is not that of the bucket " + settings.bucket() + " (" + said + ")",
                        "set it to the bucket's region",
                        e);
            default ->
                e.statusCode() == 403
                        ? new StartFailure(
                                whose() + ", which may not " + what + " \"" + settings + "\"" + where() + " (" + said
                                        + ")",
                                "give it the right " + right + " there, or set another RUNYARD_S3_ACCESS_KEY",
                                e)
                        : new StartFailure(
                                "RUNYARD_ARTIFACTS is \"" + settings + "\", and the object store" + where()
                                        + " does not serve it (" + said + ")",
                                "look into its log, or start again when it does",
                                e);
        };
    }

    private StartFailure away(SdkException e) {
        String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        if (settings.keys().isEmpty() && said.contains("credentials")) {
            return new StartFailure(
                    "RUNYARD_ARTIFACTS is \"" + settings
                            + "\", and RUNYARD_S3_ACCESS_KEY is not set: a bucket opens to a pair of keys alone, and neither"
                            + " AWS_ACCESS_KEY_ID, nor a credentials file, nor a role gives one here",
                    "set RUNYARD_S3_ACCESS_KEY and RUNYARD_S3_SECRET_KEY",
                    e);
        }
        return new StartFailure(
                "RUNYARD_S3_ENDPOINT is "
                        + settings.endpoint().map(uri -> "\"" + uri + "\"").orElse("not set")
                        + ", and no object store answers" + (settings.endpoint().isPresent() ? " there" : where())
                        + " (" + said + ")",
                "check the address, and that the server runs",
                e);
    }

    private String whose() {
        return settings.keys()
                .map(keys -> "RUNYARD_S3_ACCESS_KEY is \"" + keys.access() + "\"")
                .orElse(
                        "RUNYARD_S3_ACCESS_KEY is not set, and AWS_ACCESS_KEY_ID, a credentials file or a role gives one");
    }

    private String where() {
        return settings.endpoint().map(uri -> " at " + uri).orElse(" of Amazon");
    }
}
