package dev.runyard.service.blob.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.service.boot.ObjectStore;
import dev.runyard.service.boot.StartFailure;
import dev.runyard.service.http.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blobs in a bucket, and what a server between does to them. */
final class BlobBucketTest extends BlobStoreContract {
    @TempDir
    static Path objects;

    private static ObjectServer server;

    @TempDir
    Path spool;

    private final String folder = "lab-" + UUID.randomUUID() + "/";
    private Tap tap;
    private Bucket bucket;
    private Bucket past;
    private BlobBucket store;

    @BeforeAll
    static void serve() throws Exception {
        server = new ObjectServer(objects);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void open() throws IOException {
        tap = new Tap(server.port());
        bucket = new Bucket(settings(tap.address()), Duration.ofSeconds(30));
        past = new Bucket(settings(server.address()));
        store = new BlobBucket(bucket, spool);
    }

    @AfterEach
    void close() throws IOException {
        bucket.close();
        past.close();
        tap.close();
    }

    private ObjectStore settings(URI endpoint) {
        return ObjectServer.settings(endpoint, folder, ObjectServer.KEYS);
    }

    @Test
    void aServerThatIsBusyForAWhileIsAskedAgain() throws IOException {
        byte[] bytes = bytes(BlobBucket.PART + 1_000);
        keep(bytes(10));
        tap.busyFor(3);
        BlobHash hash = keep(bytes);
        tap.busyFor(2);
        assertThat(read(hash, 0, bytes.length)).isEqualTo(bytes);
        assertThat(tap.busy).hasValue(0);
    }

    @Test
    void aServerThatStaysBusyIsToldOfAndTheUploadGoesOnLater() throws IOException {
        byte[] bytes = bytes(BlobBucket.PART + 1_000);
        store.append(hash(bytes), "a1", 0, new ByteArrayInputStream(bytes));
        tap.busyFor(1_000_000);
        assertThatThrownBy(() -> keep(bytes(1_000))).satisfies(BlobBucketTest::away);
        assertThatThrownBy(() -> store.size(hash(bytes))).satisfies(BlobBucketTest::away);
        tap.busyFor(0);
        assertThat(store.arrived(hash(bytes), "a1")).isEqualTo(bytes.length);
        assertThat(files(spool)).isZero();
    }

    @Test
    void aSlowServerTakesLongAndASilentOneIsAway() throws IOException {
        byte[] bytes = bytes(BlobBucket.PART + 1_000);
        tap.delayMillis = 400;
        BlobHash hash = keep(bytes);
        assertThat(read(hash, 0, bytes.length)).isEqualTo(bytes);
        tap.delayMillis = 60_000;
        tap.drop();
        try (Bucket impatient = new Bucket(settings(tap.address()), Duration.ofSeconds(2))) {
            long began = System.nanoTime();
            assertThatThrownBy(() -> new BlobBucket(impatient, spool).size(hash))
                    .satisfies(BlobBucketTest::away);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void anUploadThatTheServerLostIsCarriedAgain() throws IOException {
        byte[] bytes = bytes(2 * BlobBucket.PART + 1_000);
        try (Received received = store.receive(new ByteArrayInputStream(bytes), bytes.length)) {
            received.carry();
            past.begunBefore(Instant.now().plusSeconds(300)).forEach(past::abort);
            assertThatThrownBy(received::name).isInstanceOf(Received.Lost.class);
            assertThat(store.size(received.hash())).isEmpty();
            received.carry();
            received.name();
            assertThat(read(received.hash(), 0, bytes.length)).isEqualTo(bytes);
        }
        assertThat(unnamed()).isZero();
    }

    @Test
    void anAnswerThatIsCutOffIsAskedForFromWhereItEnded() throws IOException {
        byte[] bytes = bytes(700_000);
        BlobHash hash = keep(bytes);
        tap.drop();
        tap.cuts.set(2);
        int before = tap.connections.get();
        assertThat(read(hash, 1_000, 600_000)).isEqualTo(Arrays.copyOfRange(bytes, 1_000, 601_000));
        assertThat(tap.connections.get() - before).isGreaterThanOrEqualTo(3);
        tap.drop();
        tap.cutAfter = 0;
        tap.cuts.set(1_000);
        assertThatThrownBy(() -> read(hash, 0, 700_000)).satisfies(BlobBucketTest::away);
    }

    @Test
    void whatIsPassedOverIsNotSent() throws IOException {
        byte[] bytes = bytes(4 * BlobBucket.PART);
        BlobHash hash = keep(bytes);
        long before = tap.answered.get();
        try (InputStream in = store.open(hash, 0, bytes.length)) {
            in.skipNBytes(bytes.length - 1_000);
            assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 1_000, bytes.length));
        }
        // Some of it fills the sockets before the first answer is closed.
        assertThat(tap.answered.get() - before).isLessThan(bytes.length / 2);
    }

    @Test
    void uploadsThatNobodyEndedGo() throws IOException {
        bucket.begin("ab/" + "ab".repeat(32));
        store.clean(Duration.ofHours(24));
        assertThat(unnamed()).isEqualTo(1);
        store.clean(Duration.ofMinutes(-5));
        assertThat(unnamed()).isZero();
    }

    @Test
    void twoServicesTakePiecesOfOneUpload(@TempDir Path other) throws IOException {
        byte[] bytes = bytes(3_000);
        BlobHash hash = hash(bytes);
        BlobBucket second = new BlobBucket(past, other);
        store.append(hash, "p1", 0, new ByteArrayInputStream(bytes, 0, 1_000));
        second.append(hash, "p1", 1_000, new ByteArrayInputStream(bytes, 1_000, 2_000));
        try (Received received = store.joined(hash, "p1")) {
            assertThat(received.hash()).isEqualTo(hash);
            received.carry();
            received.name();
        }
        assertThat(second.hashOf(hash)).isEqualTo(hash);
        assertThat(unnamed() + files(other)).isZero();
    }

    @Test
    void aBucketThatCannotServeKeepsTheLabFromStarting() throws IOException {
        new BucketCheck(settings(server.address()), past).pass();
        assertThat(unnamed()).isZero();
        assertThat(start(ObjectServer.settings(
                        server.address(), "", new ObjectStore.Keys(ObjectServer.KEYS.access(), "wrong"))))
                .contains("RUNYARD_S3_ACCESS_KEY is \"lab-access\"", "RUNYARD_S3_SECRET_KEY", "SignatureDoesNotMatch");
        assertThat(start(ObjectServer.settings(server.address(), "", new ObjectStore.Keys("nobody", "wrong"))))
                .contains("RUNYARD_S3_ACCESS_KEY is \"nobody\"")
                .doesNotContain("wrong");
        assertThat(start(new ObjectStore(
                        "not-there",
                        "",
                        Optional.of(server.address()),
                        Optional.empty(),
                        Optional.of(ObjectServer.KEYS))))
                .contains("RUNYARD_ARTIFACTS is \"s3://not-there\"", "there is no bucket", "make it there");
        URI closed = tap.address();
        tap.close();
        assertThat(start(settings(closed)))
                .contains("RUNYARD_S3_ENDPOINT is \"" + closed + "\"", "no object store answers", "check the address");
    }

    @Test
    void aKeyThatMayNotListKeepsTheLabFromStarting() throws IOException {
        tap.forbidden = "list-type=2";
        assertThat(start(settings(tap.address())))
                .contains("RUNYARD_S3_ACCESS_KEY is \"lab-access\", which may not list \"s3://", "AccessDenied")
                .contains("give it the right s3:ListBucket there");
        tap.forbidden = "HEAD ";
        assertThat(start(settings(tap.address())))
                .contains("which may not ask for what is not in \"s3://", "s3:ListBucket");
        assertThat(unnamed()).as("nothing is left of what was tried").isZero();
    }

    @Test
    void withoutKeysNoBucketOpens() {
        System.setProperty("aws.disableEc2Metadata", "true");
        try {
            assertThat(start(new ObjectStore(
                            ObjectServer.BUCKET,
                            "",
                            Optional.of(server.address()),
                            Optional.empty(),
                            Optional.empty())))
                    .contains("RUNYARD_ARTIFACTS", "RUNYARD_S3_ACCESS_KEY is not set", "set RUNYARD_S3_ACCESS_KEY and");
        } finally {
            System.clearProperty("aws.disableEc2Metadata");
        }
    }

    private static String start(ObjectStore settings) {
        try (Bucket tried = new Bucket(settings, Duration.ofSeconds(20))) {
            ThrowingCallable check = new BucketCheck(settings, tried)::pass;
            StartFailure failure = org.assertj.core.api.Assertions.catchThrowableOfType(StartFailure.class, check);
            assertThat(failure).as("no failure").isNotNull();
            assertThat(failure.getMessage().lines()).hasSize(1);
            return failure.getMessage();
        }
    }

    private static void away(Throwable e) {
        assertThat(e).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(503);
            assertThat(problem.body().code()).isEqualTo("UNAVAILABLE");
        });
    }

    @Override
    BlobStore store() {
        return store;
    }

    @Override
    long unnamed() throws IOException {
        return files(spool)
                + past.list(BlobBucket.TEMPORARY).size()
                + past.begunBefore(Instant.now().plusSeconds(300)).size();
    }

    @Override
    void overwrite(BlobHash hash, byte[] bytes) {
        past.put(hash.hex().substring(0, 2) + "/" + hash, bytes);
    }

    private static long files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}
