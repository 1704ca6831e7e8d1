package dev.runyard.service.scheduling;

import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.service.db.Statements;
import dev.runyard.service.fleet.Fleet;
import dev.runyard.service.run.RunLedger;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Array;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * Gives free slots to waiting runs: by priority, then to whoever has the fewest runs going, then by age. Locks what it looks at,
 * so any number of replicas may try; the indexes on lease are what makes a second lease of a slot impossible.
 */
@ApplicationScoped
public class Grants {
    private static final String FREE = """
            select d.id, s.slot, w.id as worker from device d join worker w on w.id = d.worker_id
            cross join lateral generate_series(0, d.slots - 1) s(slot)
            where %s and %s and not exists (
              select 1 from lease l where l.device_id = d.id and l.slot = s.slot and l.released_at is null)
            order by s.slot, d.kind desc, d.id for update of d skip locked""".formatted(Fleet.USABLE, Fleet.SOUND);

    /**
     * Runs that may go, read once a round: none that still waits before it is tried again. Of those that are alike to the scheduler
     * (user, sweep, devices that refused them) no more than there are slots, so that a long queue is not carried here.
     */
    private static final String WAITING = """
            with going as (
              select r.sweep_id, count(*) as n from lease l join run r on r.id = l.run_id
              where l.released_at is null and r.sweep_id is not null group by r.sweep_id),
            refused as (
              select run_id, array_agg(device_id order by device_id) as devices from refusal
              where device_id = any (?) group by run_id)
            select * from (
              select r.id, r.created_by, r.sweep_id, r.priority, r.created_at, r.sweep_index, f.devices,
                s.parallel - coalesce(g.n, 0) as room,
                row_number() over (partition by r.created_by, r.sweep_id, f.devices
                  order by r.priority desc, r.created_at, r.sweep_index nulls first, r.id) as place
              from run r left join sweep s on s.id = r.sweep_id left join going g on g.sweep_id = r.sweep_id
                left join refused f on f.run_id = r.id
              where r.state = 'QUEUED' and (r.not_before is null or r.not_before <= now())
                and (r.sweep_id is null or coalesce(g.n, 0) < s.parallel)
                and not exists (select 1 from lease l where l.run_id = r.id and l.released_at is null)) waiting
            where place <= ?""";

    private static final String GOING = """
            select r.created_by, count(*) from lease l join run r on r.id = l.run_id
            where l.released_at is null group by r.created_by""";

    private final Statements statements;
    private final RunLedger ledger;

    public Grants(Statements statements, RunLedger ledger) {
        this.statements = statements;
        this.ledger = ledger;
    }

    private record Slot(UUID device, int slot, UUID worker) {}

    /** One round, in one transaction. What it answers has to be told to the runs' workflows after the commit. */
    @Transactional
    public List<LeaseGrant> round() {
        List<LeaseGrant> granted = new ArrayList<>();
        if (!queued()) {
            return granted;
        }
        List<Slot> free = statements.rows(
                FREE,
                r -> new Slot(r.getObject("id", UUID.class), r.getInt("slot"), r.getObject("worker", UUID.class)));
        if (free.isEmpty()) {
            return granted;
        }
        Round round = round(free);
        for (Slot slot : free) {
            next(round, slot).ifPresent(granted::add);
        }
        return granted;
    }

    /** The first of this slot's runs that nobody changes at this moment. */
    private Optional<LeaseGrant> next(Round round, Slot slot) {
        while (true) {
            Optional<Round.Waiter> next = round.take(slot.device());
            if (next.isEmpty()) {
                return Optional.empty(); // another device may be one that the next run has not been refused by
            }
            UUID run = next.get().run();
            boolean still = statements
                    .row(
                            "select 1 from run where id = ? and state = 'QUEUED' for update skip locked",
                            r -> r.getInt(1),
                            run)
                    .isPresent();
            OptionalLong attempt =
                    still ? ledger.grant(run, slot.device(), slot.slot(), slot.worker()) : OptionalLong.empty();
            if (attempt.isPresent()) {
                return Optional.of(new LeaseGrant(run, attempt.getAsLong(), slot.device()));
            }
            round.miss(next.get());
        }
    }

    private Round round(List<Slot> free) {
        Map<String, Integer> going = new HashMap<>();
        statements.each(GOING, r -> going.put(r.getString(1), r.getInt(2)));
        Map<UUID, Integer> room = new HashMap<>();
        List<Round.Waiter> waiting = statements.rows(
                WAITING,
                r -> {
                    UUID sweep = r.getObject("sweep_id", UUID.class);
                    if (sweep != null) {
                        room.put(sweep, r.getInt("room"));
                    }
                    Array refused = r.getArray("devices");
                    return new Round.Waiter(
                            r.getObject("id", UUID.class),
                            r.getString("created_by"),
                            sweep,
                            r.getInt("priority"),
                            Statements.instant(r, "created_at"),
                            r.getObject("sweep_index", Integer.class),
                            refused == null ? Set.of() : Set.of((UUID[]) refused.getArray()));
                },
                free.stream().map(Slot::device).distinct().toList(),
                free.size());
        return new Round(waiting, going, room);
    }

    private boolean queued() {
        return statements
                .row(
                        "select exists (select 1 from run where state = 'QUEUED'"
                                + " and (not_before is null or not_before <= now()))",
                        r -> r.getBoolean(1))
                .orElse(false);
    }
}
