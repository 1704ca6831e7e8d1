package dev.runyard.service.db;

import dev.runyard.service.http.Problem;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Requests that carry an Idempotency-Key are carried out once; a repetition is
 * answered with what the first one made. Call inside the transaction
 * that does the work: a second request with the key waits for the first one's end at the table's primary key.
 */
@ApplicationScoped
public class Answers {
    private static final int LONGEST_KEY = 200;

    private final Statements statements;
    private final Commit commit;
    private final Asking asking;

    public Answers(Statements statements, Commit commit, Asking asking) {
        this.statements = statements;
        this.commit = commit;
        this.asking = asking;
    }

    /**
     * @param key what the client sent; null: no such promise is asked for
     * @param request the parsed body, so that white space makes no difference
     * @param work makes a row of this id
     * @param made what was made under this id by the first such request
     * @throws Problem 409 IDEMPOTENCY_CONFLICT when the key came with another request before
     */
    public <T> T once(
            String route, @Nullable String key, Object request, Function<UUID, T> work, Function<UUID, T> made) {
        UUID fresh = UUID.randomUUID();
        if (key == null) {
            return work.apply(fresh);
        }
        if (key.isBlank() || key.length() > LONGEST_KEY || !key.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
            throw Problem.invalid(
                    "BAD_IDEMPOTENCY_KEY", "Idempotency-Key", key, "must be 1 to 200 printable ASCII characters", null);
        }
        String hash = Sha256.of(Json.canonical(request));
        // A key is its maker's: another person's request neither meets nor learns of it.
        String of = route
                + asking.asker()
                        .map(a -> a.account() == null ? "" : " " + a.account())
                        .orElse("");
        boolean first = statements.change(
                        "insert into idempotency (route, key, body_hash, made) values (?, ?, ?, ?) on conflict do nothing",
                        of,
                        key,
                        hash,
                        fresh)
                == 1;
        if (first) {
            T answer = work.apply(fresh);
            Failpoint.REQUEST_STORED.reach();
            commit.then(Failpoint.REQUEST_COMMITTED::reach);
            return answer;
        }
        record Earlier(String hash, UUID made) {}
        Earlier earlier = statements
                .row(
                        "select body_hash, made from idempotency where route = ? and key = ?",
                        r -> new Earlier(r.getString(1), r.getObject(2, UUID.class)),
                        of,
                        key)
                .orElseThrow(() -> Problem.of(
                        409, "IDEMPOTENCY_CONFLICT", "The first request with this Idempotency-Key is being undone."));
        if (!earlier.hash.equals(hash)) {
            throw Problem.of(409, "IDEMPOTENCY_CONFLICT", "This Idempotency-Key came with a different request before.");
        }
        return made.apply(earlier.made);
    }

    /** Forgets keys older than a day. */
    public int forget() {
        return statements.change("delete from idempotency where created_at < now() - interval '24 hours'");
    }
}
