package dev.runyard.service.blob;

import dev.runyard.service.auth.Fence;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Files that a run offers by name. A later attempt's file of the same name stands before an earlier one's. */
@ApplicationScoped
public class Artifacts {
    private static final String PUT = Fence.SQL + """
            insert into artifact (run_id, attempt, name, kind, sha256, size)
            select id, attempt, ?, ?, ?, ? from fence
            on conflict (run_id, attempt, name) do update set
              kind = excluded.kind, sha256 = excluded.sha256, size = excluded.size
            """;

    private final AgroalDataSource dataSource;

    Artifacts(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * @param name a label, 1 to 200 bytes, no path
     * @param sha256 of a file stored before
     * @param size in bytes
     * @param kind a word for what it is, for example weights
     */
    public record Request(String name, String sha256, long size, String kind) {}

    /** One file; {@code GET /api/v1/artifacts/{sha256}} has its bytes. */
    public record View(String name, String kind, String sha256, long size, long attempt, Instant createdAt) {}

    /** @throws Problem 422 MISSING_BLOB, SIZE_MISMATCH, BAD_NAME; 409 for a stale attempt */
    @Transactional
    public void add(UUID run, long attempt, Request request) throws SQLException {
        if (request.name() == null || request.sha256() == null || request.kind() == null) {
            throw Problem.invalid("MISSING_FIELD", "name", request.name(), "name, sha256 and kind are required", null);
        }
        Label.check("name", request.name());
        Label.check("kind", request.kind());
        Checkpoints.requireHash("sha256", request.sha256());
        Given.range("size", request.size(), Long.MAX_VALUE);
        try (Connection c = dataSource.getConnection()) {
            Fence.hold(c, run, attempt);
            try (PreparedStatement s = c.prepareStatement("select size from blob where sha256 = ? for key share")) {
                s.setString(1, request.sha256());
                try (ResultSet r = s.executeQuery()) {
                    Checkpoints.requireBlob(
                            "artifact", request.sha256(), request.size(), r.next() ? r.getLong(1) : null);
                }
            }
            try (PreparedStatement s = c.prepareStatement(PUT)) {
                s.setObject(1, run);
                s.setLong(2, attempt);
                s.setString(3, request.name());
                s.setString(4, request.kind());
                s.setString(5, request.sha256());
                s.setLong(6, request.size());
                s.executeUpdate();
            }
        }
    }

    /** By name; of each name the newest attempt's. */
    public List<View> of(UUID run) throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            if (!Fence.exists(c, run)) {
                throw Problem.notFound("run", run);
            }
            List<View> found = new ArrayList<>();
            try (PreparedStatement s = c.prepareStatement("select distinct on (name) name, kind, sha256, size, attempt,"
                    + " created_at from artifact where run_id = ? order by name, attempt desc")) {
                s.setObject(1, run);
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        found.add(new View(
                                r.getString(1),
                                r.getString(2),
                                r.getString(3),
                                r.getLong(4),
                                r.getLong(5),
                                r.getObject(6, OffsetDateTime.class).toInstant()));
                    }
                }
            }
            return found;
        }
    }
}
