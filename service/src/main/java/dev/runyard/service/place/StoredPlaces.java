package dev.runyard.service.place;

import dev.runyard.service.blob.Artifacts;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.dataset.StoredPlace;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Data sets and weights that the artifact store has by name. Names are the lab's: a spec means the same in every project. */
@ApplicationScoped
public class StoredPlaces {
    private static final String FROM = " from stored_place p join blob b on b.sha256 = p.sha256";
    private static final String VIEW =
            "select p.id, p.sha256, b.size, p.read_as, p.fingerprint, p.pushed_by, p.pushed_at" + FROM;

    private static final String OPEN = " state not in ('FINISHED', 'PRUNED', 'FAILED', 'CANCELLED')";

    private final Statements statements;
    private final Artifacts artifacts;
    private final Asking asking;
    private final Wakeup wakeup;

    StoredPlaces(Statements statements, Artifacts artifacts, Asking asking, Wakeup wakeup) {
        this.statements = statements;
        this.artifacts = artifacts;
        this.asking = asking;
        this.wakeup = wakeup;
    }

    /**
     * As people see it.
     *
     * @param need what specs that name it need: {@code dataset:birds}, {@code weights:clip-b32}
     * @param size of what is stored, in bytes
     * @param id how the data set is read, as a spec's {@code dataset.id}; null for weights
     * @param fingerprint of its content, as hosts tell it of what they have by that name
     * @param pushedBy whose account may forget it, beside administrators
     * @param openRuns how many runs of the lab that are not over need it; as long as there are any it is not forgotten
     */
    @Schema(name = "StoredPlaceView")
    public record View(
            String need,
            String sha256,
            long size,
            @Nullable String id,
            String fingerprint,
            String pushedBy,
            Instant pushedAt,
            long openRuns) {
        private static View of(ResultSet r, Map<String, Long> open) throws SQLException {
            return new View(
                    r.getString(1),
                    r.getString(2),
                    r.getLong(3),
                    r.getString(4),
                    r.getString(5),
                    r.getString(6),
                    Statements.instant(r, "pushed_at"),
                    open.getOrDefault(r.getString(1), 0L));
        }

        private boolean means(Content content) {
            return fingerprint.equals(content.fingerprint()) && Objects.equals(id, content.id());
        }
    }

    /** What somebody puts under a name; as {@link View} has it. */
    record Content(String sha256, @Nullable String id, String fingerprint) {}

    List<View> all() {
        Map<String, Long> open = open();
        return statements.rows(VIEW + " order by p.id", r -> View.of(r, open));
    }

    private Optional<View> find(String need) {
        Map<String, Long> open = open();
        return statements.row(VIEW + " where p.id = ?", r -> View.of(r, open), need);
    }

    /** Of every project, as a name is: a number says whose runs they are to nobody. */
    private Map<String, Long> open() {
        Map<String, Long> open = new HashMap<>();
        asking.asLab(() -> statements.rows(
                        "select need, count(*) from run, unnest(needs) need where" + OPEN + " group by need",
                        r -> Map.entry(r.getString(1), r.getLong(2))))
                .forEach(entry -> open.put(entry.getKey(), entry.getValue()));
        return open;
    }

    /** What runs may need and a host can fetch. */
    public Set<String> needs() {
        return new TreeSet<>(statements.rows("select id from stored_place", r -> r.getString(1)));
    }

    /** What a run needs and can be fetched. */
    public List<StoredPlace> of(UUID run) {
        return statements.rows(
                "select p.id, p.sha256, b.size, p.read_as" + FROM
                        + " join run r on p.id = any (r.needs) where r.id = ? order by p.id",
                r -> new StoredPlace(r.getString(1), r.getString(2), r.getLong(3), r.getString(4)),
                run);
    }

    /**
     * Puts content under a name that has none. The same content again changes nothing, but where its file is not what it was: then the one
     * that was sent takes its place. Runs are compared by names, so what is behind one does not change while it is there.
     *
     * @throws Problem 409 NAME_TAKEN where another content is under the name; 422 MISSING_BLOB where the file that was sent is damaged, too
     */
    View put(String need, Content content, String who) throws IOException {
        int rows = statements.change("""
                insert into stored_place (id, sha256, read_as, fingerprint, pushed_by) values (?, ?, ?, ?, ?)
                on conflict (id) do nothing""", need, content.sha256(), content.id(), content.fingerprint(), who);
        View there = find(need).orElseThrow(() -> Problem.notFound("stored place", need));
        if (!there.means(content)) {
            throw Problem.of(
                    409,
                    "NAME_TAKEN",
                    "Another content was pushed as " + need + " by " + there.pushedBy() + " (fingerprint "
                            + there.fingerprint().substring(0, 12)
                            + "…); take another name, or let them or an administrator forget it first.");
        }
        if (rows == 0) {
            return mended(there, content);
        }
        wakeup.schedule();
        return there;
    }

    /** Whoever pushes a name again may have been told to by a host, which got something else: so its file is read, however long it is. */
    private View mended(View there, Content content) throws IOException {
        if (artifacts.whole(there.sha256())) {
            return there;
        }
        if (there.sha256().equals(content.sha256()) || !artifacts.whole(content.sha256())) {
            throw Problem.invalid(
                    "MISSING_BLOB",
                    "sha256",
                    content.sha256(),
                    "is damaged in the artifact store",
                    "PUT /api/v1/artifacts/" + content.sha256() + " again");
        }
        statements.change(
                "update stored_place set sha256 = ? where id = ? and sha256 = ?",
                content.sha256(),
                there.need(),
                there.sha256());
        return find(there.need()).orElseThrow(() -> Problem.notFound("stored place", there.need()));
    }

    /**
     * Takes the name away; what was behind it goes with the next sweep unless something else refers to it.
     *
     * @throws Problem 404; 403 NOT_YOURS where somebody else pushed it; 409 PLACE_IN_USE while runs that are not over need it, or a sweep
     *     does that makes its further runs later
     */
    void forget(String need, String who, boolean administrator) {
        View there = find(need).orElseThrow(() -> Problem.notFound("stored place", need));
        if (!administrator && !there.pushedBy().equals(who)) {
            throw Problem.of(
                    403, "NOT_YOURS", need + " was pushed by " + there.pushedBy() + "; ask them or an administrator.");
        }
        long open = asking.asLab(() -> statements.number("""
                select count(*) from run where ? = any (needs) and""" + OPEN, need));
        if (open > 0) {
            throw Problem.of(
                    409,
                    "PLACE_IN_USE",
                    open + (open == 1 ? " run that is not over needs " : " runs that are not over need ") + need
                            + "; wait for them or cancel them first.");
        }
        long sweeps = asking.asLab(() -> statements.number("""
                select count(*) from sweep s where s.state in ('RUNNING', 'PAUSED')
                  and exists (select from run r where r.sweep_id = s.id and ? = any (r.needs))""", need));
        if (sweeps > 0) {
            throw Problem.of(
                    409,
                    "PLACE_IN_USE",
                    sweeps + (sweeps == 1 ? " sweep that is not over needs " : " sweeps that are not over need ") + need
                            + " for its further runs; wait for its end or cancel it first.");
        }
        statements.change("delete from stored_place where id = ?", need);
    }
}
