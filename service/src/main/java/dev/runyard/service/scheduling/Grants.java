package dev.runyard.service.scheduling;

import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.service.db.Statements;
import dev.runyard.service.fleet.Fleet;
import dev.runyard.service.run.RunLedger;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
     * The run for a device: none that it refused, none that still waits before it is tried again. A sweep gets no more leases at once
     * than its parallel, also when many of its runs were resumed or tried again.
     */
    private static final String NEXT = """
            with going as (
              select r.created_by, r.sweep_id from lease l join run r on r.id = l.run_id where l.released_at is null),
            users as (select created_by, count(*) as n from going group by created_by),
            sweeps as (select sweep_id, count(*) as n from going where sweep_id is not null group by sweep_id)
            select r.id from run r left join users u on u.created_by = r.created_by
              left join sweeps w on w.sweep_id = r.sweep_id left join sweep s on s.id = r.sweep_id
            where r.state = 'QUEUED' and (r.sweep_id is null or coalesce(w.n, 0) < s.parallel)
              and (r.not_before is null or r.not_before <= now())
              and not exists (select 1 from refusal f where f.run_id = r.id and f.device_id = ?)
              and not exists (select 1 from lease l where l.run_id = r.id and l.released_at is null)
            order by r.priority desc, coalesce(u.n, 0), r.created_at, r.sweep_index nulls first, r.id
            limit 1 for update of r skip locked""";

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
        for (Slot slot : free) {
            Optional<UUID> run = statements.row(NEXT, r -> r.getObject(1, UUID.class), slot.device());
            if (run.isEmpty()) {
                continue; // another device may be one that the next run has not been refused by
            }
            OptionalLong attempt = ledger.grant(run.get(), slot.device(), slot.slot(), slot.worker());
            if (attempt.isPresent()) {
                granted.add(new LeaseGrant(run.get(), attempt.getAsLong(), slot.device()));
            }
        }
        return granted;
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
