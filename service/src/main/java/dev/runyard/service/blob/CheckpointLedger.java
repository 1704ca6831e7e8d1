package dev.runyard.service.blob;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.service.auth.Fence;
import dev.runyard.service.blob.store.BlobHash;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Given;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Retention;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which checkpoints a run has. The last two and the best stay, or as many as the project says; what a dropped one referred to alone goes with the next sweep. */
@ApplicationScoped
public class CheckpointLedger {
    private static final int MOST_FILES = 1_000;

    /** By which training tells the best. */
    private static final String DECIDES = "val/top1";

    private static final String PUT = Fence.SQL + """
            insert into checkpoint (run_id, attempt, step, epoch, best, manifest)
            select id, attempt, ?, ?, ?, ?::jsonb from fence
            on conflict (run_id, attempt, step) do update set
              epoch = excluded.epoch, best = excluded.best, manifest = excluded.manifest
            """;

    private static final String KEEPS = """
            select %s, coalesce(t.last, ?), coalesce(t.best, ?)
            from run r left join retention t on t.project_id = r.project_id where r.id = ?""".formatted(ClientFiles.KEPT);

    /** Of a pinned run there may be thousands, each with the names of hundreds of files. */
    private static final int AT_START = 20;

    private static final int SHOWN = 200;

    private static final String OFFERED = """
            select manifest from (
              select manifest, best, row_number() over (order by attempt desc, step desc) as nth,
                     row_number() over (partition by best order by attempt desc, step desc) as of_its_kind
              from checkpoint where run_id = ?) c
            where nth <= ? or best and of_its_kind = 1 order by nth""";

    private static final String NEWEST_FIRST = " from checkpoint where run_id = ? order by attempt desc, step desc";

    private final Statements statements;
    private final Fence fence;
    private final ObjectMapper json;

    CheckpointLedger(Statements statements, Fence fence, ObjectMapper json) {
        this.statements = statements;
        this.fence = fence;
        this.json = json;
    }

    /**
     * @param best whether it held the best validation result of the run when it was made
     * @param key the metric that decides which one is best; left out where it was not measured then
     * @param value of that metric at this step
     * @param files names, sizes and hashes; each can be fetched from the artifact store
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record View(
            long attempt,
            long step,
            int epoch,
            boolean best,
            @Nullable String key,
            @Nullable Double value,
            Instant createdAt,
            List<CheckpointRef.File> files) {}

    /**
     * Makes a checkpoint known, all of whose files were stored before. Repeating it changes nothing.
     *
     * @throws Problem 422 MISSING_BLOB, SIZE_MISMATCH or a broken rule; 409 for a stale attempt
     */
    @Transactional
    public void add(UUID run, long attempt, CheckpointRef ref) {
        check(ref);
        fence.hold(run, attempt);
        requireBlobs(ref);
        put(run, attempt, ref);
        retain(run);
        Failpoint.CHECKPOINT_STORED.reach();
    }

    /** Those that the next attempt may resume from, newest first: a few of the newest, and the best. */
    public List<CheckpointRef> kept(UUID run) {
        return statements.rows(OFFERED, r -> manifest(r.getString(1)), run, AT_START);
    }

    /** The newest {@value #SHOWN}, newest first. */
    public List<View> of(UUID run) {
        if (!fence.exists(run)) {
            throw Problem.notFound("run", run);
        }
        return statements.rows(
                "select attempt, created_at, manifest, (select p.value from metric_point p"
                        + " join metric_key k on k.id = p.key_id and k.key = ? where p.run_id = checkpoint.run_id"
                        + " and p.step = checkpoint.step and p.superseded_by is null order by p.time desc limit 1) as value"
                        + NEWEST_FIRST + " limit " + SHOWN,
                r -> {
                    Double value = r.getObject(4, Double.class);
                    CheckpointRef ref = manifest(r.getString(3));
                    Instant made = Statements.instant(r, "created_at");
                    return new View(
                            r.getLong(1),
                            ref.step(),
                            ref.epoch(),
                            ref.best(),
                            value == null ? null : DECIDES,
                            value,
                            made,
                            ref.files());
                },
                DECIDES,
                run);
    }

    private void put(UUID run, long attempt, CheckpointRef ref) {
        statements.change(PUT, run, attempt, ref.step(), ref.epoch(), ref.best(), text(ref));
        statements.change(
                "delete from checkpoint_file where run_id = ? and attempt = ? and step = ?", run, attempt, ref.step());
        statements.change(
                """
                insert into checkpoint_file (run_id, attempt, step, name, sha256)
                select ?, ?, ?, f.name, f.sha256 from unnest(?::text[], ?::text[]) as f(name, sha256)""",
                run,
                attempt,
                ref.step(),
                ref.files().stream().map(CheckpointRef.File::name).toList(),
                ref.files().stream().map(CheckpointRef.File::sha256).toList());
    }

    /** What is pinned, and what a frozen report cites, keeps all it has. */
    private void retain(UUID run) {
        record Keeps(boolean all, int last, int best) {}
        Keeps keeps = statements
                .row(
                        KEEPS,
                        r -> new Keeps(r.getBoolean(1), r.getInt(2), r.getInt(3)),
                        Retention.LAST,
                        Retention.BEST,
                        run)
                .orElseThrow();
        if (keeps.all()) {
            return;
        }
        record Made(long attempt, long step, boolean best) {}
        List<Made> made = statements.rows(
                "select attempt, step, best" + NEWEST_FIRST,
                r -> new Made(r.getLong(1), r.getLong(2), r.getBoolean(3)),
                run);
        for (Made spare : Retention.spare(made, keeps.last(), keeps.best(), Made::best)) {
            statements.change(
                    "delete from checkpoint where run_id = ? and attempt = ? and step = ?",
                    run,
                    spare.attempt(),
                    spare.step());
        }
    }

    /** Locks the blobs' rows, so that no sweep takes one before the reference is there. */
    private void requireBlobs(CheckpointRef ref) {
        Map<String, Long> sizes = new HashMap<>();
        statements.each(
                "select sha256, size from blob where sha256 = any(?) order by sha256 for key share",
                r -> sizes.put(r.getString(1), r.getLong(2)),
                ref.files().stream().map(CheckpointRef.File::sha256).toList());
        for (int i = 0; i < ref.files().size(); i++) {
            CheckpointRef.File file = ref.files().get(i);
            requireBlob("files[" + i + "]", file.sha256(), file.size(), sizes.get(file.sha256()));
        }
    }

    static void requireBlob(String field, String sha256, long size, @Nullable Long stored) {
        if (stored == null) {
            throw Problem.invalid(
                    "MISSING_BLOB",
                    field + ".sha256",
                    sha256,
                    "is not in the artifact store",
                    "PUT /api/v1/artifacts/" + sha256 + " first");
        }
        if (stored != size) {
            throw Problem.invalid("SIZE_MISMATCH", field + ".size", size, "is not the stored size " + stored, null);
        }
    }

    /** The field that names it, by the hash of each file; what is no hash is left out. */
    static Map<String, String> hashes(CheckpointRef ref) {
        Map<String, String> hashes = new LinkedHashMap<>();
        List<CheckpointRef.File> files = ref.files() == null ? List.of() : ref.files();
        for (int i = 0; i < Math.min(files.size(), MOST_FILES); i++) {
            CheckpointRef.File file = files.get(i);
            if (file != null && file.sha256() != null && BlobHash.valid(file.sha256())) {
                hashes.putIfAbsent(file.sha256(), "files[" + i + "].sha256");
            }
        }
        return hashes;
    }

    private static void check(CheckpointRef ref) {
        Given.range("step", ref.step(), 1L << 53);
        Given.range("epoch", ref.epoch(), Integer.MAX_VALUE);
        List<CheckpointRef.File> files = ref.files();
        if (files == null || files.isEmpty() || files.size() > MOST_FILES) {
            throw Problem.invalid("OUT_OF_RANGE", "files", files, "must hold 1 to " + MOST_FILES + " files", null);
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < files.size(); i++) {
            CheckpointRef.File file = files.get(i);
            String field = "files[" + i + "]";
            if (file == null || file.name() == null || file.sha256() == null) {
                throw Problem.invalid("MISSING_FIELD", field, null, "needs name, size and sha256", null);
            }
            Label.check(field + ".name", file.name());
            Given.range(field + ".size", file.size(), Long.MAX_VALUE);
            requireHash(field + ".sha256", file.sha256());
            if (!names.add(file.name())) {
                throw Problem.invalid("DUPLICATE_NAME", field + ".name", file.name(), "stands twice", null);
            }
        }
    }

    static void requireHash(String field, String sha256) {
        if (!BlobHash.valid(sha256)) {
            throw Problem.invalid("BAD_HASH", field, sha256, "must be 64 lower-case hex digits", null);
        }
    }

    private String text(CheckpointRef ref) {
        try {
            return json.writeValueAsString(ref);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of plain values", e);
        }
    }

    private CheckpointRef manifest(String text) {
        try {
            return json.readValue(text, CheckpointRef.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored manifest cannot be read", e);
        }
    }
}
