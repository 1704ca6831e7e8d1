package dev.runyard.service.blob;

import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.db.DatabaseFailure;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The artifact store: a row and a file for each blob. The file comes before the row and goes after it, both under a lock on the
 * hash, so a row without a file means that somebody took the file away.
 */
@ApplicationScoped
class Blobs {
    private static final String SPARE = " and touched_at < now() - make_interval(secs => ?)"
            + " and not exists (select 1 from artifact a where a.sha256 = b.sha256)"
            + " and not exists (select 1 from checkpoint_file f where f.sha256 = b.sha256)";

    private final Statements statements;
    private final BlobFolder folder;
    private final long limit;

    Blobs(
            Statements statements,
            LabConfig config,
            @ConfigProperty(name = "runyard.artifacts.max-bytes", defaultValue = "4294967296") long limit)
            throws IOException {
        this.statements = statements;
        this.folder = new BlobFolder(config.artifacts());
        this.limit = limit;
    }

    /** A stored blob. */
    record Stored(Path file, long size) {}

    long limit() {
        return limit;
    }

    /**
     * Stores what the stream holds, if that is what its name says.
     *
     * @return whether it is new
     * @throws Problem 422 HASH_MISMATCH, 413, 507; nothing is stored then
     */
    boolean put(Sha256 hash, InputStream in) throws IOException {
        try (BlobFolder.Received received = folder.receive(in, limit)) {
            if (!received.hash().equals(hash)) {
                throw Problem.invalid(
                        "HASH_MISMATCH",
                        "sha256",
                        hash.hex(),
                        "is not the hash of the " + received.size() + " bytes received, which is " + received.hash(),
                        "send the whole file again under its own hash");
            }
            return inLock(hash, () -> {
                boolean known =
                        statements.change("update blob set touched_at = now() where sha256 = ?", hash.hex()) == 1
                                && Files.exists(folder.path(hash));
                if (!known) {
                    folder.name(received);
                    statements.change(
                            "insert into blob (sha256, size) values (?, ?) on conflict do nothing",
                            hash.hex(),
                            received.size());
                }
                return !known;
            });
        }
    }

    Optional<Stored> find(Sha256 hash) {
        return statements
                .row(
                        "select size from blob where sha256 = ?",
                        r -> new Stored(folder.path(hash), r.getLong(1)),
                        hash.hex())
                .filter(stored -> Files.isRegularFile(stored.file()));
    }

    /**
     * Deletes blobs that nothing refers to and that nobody sent for a while. May be interrupted and repeated anywhere.
     *
     * @return how many went
     */
    int sweep(Duration age) throws IOException {
        folder.clean(Duration.ofHours(24));
        int deleted = 0;
        for (String hex : spare(age)) {
            Sha256 hash = new Sha256(hex);
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

    private List<String> spare(Duration age) {
        return statements.rows(
                "select sha256 from blob b where true" + SPARE + " limit 1000", r -> r.getString(1), seconds(age));
    }

    private boolean delete(Sha256 hash, Duration age) throws IOException {
        if (statements.change("delete from blob b where sha256 = ?" + SPARE, hash.hex(), seconds(age)) == 0) {
            return false;
        }
        Files.deleteIfExists(folder.path(hash));
        return true;
    }

    private static double seconds(Duration age) {
        return age.toMillis() / 1e3;
    }

    private interface Step {
        boolean run() throws IOException;
    }

    private boolean inLock(Sha256 hash, Step step) throws IOException {
        try {
            return QuarkusTransaction.requiringNew().call(() -> {
                statements.row("select pg_advisory_xact_lock(?)::text", r -> "", hash.lock());
                try {
                    return step.run();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
