package dev.runyard.service.blob;

import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Fence;
import dev.runyard.service.auth.StaleAttempt;
import dev.runyard.service.blob.store.BlobHash;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Names;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Files that clients keep with a run under paths such as {@code plots/loss.png}: the run's artifacts, of kind {@value #KIND}. A path is a
 * label here as everywhere, and never one of the disk. Whoever calls has made sure that the client may.
 */
@ApplicationScoped
public class ClientFiles {
    static final String KIND = "file";

    private static final int LONGEST = 1_000;
    private static final int MOST = 10_000;

    /** As what a client logs: no row once the attempt that it belongs to is over. */
    private static final String PUT = """
            insert into artifact (run_id, attempt, name, kind, sha256, size)
            select r.id, r.attempt, ?, ?, ?, ? from
              (select id, attempt from run where id = ? and attempt = ? and deleted_at is null and (external or state in %s) for share) r
            on conflict (run_id, attempt, name) do update set
              sha256 = excluded.sha256, size = excluded.size, created_at = now() where artifact.kind = excluded.kind
            """.formatted(Fence.HELD);

    /** That all files of {@code run r} stay. */
    static final String KEPT = "(r.pinned or exists (select 1 from report_citation c where c.run_id = r.id))";

    private static final String NEWEST = "select distinct on (name) name, size, sha256 from artifact where run_id = ? ";

    private final Statements statements;
    private final Blobs blobs;
    private final Fence fence;

    ClientFiles(Statements statements, Blobs blobs, Fence fence) {
        this.fence = fence;
        this.statements = statements;
        this.blobs = blobs;
    }

    /**
     * What stands in a folder.
     *
     * @param name without the folder's own
     * @param size null for a folder
     */
    public record Entry(String name, @Nullable Long size) {}

    /**
     * @return the path without slashes at its ends; empty for the top
     * @throws Problem 400 for what climbs, hides or cannot be shown
     */
    public static String path(String given) {
        String path = given.replaceAll("^/+|/+$", "");
        boolean sound =
                path.length() <= LONGEST && path.codePoints().allMatch(Names::printable) && path.indexOf('\\') < 0;
        for (String part : path.split("/", -1)) {
            sound &= path.isEmpty() || !part.isEmpty() && !part.equals(".") && !part.equals("..");
        }
        if (!sound) {
            throw Problem.of(
                    400,
                    "BAD_PATH",
                    "The path holds an empty part, a dot part, \\ or what cannot be printed, or is longer than "
                            + LONGEST + " characters.");
        }
        return path;
    }

    /**
     * Keeps a file; one of the same path is replaced, if it is a client's too. Not in a transaction: it streams.
     *
     * @param by the attempt whose program sends it
     * @throws Problem 413, 507, 422 TOO_MANY_FILES, 409 NAME_TAKEN for what the run's worker left; 409 for an attempt that ended meanwhile
     */
    public void put(UUID run, long attempt, String path, InputStream in, Caller.@Nullable Attempt by)
            throws IOException {
        long others = statements.number("select count(*) from artifact where run_id = ? and name <> ?", run, path);
        if (others >= MOST) {
            throw Problem.invalid(
                    "TOO_MANY_FILES",
                    "path",
                    path,
                    "is one more than the " + MOST + " files that a run may have",
                    null);
        }
        unlessTaken(run, path);
        Blobs.Named stored = blobs.put(in);
        int kept = QuarkusTransaction.requiringNew().call(() -> {
            fence.hold(by);
            return statements.change(PUT, path, KIND, stored.hash().hex(), stored.size(), run, attempt);
        });
        if (kept == 0) {
            unlessTaken(run, path);
            throw new StaleAttempt(run, attempt);
        }
    }

    private void unlessTaken(UUID run, String path) {
        if (statements.number(
                        "select count(*) from artifact where run_id = ? and name = ? and kind <> ?", run, path, KIND)
                > 0) {
            throw Problem.of(
                    409,
                    "NAME_TAKEN",
                    "Run " + run + " has a file \"" + path
                            + "\" that its worker left, which no client replaces; give it another name.");
        }
    }

    /** Folders first by name, then files; empty where there is nothing. */
    public List<Entry> list(UUID run, String folder) {
        String below = folder.isEmpty() ? "" : folder + "/";
        Map<String, Entry> entries = new TreeMap<>();
        statements.each(
                NEWEST + "and starts_with(name, ?) order by name, attempt desc limit " + MOST,
                r -> {
                    String rest = r.getString(1).substring(below.length());
                    int slash = rest.indexOf('/');
                    String name = slash < 0 ? rest : rest.substring(0, slash);
                    entries.putIfAbsent(name, new Entry(name, slash < 0 ? r.getLong(2) : null));
                },
                run,
                below);
        return List.copyOf(entries.values());
    }

    /** The newest file of the path. */
    public Optional<Stored> find(UUID run, String path) throws IOException {
        Optional<String> hash = statements.row(
                NEWEST + "and name = ? order by name, attempt desc limit 1", r -> r.getString(3), run, path);
        return hash.isEmpty() ? Optional.empty() : blobs.find(new BlobHash(hash.get()));
    }

    /**
     * Takes a file, or all that is below a folder, away; the bytes go with the next sweep. What a worker left stays.
     *
     * @param by the attempt whose program asks for it
     * @throws Problem 409 PINNED where all files of the run are kept; 409 for an attempt that is over
     */
    @Transactional
    public int delete(UUID run, String path, Caller.@Nullable Attempt by) {
        fence.hold(by);
        int gone = statements.change(
                "delete from artifact a using run r where r.id = a.run_id and not " + KEPT
                        + " and a.run_id = ? and a.kind = ? and (a.name = ? or starts_with(a.name, ?))",
                run,
                KIND,
                path,
                path + "/");
        if (gone == 0 && statements.number("select count(*) from run r where r.id = ? and " + KEPT, run) > 0) {
            throw Problem.of(
                    409,
                    "PINNED",
                    "Run " + run
                            + " is pinned, or a frozen report cites it, so that all its files are kept; take the pin"
                            + " away first.");
        }
        return gone;
    }
}
