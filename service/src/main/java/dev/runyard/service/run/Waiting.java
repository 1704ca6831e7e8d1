package dev.runyard.service.run;

import dev.runyard.service.db.Statements;
import dev.runyard.spec.run.RunState;
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

    /**
     * The place of a run in the order in which the scheduler serves: priority, then fair share, then age. Each run that a user gets makes
     * the next of theirs wait as if they had one more going; runs whose sweep has no room are not in the queue.
     */
    private static final String POSITION = """
            with going as (
              select r.created_by, r.sweep_id from lease l join run r on r.id = l.run_id where l.released_at is null),
            users as (select created_by, count(*) as n from going group by created_by),
            sweeps as (select sweep_id, count(*) as n from going where sweep_id is not null group by sweep_id),
            queue as (
              select r.id, r.priority, r.created_at, r.sweep_index,
                     coalesce(u.n, 0) + row_number() over (
                       partition by r.created_by order by r.priority desc, r.created_at, r.sweep_index nulls first, r.id) as share
              from run r left join users u on u.created_by = r.created_by
                left join sweeps w on w.sweep_id = r.sweep_id left join sweep s on s.id = r.sweep_id
              where r.state = 'QUEUED' and (r.sweep_id is null or coalesce(w.n, 0) < s.parallel)),
            served as (
              select id, row_number() over (
                order by priority desc, share, created_at, sweep_index nulls first, id) as position from queue)
            select position from served where id = ?""";

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
        said.putAll(held(queued));
        statements
                .rows("""
                        select r.id from run r join sweep s on s.id = r.sweep_id where r.id = any(?)
                          and (select count(*) from lease l join run other on other.id = l.run_id
                               where l.released_at is null and other.sweep_id = s.id) >= s.parallel""", r -> r.getObject(1, UUID.class), queued)
                .forEach(run -> said.put(run, "sweep window: its sweep already has as many runs going as it allows"));
        return said;
    }

    /** Those that wait although a slot may be free: until a time, or for a device that has not refused them. */
    private Map<UUID, String> held(List<UUID> queued) {
        record Held(UUID run, String why) {}
        Map<UUID, String> said = new HashMap<>();
        statements
                .rows(
                        """
                        select r.id, to_char(r.not_before at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as until,
                               r.not_before > now() as later, string_agg(d.key || ' on ' || d.host || ': ' || f.reason, ', ') as said,
                               not exists (
                                 select 1 from device o join worker w on w.id = o.worker_id
                                 where not o.drained and w.left_at is null and w.last_seen > now() - interval '15 seconds'
                                   and not exists (select 1 from refusal x where x.run_id = r.id and x.device_id = o.id)) as none
                        from run r left join refusal f on f.run_id = r.id left join device d on d.id = f.device_id
                        where r.id = any (?) and (r.not_before > now() or f.run_id is not null)
                        group by r.id, r.not_before""",
                        r -> {
                            String refused =
                                    r.getString("said") == null ? "" : " (refused by " + r.getString("said") + ")";
                            String why = r.getBoolean("none") && !refused.isEmpty()
                                    ? "no device: every one that is there refused it" + refused
                                    : r.getBoolean("later") ? "tried again at " + r.getString("until") + refused : "";
                            return new Held(r.getObject("id", UUID.class), why);
                        },
                        queued)
                .forEach(held -> {
                    if (!held.why().isEmpty()) {
                        said.put(held.run(), held.why());
                    }
                });
        return said;
    }

    /** The same for one run, with its place in the queue. */
    public @Nullable String of(RunView run) {
        String why = of(List.of(run)).get(run.id());
        if (run.state() != RunState.QUEUED
                || why == null
                || why.startsWith("sweep window")
                || why.startsWith("tried again")) {
            return why;
        }
        return statements
                .row(POSITION, r -> r.getLong(1), run.id())
                .filter(position -> position > 1)
                .map(position -> why + "; position " + position + " in the queue")
                .orElse(why);
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
