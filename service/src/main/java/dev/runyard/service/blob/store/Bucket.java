package dev.runyard.service.blob.store;

import dev.runyard.service.boot.ObjectStore;
import dev.runyard.service.http.Problem;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CompletedMultipartUpload;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * One folder of one bucket. Each request is tried again where the server is busy, silent or gone; what then still fails is a {@link Problem}:
 * 507 for a full server, else 503. Every byte that goes out is checked by the server against its MD5, as all of them do, rather than by
 * newer checksums, which not all know.
 */
final class Bucket implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Bucket.class);
    private static final int TRIES = 4;
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** A server that says nothing for so long is away. */
    private static final Duration SILENCE = Duration.ofSeconds(20);

    /** With all tries. What happens under a lock has to end before the transaction around it does. */
    private static final Duration CALL = Duration.ofSeconds(25);

    /** With all tries, where some MiB go out and nobody waits behind a lock. */
    private static final Duration CARRIED = Duration.ofMinutes(3);

    private final S3Client client;

    /** For what some servers do without a word for a long time. */
    private final S3Client patient;

    private final String bucket;
    private final String folder;

    Bucket(ObjectStore settings) {
        this(settings, CALL);
    }

    Bucket(ObjectStore settings, Duration call) {
        this.bucket = settings.bucket();
        this.folder = settings.folder();
        this.client = client(settings, SILENCE, call);
        this.patient = client(settings, CARRIED, CARRIED);
    }

    private static S3Client client(ObjectStore settings, Duration silence, Duration call) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(silence))
                .credentialsProvider(credentials(settings))
                .region(Region.of(settings.region()
                        .or(() -> Optional.ofNullable(System.getenv("AWS_REGION")))
                        .orElse("us-east-1")))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(o -> o.retryStrategy(StandardRetryStrategy.builder()
                                .maxAttempts(TRIES)
                                .build())
                        .apiCallTimeout(call));
        // Servers of one's own have no names for each bucket.
        settings.endpoint()
                .ifPresent(endpoint -> builder.endpointOverride(endpoint).forcePathStyle(true));
        return builder.build();
    }

    private static AwsCredentialsProvider credentials(ObjectStore settings) {
        return settings.keys()
                .<AwsCredentialsProvider>map(keys ->
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(keys.access(), keys.secret())))
                .orElseGet(() -> DefaultCredentialsProvider.builder().build());
    }

    /** An object of the folder; its key without the folder's name. */
    record Entry(String key, long size, Instant changed) {}

    /** A multipart upload that was begun and not ended. */
    record Upload(String key, String id) {}

    void put(String key, byte[] bytes) {
        asked(() -> client.putObject(
                r -> r.bucket(bucket).key(folder + key).contentMD5(md5(bytes, bytes.length)),
                RequestBody.fromBytes(bytes)));
    }

    /** As {@link #put}, on a line that may be slow. */
    void putPiece(String key, byte[] bytes) {
        asked(() -> client.putObject(
                r -> r.bucket(bucket)
                        .key(folder + key)
                        .contentMD5(md5(bytes, bytes.length))
                        .overrideConfiguration(o -> o.apiCallTimeout(CARRIED)),
                RequestBody.fromBytes(bytes)));
    }

    /** Length of an object; empty where there is none. */
    OptionalLong size(String key) {
        return asked(() -> {
            try {
                return OptionalLong.of(client.headObject(r -> r.bucket(bucket).key(folder + key))
                        .contentLength());
            } catch (S3Exception e) {
                if (e.statusCode() == 404) {
                    return OptionalLong.empty();
                }
                throw e;
            }
        });
    }

    /** Bytes of an object from a place on; the answer has begun when this returns. One that is cut off throws while it is read. */
    InputStream get(String key, long from, long to) {
        return asked(
                () -> client.getObject(r -> r.bucket(bucket).key(folder + key).range("bytes=" + from + "-" + to)));
    }

    void copy(String from, String to) {
        asked(() -> client.copyObject(r -> r.sourceBucket(bucket)
                .sourceKey(folder + from)
                .destinationBucket(bucket)
                .destinationKey(folder + to)));
    }

    void delete(String key) {
        asked(() -> client.deleteObject(r -> r.bucket(bucket).key(folder + key)));
    }

    /** All whose key begins so, in the order of their keys. */
    List<Entry> list(String prefix) {
        ListObjectsV2Request request = ListObjectsV2Request.builder()
                .bucket(bucket)
                .prefix(folder + prefix)
                .build();
        return asked(() -> client.listObjectsV2Paginator(request).contents().stream()
                .map(o -> new Entry(o.key().substring(folder.length()), o.size(), o.lastModified()))
                .toList());
    }

    String begin(String key) {
        return asked(() -> client.createMultipartUpload(r -> r.bucket(bucket).key(folder + key))
                .uploadId());
    }

    /** @param number from 1 */
    CompletedPart part(Upload upload, int number, byte[] bytes, int length) throws Received.Lost {
        String tag = carried(() -> client.uploadPart(
                        r -> r.bucket(bucket)
                                .key(folder + upload.key())
                                .uploadId(upload.id())
                                .partNumber(number)
                                .contentMD5(md5(bytes, length))
                                .overrideConfiguration(o -> o.apiCallTimeout(CARRIED)),
                        RequestBody.fromByteBuffer(ByteBuffer.wrap(bytes, 0, length)))
                .eTag());
        return CompletedPart.builder().partNumber(number).eTag(tag).build();
    }

    void complete(Upload upload, List<CompletedPart> parts) throws Received.Lost {
        CompletedMultipartUpload all =
                CompletedMultipartUpload.builder().parts(parts).build();
        carried(() -> patient.completeMultipartUpload(r -> r.bucket(bucket)
                .key(folder + upload.key())
                .uploadId(upload.id())
                .multipartUpload(all)));
    }

    void abort(Upload upload) {
        asked(() -> {
            try {
                return client.abortMultipartUpload(
                        r -> r.bucket(bucket).key(folder + upload.key()).uploadId(upload.id()));
            } catch (S3Exception e) {
                if (e.statusCode() == 404) {
                    return null; // gone already
                }
                throw e;
            }
        });
    }

    List<Upload> begunBefore(Instant limit) {
        return asked(
                () -> client.listMultipartUploadsPaginator(r -> r.bucket(bucket).prefix(folder)).uploads().stream()
                        .filter(upload ->
                                upload.initiated() != null && upload.initiated().isBefore(limit))
                        .map(upload -> new Upload(upload.key().substring(folder.length()), upload.uploadId()))
                        .toList());
    }

    /** As {@link #asked}; but parts and uploads that the server does not know are lost. */
    private <T> T carried(Supplier<T> request) throws Received.Lost {
        try {
            return request.get();
        } catch (S3Exception e) {
            if (e.statusCode() == 404 && "NoSuchUpload".equals(code(e)) || "InvalidPart".equals(code(e))) {
                throw new Received.Lost(code(e));
            }
            throw problem(e);
        } catch (SdkException e) {
            throw problem(e);
        }
    }

    private <T> T asked(Supplier<T> request) {
        try {
            return request.get();
        } catch (SdkException e) {
            throw problem(e);
        }
    }

    /** For whoever asks: the log has more. */
    static Problem problem(Exception e) {
        LOG.warnf("the artifact store's bucket: %s", e.getMessage());
        if (e instanceof S3Exception s3
                && (s3.statusCode() == 507 || code(s3).matches("(?i).*(storage ?full|quota ?exceeded).*"))) {
            return Spool.full();
        }
        return Problem.of(503, "UNAVAILABLE", "The artifact store does not answer as it should; try again shortly.");
    }

    static String code(S3Exception e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
                ? ""
                : e.awsErrorDetails().errorCode();
    }

    private static String md5(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest.update(bytes, 0, length);
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    /** What the server says of a request that is not wrapped. */
    S3Client client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
        patient.close();
    }
}
