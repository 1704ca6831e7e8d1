package dev.runyard.service.event;

import dev.runyard.service.db.Statements;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes event rows, in the transaction that makes the event true. */
@ApplicationScoped
public class Journal {
    /** Who acts when the lab does so by itself. */
    public static final String SCHEDULER = "scheduler";

    public static final String RECONCILER = "reconciler";
    public static final String WORKER = "worker";

    private final Statements statements;
    private final Wakeup wakeup;

    public Journal(Statements statements, Wakeup wakeup) {
        this.statements = statements;
        this.wakeup = wakeup;
    }

    public void run(
            UUID run,
            @Nullable UUID sweep,
            String who,
            String kind,
            @Nullable Enum<?> from,
            Enum<?> to,
            @Nullable String why) {
        write(run, sweep, null, who, kind, from == null ? null : from.name(), to.name(), why);
    }

    /** Something that a worker tells of a run whose state it leaves as it is. */
    public void notice(UUID run, @Nullable UUID sweep, Enum<?> kind, String why) {
        write(run, sweep, null, WORKER, kind.name(), null, null, why);
    }

    /** Something that the lab does with a run whose state it leaves as it is. */
    public void told(UUID run, @Nullable UUID sweep, String who, String kind, String why) {
        write(run, sweep, null, who, kind, null, null, why);
    }

    public void sweep(UUID sweep, String who, String kind, @Nullable Enum<?> from, Enum<?> to, @Nullable String why) {
        write(null, sweep, null, who, kind, from == null ? null : from.name(), to.name(), why);
    }

    public void device(
            UUID device, String who, String kind, @Nullable String from, @Nullable String to, @Nullable String why) {
        write(null, null, device, who, kind, from, to, why);
    }

    /** Something that a person did to keep order; exactly one of the three. */
    public void curated(@Nullable UUID run, @Nullable UUID sweep, @Nullable UUID experiment, String who, String kind) {
        statements.change(
                "insert into event (run_id, sweep_id, experiment_id, who, kind)"
                        + " values (cast(? as uuid), cast(? as uuid), cast(? as uuid), ?, ?)",
                run,
                sweep,
                experiment,
                who,
                kind);
        wakeup.tell();
    }

    private void write(
            @Nullable UUID run,
            @Nullable UUID sweep,
            @Nullable UUID device,
            String who,
            String kind,
            @Nullable String from,
            @Nullable String to,
            @Nullable String why) {
        statements.change("""
                insert into event (run_id, sweep_id, device_id, who, kind, from_state, to_state, why)
                values (cast(? as uuid), cast(? as uuid), cast(? as uuid), ?, ?, ?, ?, ?)""", run, sweep, device, who, kind, from, to, why);
        wakeup.tell();
    }
}
