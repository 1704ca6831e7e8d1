package dev.runyard.service.blob;

import dev.runyard.service.auth.Fence;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
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

    private final Statements statements;
    private final Fence fence;

    Artifacts(Statements statements, Fence fence) {
        this.statements = statements;
        this.fence = fence;
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
    public void add(UUID run, long attempt, Request request) {
        if (request.name() == null || request.sha256() == null || request.kind() == null) {
            throw Problem.invalid("MISSING_FIELD", "name", request.name(), "name, sha256 and kind are required", null);
        }
        Label.check("name", request.name());
        Label.check("kind", request.kind());
        CheckpointLedger.requireHash("sha256", request.sha256());
        Given.range("size", request.size(), Long.MAX_VALUE);
        fence.hold(run, attempt);
        Long stored = statements
                .row("select size from blob where sha256 = ? for key share", r -> r.getLong(1), request.sha256())
                .orElse(null);
        CheckpointLedger.requireBlob("artifact", request.sha256(), request.size(), stored);
        statements.change(PUT, run, attempt, request.name(), request.kind(), request.sha256(), request.size());
    }

    /** By name; of each name the newest attempt's. */
    public List<View> of(UUID run) {
        if (!fence.exists(run)) {
            throw Problem.notFound("run", run);
        }
        return statements.rows(
                "select distinct on (name) name, kind, sha256, size, attempt, created_at from artifact"
                        + " where run_id = ? order by name, attempt desc",
                r -> new View(
                        r.getString(1),
                        r.getString(2),
                        r.getString(3),
                        r.getLong(4),
                        r.getLong(5),
                        Statements.instant(r, "created_at")),
                run);
    }
}
