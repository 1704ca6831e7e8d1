package dev.runyard.service.blob;

import dev.runyard.service.auth.Accounts;
import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Fence;
import dev.runyard.service.auth.StaleAttempt;
import dev.runyard.service.blob.store.BlobHash;
import dev.runyard.service.db.Asking;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may have which file. Its hash alone opens none: people and attempts have what something in a project that they see refers to, and
 * what they sent themselves, whole. Also whether a caller's token still counts: a blob's path names neither worker nor attempt, so the
 * token's own names are looked up. A worker's ends when it leaves or is taken for dead, an attempt's when it no longer holds its run.
 */
@ApplicationScoped
public class Senders {
    private final Statements statements;
    private final Asking asking;
    private final Accounts accounts;

    Senders(Statements statements, Asking asking, Accounts accounts) {
        this.statements = statements;
        this.asking = asking;
        this.accounts = accounts;
    }

    /**
     * Whose a file is that arrives.
     *
     * @param project of the run whose attempt sends it
     * @param account of the person that does; both null: the lab's own, or its worker's
     */
    record Sender(@Nullable UUID project, @Nullable UUID account) {
        static final Sender LAB = new Sender(null, null);

        /** Tells uploads in pieces apart. */
        String name() {
            return project != null ? "p" + project : account != null ? "a" + account : "lab";
        }
    }

    /** @throws Problem 401 */
    void require(Caller caller) {
        boolean counts;
        if (caller instanceof Caller.Worker worker) {
            counts = found("select 1 from worker where id = ? and left_at is null", worker.id());
        } else if (caller instanceof Caller.Attempt attempt) {
            counts = found(Fence.SQL + "select 1 from fence", attempt.run(), attempt.attempt());
        } else {
            counts = true;
        }
        if (!counts) {
            throw Problem.of(401, "BAD_TOKEN", "The token of " + caller.getName() + " no longer counts.");
        }
    }

    Sender of(Caller caller) {
        if (caller instanceof Caller.Person person && person.account() != null) {
            return new Sender(null, person.account());
        }
        return caller instanceof Caller.Attempt attempt ? new Sender(project(attempt), null) : Sender.LAB;
    }

    /** Notes who sent all of a file that is stored. */
    void sent(Sender sender, BlobHash hash) {
        if (!sender.equals(Sender.LAB)) {
            statements.change(
                    "insert into blob_sender (sha256, project_id, account_id)"
                            + " select sha256, cast(? as uuid), cast(? as uuid) from blob where sha256 = ? on conflict do nothing",
                    sender.project(),
                    sender.account(),
                    hash.hex());
        }
    }

    /** Carries out what looks at files, for whom the walls hold: an attempt is in its run's project and sees no other. */
    <T> T seeing(Caller caller, Supplier<T> work) {
        return caller instanceof Caller.Attempt attempt && accounts.walls()
                ? asking.inProject(project(attempt), work)
                : work.get();
    }

    /**
     * That the caller may have each of these files, so that something of theirs may refer to it.
     *
     * @param fields the field that names it, by the hash of each
     * @throws Problem 422 MISSING_BLOB for one that is not there, or not for the caller
     */
    public void refer(Caller caller, Map<String, String> fields) {
        if (fields.isEmpty()) {
            return;
        }
        Set<String> there = seeing(caller, () -> theirs(fields.keySet()));
        fields.forEach((hash, field) -> {
            if (!there.contains(hash)) {
                if (caller instanceof Caller.Attempt attempt
                        && !found(Fence.SQL + "select 1 from fence", attempt.run(), attempt.attempt())) {
                    throw new StaleAttempt(attempt.run(), attempt.attempt());
                }
                throw Problem.invalid(
                        "MISSING_BLOB",
                        field,
                        hash,
                        "is no file of the artifact store that is yours",
                        "PUT /api/v1/artifacts/" + hash + " first");
            }
        });
    }

    private Set<String> theirs(Collection<String> hashes) {
        return new TreeSet<>(statements.rows(
                "select sha256 from blob where sha256 = any(?)", r -> r.getString(1), List.copyOf(hashes)));
    }

    private UUID project(Caller.Attempt attempt) {
        return statements
                .row("select project_id from run where id = ?", r -> r.getObject(1, UUID.class), attempt.run())
                .orElseThrow(() -> Problem.notFound("run", attempt.run()));
    }

    private boolean found(String sql, Object... values) {
        return statements.row(sql, r -> r.getInt(1), values).isPresent();
    }
}
