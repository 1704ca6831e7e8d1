package dev.runyard.service.blob;

import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.http.Problem;
import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
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

    private final AgroalDataSource dataSource;
    private final BlobFolder folder;
    private final long limit;

    Blobs(
            AgroalDataSource dataSource,
            LabConfig config,
            @ConfigProperty(name = "runyard.artifacts.max-bytes", defaultValue = "4294967296") long limit)
            throws IOException {
        this.dataSource = dataSource;
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
    boolean put(Sha256 hash, InputStream in) throws IOException, SQLException {
        try (BlobFolder.Received received = folder.receive(in, limit)) {
            if (!received.hash().equals(hash)) {
                throw Problem.invalid(
                        "HASH_MISMATCH",
                        "sha256",
                        hash.hex(),
                        "is not the hash of the " + received.size() + " bytes received, which is " + received.hash(),
                        "send the whole file again under its own hash");
            }
            return inLock(hash, c -> {
                boolean known = touch(c, hash) && Files.exists(folder.path(hash));
                if (!known) {
                    folder.name(received);
                    add(c, hash, received.size());
                }
                return !known;
            });
        }
    }

    Optional<Stored> find(Sha256 hash) throws SQLException {
        try (Connection c = dataSource.getConnection();
                PreparedStatement s = c.prepareStatement("select size from blob where sha256 = ?")) {
            s.setString(1, hash.hex());
            try (ResultSet r = s.executeQuery()) {
                if (!r.next()) {
                    return Optional.empty();
                }
                Stored stored = new Stored(folder.path(hash), r.getLong(1));
                return Files.isRegularFile(stored.file()) ? Optional.of(stored) : Optional.empty();
            }
        }
    }

    /**
     * Deletes blobs that nothing refers to and that nobody sent for a while. May be interrupted and repeated anywhere.
     *
     * @return how many went
     */
    int sweep(Duration age) throws SQLException, IOException {
        folder.clean(Duration.ofHours(24));
        int deleted = 0;
        for (String hex : spare(age)) {
            Sha256 hash = new Sha256(hex);
            try {
                deleted += inLock(hash, c -> delete(c, hash, age)) ? 1 : 0;
            } catch (SQLException e) {
                // A reference came in between: then it is not spare.
                if (!"23503".equals(e.getSQLState())) {
                    throw e;
                }
            }
        }
        return deleted;
    }

    private List<String> spare(Duration age) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection c = dataSource.getConnection();
                PreparedStatement s =
                        c.prepareStatement("select sha256 from blob b where true" + SPARE + " limit 1000")) {
            s.setDouble(1, age.toMillis() / 1e3);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.add(r.getString(1));
                }
            }
        }
        return found;
    }

    private boolean delete(Connection c, Sha256 hash, Duration age) throws SQLException, IOException {
        try (PreparedStatement s = c.prepareStatement("delete from blob b where sha256 = ?" + SPARE)) {
            s.setString(1, hash.hex());
            s.setDouble(2, age.toMillis() / 1e3);
            if (s.executeUpdate() == 0) {
                return false;
            }
        }
        Files.deleteIfExists(folder.path(hash));
        return true;
    }

    private static boolean touch(Connection c, Sha256 hash) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("update blob set touched_at = now() where sha256 = ?")) {
            s.setString(1, hash.hex());
            return s.executeUpdate() == 1;
        }
    }

    private static void add(Connection c, Sha256 hash, long size) throws SQLException {
        try (PreparedStatement s =
                c.prepareStatement("insert into blob (sha256, size) values (?, ?) on conflict do nothing")) {
            s.setString(1, hash.hex());
            s.setLong(2, size);
            s.executeUpdate();
        }
    }

    private interface Step {
        boolean run(Connection c) throws SQLException, IOException;
    }

    private boolean inLock(Sha256 hash, Step step) throws SQLException, IOException {
        try (Connection c = dataSource.getConnection()) {
            c.setAutoCommit(false);
            boolean done = false;
            try {
                try (PreparedStatement s = c.prepareStatement("select pg_advisory_xact_lock(?)")) {
                    s.setLong(1, hash.lock());
                    s.execute();
                }
                boolean answer = step.run(c);
                c.commit();
                done = true;
                return answer;
            } finally {
                if (!done) {
                    c.rollback();
                }
                c.setAutoCommit(true);
            }
        }
    }
}
