package dev.runyard.service.blob;

import dev.runyard.service.auth.Fence;
import dev.runyard.service.blob.store.BlobHash;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.judging.PredictionFile;
import dev.runyard.spec.report.ArtifactKind;
import dev.runyard.spec.report.CheckpointRef;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Files that a run offers by name. A later attempt's file of the same name stands before an earlier one's. */
@ApplicationScoped
public class Artifacts {
    private static final int MOST = 10_000;

    private static final String PUT = Fence.SQL + """
            insert into artifact (run_id, attempt, name, kind, sha256, size, judged)
            select id, attempt, ?, ?, ?, ?, ? from fence
            on conflict (run_id, attempt, name) do update set
              kind = excluded.kind, sha256 = excluded.sha256, size = excluded.size, judged = excluded.judged
            """;

    private final Statements statements;
    private final Fence fence;
    private final Blobs blobs;

    Artifacts(Statements statements, Fence fence, Blobs blobs) {
        this.statements = statements;
        this.fence = fence;
        this.blobs = blobs;
    }

    /**
     * @param name a label, 1 to 200 bytes, no path
     * @param sha256 of a file stored before
     * @param size in bytes
     * @param kind a word for what it is, for example weights
     */
    public record Request(String name, String sha256, long size, String kind) {}

    /**
     * One file; {@code GET /api/v1/artifacts/{sha256}} has its bytes.
     *
     * @param kind a word of {@link dev.runyard.spec.report.ArtifactKind}, or another
     * @param run that left it: the one that was asked for, or a task that looked at it
     */
    public record View(String name, String kind, String sha256, long size, long attempt, UUID run, Instant createdAt) {}

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
        statements.change(
                PUT,
                run,
                attempt,
                request.name(),
                request.kind(),
                request.sha256(),
                request.size(),
                judged(request).orElse(null));
    }

    /** What a file of predictions says that it is of; one that cannot be read says why when it is asked for. */
    private Optional<String> judged(Request request) {
        if (!request.kind().equals(ArtifactKind.PREDICTIONS.word())) {
            return Optional.empty();
        }
        try (InputStream in = new BufferedInputStream(open(request.sha256()))) {
            return Optional.ofNullable(PredictionFile.about(in, request.name()).judged());
        } catch (Problem e) {
            if (e.status() >= 500) {
                throw e; // the store is away, which says nothing of the file: it is reported again
            }
            return Optional.empty();
        } catch (IOException | InvalidSpec e) {
            return Optional.empty();
        }
    }

    /** By name; of each name the newest attempt's. */
    public List<View> of(UUID run) {
        return views(run, "a.run_id = ?", run);
    }

    /** As {@link #of}, and what tasks that looked at the run left; in the order in which the runs were made. */
    public List<View> with(UUID run) {
        return views(
                run, "a.run_id in (select id from run where id = ? or of_run = ? and deleted_at is null)", run, run);
    }

    /** The weights of the run that a task looks at; none for a run that looks at no other. */
    public List<CheckpointRef.File> looked(UUID task) {
        return statements.rows(
                "select distinct on (a.name) a.name, a.size, a.sha256 from run t join artifact a on a.run_id = t.of_run"
                        + " where t.id = ? and a.kind = 'weights' order by a.name, a.attempt desc limit 100",
                r -> new CheckpointRef.File(r.getString(1), r.getLong(2), r.getString(3)),
                task);
    }

    /**
     * A file of the run or of a task that looked at it.
     *
     * @throws Problem 404
     */
    public View one(UUID run, String sha256) {
        return with(run).stream()
                .filter(view -> view.sha256().equals(sha256))
                .findFirst()
                .orElseThrow(() ->
                        Problem.notFound("artifact", BlobHash.valid(sha256) ? sha256 : "of that hash of run " + run));
    }

    /** The bytes of a file that is offered. */
    public InputStream open(String sha256) throws IOException {
        return open(sha256, 0);
    }

    /** Those from a place on; what lies before it is not fetched. */
    public InputStream open(String sha256, long from) throws IOException {
        return blobs.find(new BlobHash(sha256))
                .orElseThrow(() -> Problem.notFound("artifact", sha256))
                .open(from);
    }

    /** Whether a stored file still is what was stored: all of it is read, and set aside where it is not. */
    public boolean whole(String sha256) throws IOException {
        return blobs.whole(new BlobHash(sha256));
    }

    private List<View> views(UUID run, String which, Object... values) {
        if (!fence.exists(run)) {
            throw Problem.notFound("run", run);
        }
        return statements.rows(
                "select * from (select distinct on (a.run_id, a.name) a.name, a.kind, a.sha256, a.size, a.attempt, a.run_id,"
                        + " a.created_at, r.created_at as made from artifact a join run r on r.id = a.run_id where "
                        + which
                        + " order by a.run_id, a.name, a.attempt desc) newest order by made, run_id, name limit "
                        + MOST,
                r -> new View(
                        r.getString(1),
                        r.getString(2),
                        r.getString(3),
                        r.getLong(4),
                        r.getLong(5),
                        r.getObject(6, UUID.class),
                        Statements.instant(r, "created_at")),
                values);
    }
}
