package dev.runyard.service.blob.store;

import dev.runyard.service.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Blobs as objects {@code ab/abcdef…}, as a folder has them. What arrives is hashed into a file of this service's own first: nothing wrong
 * reaches the bucket, and what the bucket loses or refuses is sent again. A long blob goes there in parts before it has its name, and
 * ending that upload names it; a short one goes there with its name.
 */
final class BlobBucket implements BlobStore {
    private static final Logger LOG = Logger.getLogger(BlobBucket.class);

    /** Bytes of a part, and of what is sent in one request. Servers take 5 MiB to 5 GiB. */
    static final int PART = 8 << 20;

    static final String TEMPORARY = "tmp/";

    /** Of one upload, by every server. */
    private static final int MOST_PARTS = 10_000;

    /** Longer ones no server copies in one request. */
    private static final long COPIED = 5L << 30;

    private final Bucket bucket;
    private final Spool spool;

    BlobBucket(Bucket bucket, Path spool) throws IOException {
        this.bucket = bucket;
        this.spool = new Spool(spool);
    }

    private static String key(BlobHash hash) {
        return hash.hex().substring(0, 2) + "/" + hash.hex();
    }

    @Override
    public Received receive(InputStream in, long limit) throws IOException {
        return new Carried(spool.receive(in, limit), null);
    }

    @Override
    public long arrived(BlobHash hash, String sender) {
        return pieces(hash, sender).arrived();
    }

    @Override
    public long append(BlobHash hash, String sender, long from, InputStream in) throws IOException {
        return pieces(hash, sender).append(from, in);
    }

    @Override
    public Received joined(BlobHash hash, String sender) throws IOException {
        Path file = spool.resolve("join-" + UUID.randomUUID() + ".part");
        BucketPieces pieces = pieces(hash, sender);
        boolean done = false;
        try {
            Received received = new Carried(pieces.join(file), pieces);
            done = true;
            return received;
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
    }

    private BucketPieces pieces(BlobHash hash, String sender) {
        return new BucketPieces(bucket, hash, sender);
    }

    @Override
    public OptionalLong size(BlobHash hash) {
        return bucket.size(key(hash));
    }

    @Override
    public InputStream open(BlobHash hash, long from, long count) {
        return new BucketStream(bucket, key(hash), from, count);
    }

    @Override
    public Optional<Path> file(BlobHash hash) {
        return Optional.empty();
    }

    @Override
    public void setAside(BlobHash hash) {
        if (size(hash).orElse(0) <= COPIED) {
            bucket.copy(key(hash), key(hash) + ".damaged");
        }
        bucket.delete(key(hash));
    }

    @Override
    public void delete(BlobHash hash) {
        bucket.delete(key(hash));
    }

    @Override
    public int clean(Duration olderThan) throws IOException {
        int deleted = spool.clean(olderThan);
        Instant limit = Instant.now().minus(olderThan);
        for (Bucket.Entry entry : bucket.list(TEMPORARY)) {
            if (entry.changed().isBefore(limit)) {
                bucket.delete(entry.key());
                deleted++;
            }
        }
        for (Bucket.Upload upload : bucket.begunBefore(limit)) {
            bucket.abort(upload);
            deleted++;
        }
        return deleted;
    }

    private final class Carried implements Received {
        private final Spool.Arrived bytes;
        private final @Nullable BucketPieces pieces;
        private final List<CompletedPart> parts = new ArrayList<>();
        private Bucket.@Nullable Upload upload;

        /** @param pieces that the bytes came in */
        Carried(Spool.Arrived bytes, @Nullable BucketPieces pieces) {
            this.bytes = bytes;
            this.pieces = pieces;
        }

        @Override
        public BlobHash hash() {
            return bytes.hash();
        }

        @Override
        public long size() {
            return bytes.size();
        }

        @Override
        public void carry() throws IOException {
            if (bytes.size() <= PART) {
                return;
            }
            drop();
            Bucket.Upload begun = new Bucket.Upload(key(hash()), bucket.begin(key(hash())));
            upload = begun;
            byte[] part = new byte[(int) Math.max(PART, (bytes.size() + MOST_PARTS - 1) / MOST_PARTS)];
            try (InputStream in = Files.newInputStream(bytes.file())) {
                for (int n = in.readNBytes(part, 0, part.length); n > 0; n = in.readNBytes(part, 0, part.length)) {
                    parts.add(bucket.part(begun, parts.size() + 1, part, n));
                }
            }
        }

        @Override
        public void name() throws IOException {
            Bucket.Upload begun = upload;
            if (begun == null) {
                bucket.put(key(hash()), Files.readAllBytes(bytes.file()));
                return;
            }
            bucket.complete(begun, parts);
            upload = null;
            long there = bucket.size(key(hash())).orElse(0);
            if (there != size()) {
                throw new Lost("of " + size() + " bytes " + there + " are there");
            }
        }

        /** An upload that is not ended takes space, and is seen by nobody. */
        private void drop() {
            if (upload != null) {
                bucket.abort(upload);
            }
            upload = null;
            parts.clear();
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(bytes.file());
            try {
                drop();
                if (pieces != null) {
                    pieces.forget();
                }
            } catch (Problem e) {
                LOG.debug("what is left of an upload goes a day later", e);
            }
        }
    }
}
