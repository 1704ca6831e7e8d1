package dev.runyard.service.fleet;

import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.run.Waiting;
import dev.runyard.spec.report.Outcome;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Workers and their devices come, beat and go. A device belongs to the worker that registered it last. */
@ApplicationScoped
public class Fleet {
    /** Whether device {@code d} with worker {@code w} can be given a lease. */
    public static final String USABLE = "not d.drained and " + Waiting.HEARD;

    private final Statements statements;
    private final Journal journal;
    private final Wakeup wakeup;
    private final RunLedger runs;

    public Fleet(Statements statements, Journal journal, Wakeup wakeup, RunLedger runs) {
        this.statements = statements;
        this.journal = journal;
        this.wakeup = wakeup;
        this.runs = runs;
    }

    /** A device as its worker describes it; {@code key} is its CUDA UUID, or {@code cpu}. */
    public record Offer(String key, String kind, String name, long memoryBytes, int slots) {}

    public record Registered(UUID worker, List<Place> devices) {}

    public record Place(UUID id, String key) {}

    private record Taken(UUID run, long attempt) {}

    /** @param begun whether its worker asked for the spec */
    private record Held(Taken what, boolean begun) {}

    @Transactional
    public Registered register(String host, long pid, String version, List<Offer> offers) {
        UUID worker = statements
                .row(
                        "insert into worker (host, pid, version) values (?, ?, ?) returning id",
                        r -> r.getObject(1, UUID.class),
                        host,
                        pid,
                        version)
                .orElseThrow();
        List<Place> places = new ArrayList<>();
        for (Offer offer : offers.stream()
                .sorted(java.util.Comparator.comparing(Offer::key))
                .toList()) {
            UUID device = take(host, worker, offer);
            places.add(new Place(device, offer.key()));
            evict(device, host, pid, worker);
        }
        wakeup.schedule();
        return new Registered(worker, places);
    }

    private UUID take(String host, UUID worker, Offer offer) {
        UUID device = statements
                .row(
                        """
                        insert into device (host, key, kind, name, memory_bytes, slots, worker_id)
                        values (?, ?, ?, ?, ?, ?, ?)
                        on conflict (host, key) do update set kind = excluded.kind, name = excluded.name,
                          memory_bytes = excluded.memory_bytes, slots = excluded.slots, worker_id = excluded.worker_id,
                          lost = false
                        returning id""",
                        r -> r.getObject(1, UUID.class),
                        host,
                        offer.key(),
                        offer.kind(),
                        offer.name(),
                        offer.memoryBytes(),
                        offer.slots(),
                        worker)
                .orElseThrow();
        journal.device(device, Journal.WORKER, "register", null, "FREE", offer.name() + " on " + host);
        return device;
    }

    /**
     * Whoever had the device before is gone, so its runs need not wait for their leases to end. A process that registers again
     * still has them.
     */
    private void evict(UUID device, String host, long pid, UUID worker) {
        statements.change("""
                update attempt a set worker_id = ? from lease l, worker w
                where l.device_id = ? and l.released_at is null and a.run_id = l.run_id and a.attempt = l.attempt
                  and w.id = a.worker_id and w.host = ? and w.pid = ?""", worker, device, host, pid);
        statements
                .rows("""
                        select l.run_id, l.attempt from lease l
                        join attempt a on a.run_id = l.run_id and a.attempt = l.attempt
                        where l.device_id = ? and l.released_at is null and a.worker_id <> ? order by l.run_id""", r -> new Taken(r.getObject(1, UUID.class), r.getLong(2)), device, worker)
                .forEach(t -> runs.expire(t.run(), t.attempt(), "another worker took its device over"));
    }

    /** @throws Problem 409 STALE_WORKER when all its devices are somebody else's, or it left */
    @Transactional
    public void beat(UUID worker) {
        int seen = statements.change("""
                update worker set last_seen = now() where id = ? and left_at is null
                  and (exists (select 1 from device where worker_id = worker.id))""", worker);
        if (seen == 0) {
            throw Problem.of(
                    409,
                    "STALE_WORKER",
                    "Worker " + worker
                            + " has no devices: another one registered them. Register again to take them back.");
        }
        List<UUID> back = statements.rows(
                "update device set lost = false where worker_id = ? and lost returning id",
                r -> r.getObject(1, UUID.class),
                worker);
        for (UUID device : back) {
            journal.device(device, Journal.WORKER, "found", "LOST", "FREE", null);
            wakeup.schedule();
        }
    }

    /** The worker stops: its devices are nobody's. What it never took up is given back; what it took up and did not end is lost. */
    @Transactional
    public void leave(UUID worker) {
        statements.change("update worker set left_at = coalesce(left_at, now()) where id = ?", worker);
        List<UUID> devices = statements.rows(
                "update device set worker_id = null, lost = true where worker_id = ? returning id",
                r -> r.getObject(1, UUID.class),
                worker);
        for (UUID device : devices) {
            journal.device(device, Journal.WORKER, "leave", "FREE", "LOST", null);
            statements
                    .rows(
                            """
                            select l.run_id, l.attempt, a.started_at is not null from lease l
                            join attempt a on a.run_id = l.run_id and a.attempt = l.attempt
                            where l.device_id = ? and l.released_at is null order by l.run_id""",
                            r -> new Held(new Taken(r.getObject(1, UUID.class), r.getLong(2)), r.getBoolean(3)),
                            device)
                    .forEach(held -> {
                        Taken t = held.what();
                        if (held.begun()) {
                            runs.expire(t.run(), t.attempt(), "its worker left");
                        } else {
                            runs.ended(t.run(), t.attempt(), new Outcome.GivenBack(0, Outcome.Cause.PREEMPTED));
                        }
                    });
        }
    }

    /** Marks devices whose workers are silent, and takes runs from workers whose lease ran out. */
    @Transactional
    public void expire() {
        statements
                .rows("""
                        update device d set lost = true from worker w
                        where w.id = d.worker_id and not d.lost and w.last_seen <= now() - make_interval(secs => ?)
                        returning d.id""", r -> r.getObject(1, UUID.class), Waiting.SILENT_SECONDS)
                .forEach(device -> journal.device(
                        device,
                        Journal.RECONCILER,
                        "lost",
                        "FREE",
                        "LOST",
                        "silent for " + Waiting.SILENT_SECONDS + " s"));
        statements
                .rows("""
                        select run_id, attempt from lease where released_at is null and expires_at <= now()
                        order by run_id limit 100""", r -> new Taken(r.getObject(1, UUID.class), r.getLong(2)))
                .forEach(t -> runs.expire(
                        t.run(), t.attempt(), "its worker sent no heartbeat for " + RunLedger.LEASE_SECONDS + " s"));
    }

    /** After the service was away nobody could renew a lease: each gets its full time from now. */
    @Transactional
    public void extend() {
        statements.change("""
                update lease set expires_at = greatest(expires_at, now() + make_interval(secs => ?))
                where released_at is null""", RunLedger.LEASE_SECONDS);
    }
}
