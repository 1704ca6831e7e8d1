package dev.runyard.service.auth;

import dev.runyard.service.db.Statements;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What keeps an attempt that does not hold its run from writing: nothing of such a request is stored. */
@ApplicationScoped
public class Fence {
    /** The states in which a worker holds a run, as SQL; the index run_held serves it. */
    public static final String HELD = Arrays.stream(RunState.values())
            .filter(RunState::held)
            .map(state -> "'" + state + "'")
            .collect(Collectors.joining(", ", "(", ")"));

    /**
     * The first part of a statement that an attempt's write is: no row when the attempt does not hold the run. Parameters: run,
     * attempt. Others may write to the run at the same time.
     */
    public static final String SQL = """
            with fence as (
              select id, attempt::int as attempt, state from run
              where id = ? and attempt = ? and state in %s for share)
            """.formatted(HELD);

    private static final String SHARED = SQL + "select 1 from fence";
    private static final String ALONE =
            "select 1 from run where id = ? and attempt = ? and state in " + HELD + " for no key update";

    private final Statements statements;

    public Fence(Statements statements) {
        this.statements = statements;
    }

    /**
     * Keeps the attempt current until the transaction ends.
     *
     * @throws StaleAttempt when the attempt does not hold the run
     */
    public void hold(UUID run, long attempt) {
        if (statements.row(SHARED, r -> r.getInt(1), run, attempt).isEmpty()) {
            throw refusal(run, attempt);
        }
    }

    /**
     * The same, and keeps every other writer of the run out; for transactions that change the run's row.
     *
     * @throws StaleAttempt when the attempt does not hold the run
     */
    public void holdAlone(UUID run, long attempt) {
        if (statements.row(ALONE, r -> r.getInt(1), run, attempt).isEmpty()) {
            throw refusal(run, attempt);
        }
    }

    /**
     * The fence of whatever the program of an attempt changes, in the attempt's run or one below it: first in the transaction of the change, so
     * that this comes before the end of the attempt or not at all.
     *
     * @param by null for people, of whom no attempt can end
     * @throws StaleAttempt when the attempt does not hold its run
     */
    public void hold(Caller.@Nullable Attempt by) {
        if (by != null) {
            hold(by.run(), by.attempt());
        }
    }

    /**
     * The same for what changes the row of a run. Of its own run the attempt keeps every other writer out: two that hold a row
     * together, and then both change it, would lock each other out.
     */
    public void hold(Caller.@Nullable Attempt by, UUID changed) {
        if (by != null && by.run().equals(changed)) {
            holdAlone(by.run(), by.attempt());
        } else {
            hold(by);
        }
    }

    /** Why the fence let nothing through: the attempt is stale, or there is no such run. */
    public Problem refusal(UUID run, long attempt) {
        return exists(run) ? new StaleAttempt(run, attempt) : Problem.notFound("run", run);
    }

    public boolean exists(UUID run) {
        return statements
                .row("select 1 from run where id = ?", r -> r.getInt(1), run)
                .isPresent();
    }
}
