package dev.runyard.service;

import dev.runyard.service.boot.StartFailure;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Who serves a database that several services could reach: one by itself, or several that share all there is. A second one with a home
 * of its own would not have the first one's files and secrets, and its own Temporal would carry out the same runs: checkpoints would seem
 * to be lost, and workers would be strangers.
 */
final class SoleService implements AutoCloseable {
    /** "runyard", as Postgres numbers such locks: one for each database. */
    private static final long LOCK = 0x72756e79617264L;

    private static final Duration LOOK = Duration.ofSeconds(5);

    private final String url;
    private final String user;
    private final String password;
    private final boolean shared;
    private final Runnable lost;
    private final Thread watch;
    private volatile Connection connection;
    private volatile boolean closed;

    private SoleService(
            String url, String user, String password, boolean shared, Runnable lost, Connection connection) {
        this.shared = shared;
        this.url = url;
        this.user = user;
        this.password = password;
        this.lost = lost;
        this.connection = connection;
        this.watch = new Thread(this::watch, "sole-service");
        watch.setDaemon(true);
        watch.start();
    }

    /**
     * Holds the database until it is closed, also over restarts of Postgres.
     *
     * @param shared whether others that share may hold it too
     * @param patience for one that is just ending
     * @param lost called when another service took it while Postgres was away
     * @throws StartFailure when another service holds it
     */
    static SoleService hold(String url, String user, String password, boolean shared, Duration patience, Runnable lost)
            throws SQLException {
        Connection connection = DriverManager.getConnection(url, user, password);
        boolean held = false;
        try {
            long end = System.nanoTime() + patience.toNanos();
            while (!taken(connection, shared)) {
                if (System.nanoTime() > end) {
                    throw new StartFailure(
                            "another service works on the database at RUNYARD_DB_URL",
                            "stop it, or give each lab a database of its own; several services serve one lab when each has"
                                    + " RUNYARD_TEMPORAL and RUNYARD_ARTIFACTS, a server and a folder or bucket that all of them reach");
                }
                Thread.sleep(200);
            }
            held = true;
            return new SoleService(url, user, password, shared, lost, connection);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted while waiting for the database", "start again", e);
        } finally {
            if (!held) {
                connection.close();
            }
        }
    }

    private static boolean taken(Connection connection, boolean shared) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                shared ? "select pg_try_advisory_lock_shared(?)" : "select pg_try_advisory_lock(?)")) {
            statement.setLong(1, LOCK);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private void watch() {
        try {
            while (!closed) {
                Thread.sleep(LOOK.toMillis());
                if (!closed && !held()) {
                    lost.run();
                    return;
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /** False when another service has it. A Postgres that is away is nobody's. */
    private boolean held() {
        try {
            if (connection.isValid((int) LOOK.toSeconds())) {
                return true;
            }
            connection.close();
            Connection again = DriverManager.getConnection(url, user, password);
            try {
                boolean mine = taken(again, shared);
                connection = again;
                return mine;
            } catch (SQLException e) {
                again.close();
                throw e;
            }
        } catch (SQLException e) {
            return true;
        }
    }

    @Override
    public void close() throws SQLException {
        closed = true;
        watch.interrupt();
        connection.close();
    }
}
