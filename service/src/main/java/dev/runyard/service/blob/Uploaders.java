package dev.runyard.service.blob;

import dev.runyard.service.auth.Caller;
import dev.runyard.service.auth.Fence;
import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Whether a caller's token still counts: a blob's path names neither worker nor attempt, so the token's own names are looked up. A
 * worker's ends when it leaves or is taken for dead, an attempt's when it no longer holds its run.
 */
@ApplicationScoped
class Uploaders {
    private final Statements statements;

    Uploaders(Statements statements) {
        this.statements = statements;
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

    private boolean found(String sql, Object... values) {
        return statements.row(sql, r -> r.getInt(1), values).isPresent();
    }
}
