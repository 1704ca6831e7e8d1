package dev.runyard.service.blob;

import dev.runyard.service.auth.Tokens;
import dev.runyard.service.http.Problem;
import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who may upload: every attempt that holds a run and every worker that is enrolled. A blob's path names neither, so the token is
 * held against all of them; there are as many as devices.
 */
@ApplicationScoped
class Uploaders {
    private final AgroalDataSource dataSource;
    private final Tokens tokens;

    Uploaders(AgroalDataSource dataSource, Tokens tokens) {
        this.dataSource = dataSource;
        this.tokens = tokens;
    }

    /** @throws Problem 401 */
    void require(@Nullable String authorization) throws SQLException {
        if (authorization != null && !authorization.isBlank()) {
            try (Connection c = dataSource.getConnection()) {
                if (attempt(c, authorization) || worker(c, authorization)) {
                    return;
                }
            }
        }
        throw Problem.of(401, "BAD_TOKEN", "This needs the token of a worker, or of an attempt that holds a run.");
    }

    private boolean attempt(Connection c, String authorization) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(
                        "select id, attempt from run where state in ('STARTING', 'RUNNING', 'PAUSING', 'CANCELLING')");
                ResultSet r = s.executeQuery()) {
            while (r.next()) {
                if (tokens.isAttempt(r.getObject(1, UUID.class), r.getLong(2), authorization)) {
                    return true;
                }
            }
            return false;
        }
    }

    private boolean worker(Connection c, String authorization) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("select id from worker where left_at is null");
                ResultSet r = s.executeQuery()) {
            while (r.next()) {
                if (tokens.isWorker(r.getObject(1, UUID.class), authorization)) {
                    return true;
                }
            }
            return false;
        }
    }
}
