package dev.runyard.service.blob.store;

import dev.runyard.service.boot.ObjectStore;
import dev.runyard.service.boot.StartFailure;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Whether a bucket can be worked with, tried by writing, reading and deleting a byte; what is wrong is said in one line. */
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
        String key = settings.folder() + "tmp/check-" + UUID.randomUUID();
        try {
            client.putObject(r -> r.bucket(settings.bucket()).key(key), RequestBody.fromBytes(new byte[] {1}));
            client.getObjectAsBytes(r -> r.bucket(settings.bucket()).key(key));
            client.deleteObject(r -> r.bucket(settings.bucket()).key(key));
        } catch (S3Exception e) {
            throw refused(e);
        } catch (SdkException e) {
            throw away(e);
        }
    }

    private StartFailure refused(S3Exception e) {
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
                                whose() + ", which may not write, read and delete in \"" + settings + "\"" + where()
                                        + " (" + said + ")",
                                "give it these rights on the bucket, or set another RUNYARD_S3_ACCESS_KEY",
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
                            + "\", and RUNYARD_S3_ACCESS_KEY is not set: a bucket opens to a pair of keys alone, and Amazon's own"
                            + " variables, files and roles hold none here",
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
                .orElse("RUNYARD_S3_ACCESS_KEY is not set, and Amazon's variables, files or roles give a key");
    }

    private String where() {
        return settings.endpoint().map(uri -> " at " + uri).orElse(" of Amazon");
    }
}
