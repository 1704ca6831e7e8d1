package dev.runyard.service.run;

import dev.runyard.service.db.Statements;
import dev.runyard.spec.run.RunState;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A run's row, for those who decide by it. It changes through {@link RunLedger} alone, one guarded statement a change. */
final class Run {
    private Run() {}

    /** The row as it is now, locked until the transaction ends: whoever decides by a run's state holds it still. */
    record Held(
            UUID id,
            @Nullable UUID sweep,
            RunState state,
            long attempt,
            boolean resume,
            int lost,
            int faults,
            boolean pruned,
            boolean deleted,
            boolean external) {
        static final String SELECT =
                "select id, sweep_id, state, attempt, resume_wanted, lost, faults, pruned is not null as pruned,"
                        + " deleted_at is not null as deleted, external from run where id = ? for update";

        static final Statements.Reader<Held> READER = r -> new Held(
                r.getObject("id", UUID.class),
                r.getObject("sweep_id", UUID.class),
                RunState.valueOf(r.getString("state")),
                r.getLong("attempt"),
                r.getBoolean("resume_wanted"),
                r.getInt("lost"),
                r.getInt("faults"),
                r.getBoolean("pruned"),
                r.getBoolean("deleted"),
                r.getBoolean("external"));
    }
}
