package dev.runyard.service.run;

import dev.runyard.service.db.Statements;
import dev.runyard.spec.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Answers "why is this run waiting?" from the rows that the scheduler decides by. */
@ApplicationScoped
public class Waiting {
    /** A worker is lost when it was not heard for so long, in seconds of Postgres time. */
    public static final int SILENT_SECONDS = 15;

    /** Whether worker {@code w} is heard, as SQL; null where there is none. */
    public static final String HEARD =
            "w.left_at is null and w.last_seen > now() - interval '" + SILENT_SECONDS + " seconds'";

    private final Statements statements;

    public Waiting(Statements statements) {
        this.statements = statements;
    }

    /** What there is to run on at this moment. */
    private record Supply(int slots, int free, int silent) {
        /** One word of why for a run at the head of the queue. */
        String said() {
            if (slots == 0 && silent == 0) {
                return "no device: no worker has registered one";
            }
            if (slots == 0) {
                return "no device: " + silent + (silent == 1 ? " is" : " are") + " lost or drained";
            }
            return free == 0 ? "all devices busy" : "about to start";
        }
    }

    /** One sentence for each of the runs that waits. Those that do not are absent. */
    public Map<UUID, String> of(List<RunView> runs) {
        Map<UUID, String> said = new HashMap<>();
        List<UUID> queued = runs.stream()
                .filter(r -> r.state() == RunState.QUEUED)
                .map(RunView::id)
                .toList();
        runs.stream()
                .filter(r -> r.state() == RunState.PAUSED)
                .forEach(r -> said.put(r.id(), "paused: resume it to queue it again"));
        if (queued.isEmpty()) {
            return said;
        }
        String supply = supply().said();
        queued.forEach(run -> said.put(run, supply));
        statements
                .rows("""
                        select r.id from run r join sweep s on s.id = r.sweep_id where r.id = any(?)
                          and (select count(*) from lease l join run other on other.id = l.run_id
                               where l.released_at is null and other.sweep_id = s.id) >= s.parallel""", r -> r.getObject(1, UUID.class), queued)
                .forEach(run -> said.put(run, "sweep window: its sweep already has as many runs going as it allows"));
        return said;
    }

    /** The same for one run, with its place in the queue. */
    public @Nullable String of(RunView run) {
        String why = of(List.of(run)).get(run.id());
        if (run.state() != RunState.QUEUED || why == null || why.startsWith("sweep window")) {
            return why;
        }
        long ahead = statements.number("""
                select count(*) from run r, (select priority, created_at, id from run where id = ?) me
                where r.state = 'QUEUED' and (r.priority > me.priority
                  or r.priority = me.priority and (r.created_at, r.id) < (me.created_at, me.id))""", run.id());
        return ahead == 0 ? why : why + "; position " + (ahead + 1) + " in the queue";
    }

    private Supply supply() {
        return statements
                .row("""
                        select coalesce(sum(d.slots) filter (where usable), 0),
                               coalesce(sum(d.slots - held) filter (where usable), 0), count(*) filter (where not usable)
                        from (select d.slots,
                                     (select count(*) from lease l where l.device_id = d.id and l.released_at is null) as held,
                                     coalesce(not d.drained and %s, false) as usable
                              from device d left join worker w on w.id = d.worker_id) d""".formatted(HEARD), r -> new Supply(r.getInt(1), r.getInt(2), r.getInt(3)))
                .orElseThrow();
    }
}
