package dev.runyard.service.blob.store;

import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.boot.ObjectStore;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Bytes by their SHA-256. A blob is there whole or not at all, and durable once it is. Several services may share one store. Whatever
 * cannot be told from a store that is away throws {@link Problem} 503: it says nothing of the blob.
 */
public interface BlobStore {
    /** The store that the configuration names. */
    static BlobStore open(LabConfig config) throws IOException {
        Optional<ObjectStore> bucket = config.objectStore();
        return bucket.isPresent()
                ? new BlobBucket(new Bucket(bucket.get()), spool(config))
                : new BlobFolder(config.artifacts());
    }

    /**
     * Tries a bucket before anything is started on it.
     *
     * @throws dev.runyard.service.boot.StartFailure where it cannot be written, read, deleted from or listed
     */
    static void check(LabConfig config) {
        config.objectStore().ifPresent(settings -> {
            try (Bucket bucket = new Bucket(settings)) {
                new BucketCheck(settings, bucket).pass();
            }
        });
    }

    /** The service's own folder of what is on its way to a bucket. */
    static Path spool(LabConfig config) {
        return config.home().resolve("spool");
    }

    /**
     * Reads to the end of the stream.
     *
     * @throws Problem 413 beyond {@code limit} bytes, 400 when the stream is cut off, 507 when the disk is full
     */
    Received receive(InputStream in, long limit) throws IOException;

    /**
     * How many bytes of an upload in pieces are here; 0 when none was begun.
     *
     * @param sender whose upload it is: nobody completes what somebody else began
     */
    long arrived(BlobHash hash, String sender) throws IOException;

    /**
     * Adds a piece of an upload at its place; what stood behind it goes. What arrives of a piece that is cut off counts, so its sender goes
     * on behind it.
     *
     * @param from at most {@link #arrived}
     * @return how many bytes are here now
     * @throws Problem 400 when the piece is cut off, 507 when the disk is full
     */
    long append(BlobHash hash, String sender, long from, InputStream in) throws IOException;

    /** The pieces together; closing what is given forgets them, too. */
    Received joined(BlobHash hash, String sender) throws IOException;

    /** Length of a blob in bytes; empty where there is none. */
    OptionalLong size(BlobHash hash) throws IOException;

    /** Bytes of a blob that is there, from a place on; the caller closes it. */
    InputStream open(BlobHash hash, long from, long count) throws IOException;

    /** The file that holds a blob, where one does. */
    Optional<Path> file(BlobHash hash);

    /** Takes the name from bytes that are not what it says; they stay beside it for whoever wants to look. */
    void setAside(BlobHash hash) throws IOException;

    /** One that is not there is none. */
    void delete(BlobHash hash) throws IOException;

    /**
     * Deletes what interrupted uploads left behind.
     *
     * @return how many things went
     */
    int clean(Duration olderThan) throws IOException;

    /** SHA-256 of what a blob's name holds now. */
    default BlobHash hashOf(BlobHash hash) throws IOException {
        try (InputStream in = open(hash, 0, size(hash).orElse(0))) {
            return new BlobHash(Sha256.of(in));
        }
    }

    /** @param limit in bytes */
    static Problem tooLarge(long limit) {
        return Problem.tooLarge("An artifact may have at most " + limit + " bytes.", limit);
    }
}
