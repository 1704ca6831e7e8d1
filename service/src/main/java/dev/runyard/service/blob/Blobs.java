package dev.runyard.service.blob;

import dev.runyard.service.blob.store.BlobHash;
import dev.runyard.service.blob.store.BlobStore;
import dev.runyard.service.blob.store.Received;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.db.DatabaseFailure;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Failpoint;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The artifact store: a row and the bytes of each blob. The bytes come before the row and go after it, both under a lock on the
 * hash, so a row without bytes means that somebody took them away.
 */
@ApplicationScoped
class Blobs {
    /**
     * Of a blob {@code b}: it is no program of a run or of a sweep, which stays with them. A question mark of SQL's own, which the driver
     * would take for a value, is written as a function.
     */
    static final String NO_PROGRAM = " and not exists (select 1 from run r where jsonb_exists(r.spec, 'code')"
            + " and (r.spec #>> '{code,archive}' = b.sha256 or r.spec #>> '{code,diff}' = b.sha256))"
            + " and not exists (select 1 from sweep s where jsonb_exists(s.spec -> 'base', 'code')"
            + " and (s.spec #>> '{base,code,archive}' = b.sha256 or s.spec #>> '{base,code,diff}' = b.sha256))";

    private static final String SPARE = " and touched_at < now() - make_interval(secs => ?)"
            + " and not exists (select 1 from artifact a where a.sha256 = b.sha256)"
            + " and not exists (select 1 from checkpoint_file f where f.sha256 = b.sha256)"
            + " and not exists (select 1 from stored_place p where p.sha256 = b.sha256)"
            + NO_PROGRAM;

    private static final Logger LOG = Logger.getLogger(Blobs.class);

    /** Bytes of a file that is hashed each time it is asked for; longer ones are by {@link #scrub}. */
    private static final long READ_WHOLE = 4 << 20;

    /** How often the bytes of one blob are brought to a store that loses them. */
    private static final int CARRIED = 3;

    /** A server of buckets may take minutes to put the parts of a file together. */
    private static final int LOCKED_SECONDS = 240;

    private final Statements statements;
    private final BlobStore store;

    /** Of the database's connections: a store that falls silent must not hold those that heartbeats need. */
    private final Semaphore storing = new Semaphore(8);

    private final Set<String> receiving = ConcurrentHashMap.newKeySet();
    private final long limit;

    Blobs(
            Statements statements,
            LabConfig config,
            @ConfigProperty(name = "runyard.artifacts.max-bytes", defaultValue = "4294967296") long limit)
            throws IOException {
        this.statements = statements;
        this.store = BlobStore.open(config);
        this.limit = limit;
    }

    /** Bytes {@code from} to {@code to}, inclusive, of {@code total}. */
    record Piece(long from, long to, long total) {
        private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,15})-(\\d{1,15})/(\\d{1,15})");

        /** @param contentRange the header as it came */
        static Piece parse(String contentRange) {
            Matcher matcher = RANGE.matcher(contentRange);
            if (matcher.matches()) {
                Piece piece = new Piece(
                        Long.parseLong(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3)));
                if (piece.from <= piece.to && piece.to < piece.total) {
                    return piece;
                }
            }
            throw Problem.invalid(
                    400, "BAD_RANGE", "Content-Range", contentRange, "is not bytes FIRST-LAST/TOTAL", null);
        }
    }

    long limit() {
        return limit;
    }

    /**
     * Stores what the stream holds, if that is what its name says.
     *
     * @return whether it is new
     * @throws Problem 422 HASH_MISMATCH, 413, 507; nothing is stored then
     */
    boolean put(BlobHash hash, InputStream in) throws IOException {
        try (Received received = store.receive(in, limit)) {
            check(hash, received);
            return name(received);
        }
    }

    /** A blob that has just been stored. */
    record Named(BlobHash hash, long size) {}

    /**
     * Stores what the stream holds, under whatever name that gives it.
     *
     * @throws Problem 413, 507; nothing is stored then
     */
    Named put(InputStream in) throws IOException {
        try (Received received = store.receive(in, limit)) {
            name(received);
            return new Named(received.hash(), received.size());
        }
    }

    /** How many bytes of an upload in pieces are here. */
    long arrived(BlobHash hash, Senders.Sender sender) throws IOException {
        return store.arrived(hash, sender.name());
    }

    /**
     * Stores one piece of what will be the blob; the last one completes it.
     *
     * @return whether the blob is new; empty while pieces are missing
     * @throws Problem 409 UPLOAD_OFFSET when the piece does not begin where the last one ended, 503 while another sender of the same
     *     blob is at it, 422 HASH_MISMATCH, 413, 507
     */
    Optional<Boolean> put(BlobHash hash, Senders.Sender sender, Piece piece, InputStream in) throws IOException {
        String whose = sender.name();
        if (piece.total() > limit) {
            throw BlobStore.tooLarge(limit);
        }
        if (!receiving.add(hash + whose)) {
            throw Problem.of(503, "UNAVAILABLE", "Another sender uploads the same file at this moment; ask again.");
        }
        try {
            if (piece.from() > store.arrived(hash, whose)) {
                throw Problem.of(
                        409,
                        "UPLOAD_OFFSET",
                        "The piece begins at " + piece.from() + ", but only " + store.arrived(hash, whose)
                                + " bytes arrived before it; go on from there.");
            }
            if (store.append(hash, whose, piece.from(), in) < piece.total()) {
                return Optional.empty();
            }
            try (Received received = store.joined(hash, whose)) {
                check(hash, received);
                return Optional.of(name(received));
            }
        } finally {
            receiving.remove(hash + whose);
        }
    }

    private static void check(BlobHash hash, Received received) {
        if (!received.hash().equals(hash)) {
            throw Problem.invalid(
                    "HASH_MISMATCH",
                    "sha256",
                    hash.hex(),
                    "is not the hash of the " + received.size() + " bytes received, which is " + received.hash(),
                    "send the whole file again under its own hash");
        }
    }

    /** Verified bytes replace whatever has their name: a file that was damaged since is whole again. */
    private boolean name(Received received) throws IOException {
        for (int tries = 1; ; tries++) {
            received.carry();
            try {
                return named(received);
            } catch (Received.Lost e) {
                LOG.warnf("the artifact store lost blob %s on its way: %s", received.hash(), e.getMessage());
                if (tries == CARRIED) {
                    throw Problem.of(
                            503, "UNAVAILABLE", "The artifact store loses what is sent to it; try again shortly.");
                }
            }
        }
    }

    private boolean named(Received received) throws IOException {
        boolean fresh = inLock(received.hash(), () -> {
            boolean known = touch(received.hash());
            received.name();
            Failpoint.BLOB_NAMED.reach();
            if (!known) {
                statements.change(
                        "insert into blob (sha256, size) values (?, ?) on conflict do nothing",
                        received.hash().hex(),
                        received.size());
            }
            return !known;
        });
        Failpoint.BLOB_COMMITTED.reach();
        return fresh;
    }

    /** Says that somebody counts on the blob, so that it is not swept before he refers to it. */
    boolean touch(BlobHash hash) {
        return statements.change("update blob set touched_at = now() where sha256 = ?", hash.hex()) == 1;
    }

    /**
     * Reads blobs whole, in the order of their hashes, until so many bytes are read, and sets damaged ones aside: whoever needs one
     * then hears that it is missing, and a worker that has it sends it again.
     *
     * @param after the last hash of the round before; empty: from the first
     * @return the last hash read; empty after the last blob
     */
    String scrub(String after, long bytes) throws IOException {
        record Named(BlobHash hash, long size) {}
        List<Named> next = statements.rows(
                "select sha256, size from blob where sha256 > ? order by sha256 limit 1000",
                r -> new Named(new BlobHash(r.getString(1)), r.getLong(2)),
                after);
        long left = bytes;
        for (Named blob : next) {
            if (left <= 0) {
                return blob.hash().hex();
            }
            left -= blob.size();
            if (store.size(blob.hash()).isPresent()) {
                whole(blob.hash(), blob.size());
            }
        }
        return next.size() == 1_000 ? next.get(999).hash().hex() : "";
    }

    /** As {@link #find}, and read whole however long it is. */
    boolean whole(BlobHash hash) throws IOException {
        Optional<Stored> found = find(hash);
        return found.isPresent() && whole(hash, found.get().size());
    }

    /** Whether the bytes are what their name says; those that are not are set aside. */
    private boolean whole(BlobHash hash, long size) throws IOException {
        if (sound(hash, size)) {
            return true;
        }
        return inLock(hash, () -> {
            // It may have been sent again since.
            if (sound(hash, size)) {
                return true;
            }
            if (store.size(hash).isPresent()) {
                LOG.errorf("blob %s is damaged: its file no longer has that hash; it is set aside", hash.hex());
                store.setAside(hash);
            }
            return false;
        });
    }

    private boolean sound(BlobHash hash, long size) throws IOException {
        OptionalLong there = store.size(hash);
        return there.isPresent()
                && there.getAsLong() == size
                && store.hashOf(hash).equals(hash);
    }

    /** A blob whose bytes are there and as many as there were; short ones are read whole. */
    Optional<Stored> find(BlobHash hash) throws IOException {
        Optional<Stored> found = statements.row(
                "select size from blob where sha256 = ?", r -> new Stored(hash, r.getLong(1), store), hash.hex());
        OptionalLong there = found.isEmpty() ? OptionalLong.empty() : store.size(hash);
        if (there.isEmpty()) {
            return Optional.empty();
        }
        boolean sure = there.getAsLong() > READ_WHOLE
                && there.getAsLong() == found.get().size();
        return sure || whole(hash, found.get().size()) ? found : Optional.empty();
    }

    /**
     * Deletes blobs that nothing refers to and that nobody sent for a while. May be interrupted and repeated anywhere.
     *
     * @return how many went
     */
    int sweep(Duration age) throws IOException {
        store.clean(Duration.ofHours(24));
        int deleted = 0;
        for (String hex : spare(age)) {
            BlobHash hash = new BlobHash(hex);
            try {
                deleted += inLock(hash, () -> delete(hash, age)) ? 1 : 0;
            } catch (DatabaseFailure e) {
                // A reference came in between: then it is not spare.
                if (!e.state().equals("23503")) {
                    throw e;
                }
            }
        }
        return deleted;
    }

    /** Files that nothing refers to. */
    record Spare(long files, long bytes) {}

    Spare spareNow(Duration age) {
        return statements
                .row(
                        "select count(*), coalesce(sum(size), 0) from blob b where true" + SPARE,
                        r -> new Spare(r.getLong(1), r.getLong(2)),
                        seconds(age))
                .orElseThrow();
    }

    private List<String> spare(Duration age) {
        return statements.rows(
                "select sha256 from blob b where true" + SPARE + " limit 1000", r -> r.getString(1), seconds(age));
    }

    private boolean delete(BlobHash hash, Duration age) throws IOException {
        if (statements.change("delete from blob b where sha256 = ?" + SPARE, hash.hex(), seconds(age)) == 0) {
            return false;
        }
        store.delete(hash);
        return true;
    }

    private static double seconds(Duration age) {
        return age.toMillis() / 1e3;
    }

    private interface Step {
        boolean run() throws IOException;
    }

    private boolean inLock(BlobHash hash, Step step) throws IOException {
        storing.acquireUninterruptibly();
        try {
            return QuarkusTransaction.requiringNew().timeout(LOCKED_SECONDS).call(() -> {
                statements.row("select pg_advisory_xact_lock(?)::text", r -> "", hash.lock());
                try {
                    return step.run();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            storing.release();
        }
    }
}
