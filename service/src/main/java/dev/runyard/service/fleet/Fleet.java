package dev.runyard.service.fleet;

import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.run.Waiting;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.Outcome;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Workers and their devices come, beat and go. A device is (host, machine, key); it belongs to one live worker, and another one is
 * refused until that is silent, or shows that it is gone by knowing the secret of the lock that it held.
 */
@ApplicationScoped
public class Fleet {
    /** Who judges leases has looked this often; after a longer gap nobody may have been able to renew one. */
    private static final long LOOKED_NANOS = 10_000_000_000L;

    private static final Logger LOG = Logger.getLogger(Fleet.class);

    /**
     * What was granted to a worker that lives and has not taken it up yet: its process is starting, or Temporal is slow. For so long,
     * as the workflow waits too, its worker's heartbeat is the attempt's.
     */
    private static final String WAIT = """
            update lease l set expires_at = now() + make_interval(secs => ?) from attempt a
            where l.released_at is null and a.device_id in (select id from device where worker_id = ?)
              and a.run_id = l.run_id and a.attempt = l.attempt and a.started_at is null
              and a.granted_at > now() - make_interval(secs => ?)""";

    private static final int TAKEN_UP_SECONDS = 90;

    private final Statements statements;
    private final Journal journal;
    private final Wakeup wakeup;
    private final RunLedger runs;
    private boolean looked;
    private long lastLook;
    private long silentFrom;

    public Fleet(Statements statements, Journal journal, Wakeup wakeup, RunLedger runs) {
        this.statements = statements;
        this.journal = journal;
        this.wakeup = wakeup;
        this.runs = runs;
    }

    /**
     * A device as its worker describes it.
     *
     * @param key its CUDA UUID, or {@code cpu}
     * @param labels that placements may ask for
     * @param places data sets and weights of its host by name, each with its fingerprint: {@code dataset:birds}
     */
    public record Offer(
            String key,
            String kind,
            String name,
            long memoryBytes,
            int slots,
            @Nullable Map<String, String> labels,
            @Nullable Map<String, String> places) {
        /** Without labels and names. */
        public Offer(String key, String kind, String name, long memoryBytes, int slots) {
            this(key, kind, name, memoryBytes, slots, null, null);
        }
    }

    /**
     * Who registers.
     *
     * @param machine the operating system's, so that hosts of one name are told apart
     * @param process one process; registering again it keeps its attempts
     * @param lock SHA-256 of the secret in the lock file of its devices
     */
    public record Candidate(
            String host, String machine, long pid, UUID process, String lock, String version, int protocol) {}

    public record Registered(UUID worker, List<Place> devices) {}

    public record Place(UUID id, String key) {}

    private record Taken(UUID run, long attempt) {}

    /** @param begun whether its worker asked for the spec */
    private record Held(Taken what, boolean begun) {}

    /**
     * Takes the devices, then ends what earlier workers had on them.
     *
     * @throws Problem 409 DEVICE_TAKEN while a live worker has one of them
     */
    public Registered register(Candidate candidate, List<Offer> offers) {
        List<Offer> sorted = offers.stream()
                .sorted(java.util.Comparator.comparing(Offer::key))
                .toList();
        Registered registered = QuarkusTransaction.requiringNew().call(() -> taken(candidate, sorted));
        for (Place place : registered.devices()) {
            evict(place.id(), registered.worker());
        }
        wakeup.schedule();
        return registered;
    }

    private Registered taken(Candidate candidate, List<Offer> offers) {
        UUID worker = statements
                .row(
                        """
                        insert into worker (host, machine, pid, process, lock_hash, version, protocol)
                        values (?, ?, ?, ?, ?, ?, ?) returning id""",
                        r -> r.getObject(1, UUID.class),
                        candidate.host(),
                        candidate.machine(),
                        candidate.pid(),
                        candidate.process(),
                        candidate.lock(),
                        candidate.version(),
                        candidate.protocol())
                .orElseThrow();
        List<Place> places = new ArrayList<>();
        for (Offer offer : offers) {
            adopt(candidate, offer);
            requireFree(candidate, offer);
            UUID device = take(candidate, worker, offer);
            places.add(new Place(device, offer.key()));
            // A process that registers again still has its attempts.
            statements.change("""
                    update attempt a set worker_id = ? from lease l, worker w
                    where l.device_id = ? and l.released_at is null and not l.beside and a.run_id = l.run_id and a.attempt = l.attempt
                      and w.id = a.worker_id and w.process = ?""", worker, device, candidate.process());
        }
        return new Registered(worker, places);
    }

    /** A device of before machines were told apart is that of the first worker of its host. */
    private void adopt(Candidate candidate, Offer offer) {
        statements.change(
                """
                update device set machine = ? where host = ? and key = ? and machine = ''
                  and not exists (select 1 from device o where o.host = ? and o.key = ? and o.machine = ?)""",
                candidate.machine(),
                candidate.host(),
                offer.key(),
                candidate.host(),
                offer.key(),
                candidate.machine());
    }

    /** Also across hosts: a GPU's UUID is its own wherever it is seen, for example in two containers. */
    private void requireFree(Candidate candidate, Offer offer) {
        statements
                .row(
                        """
                        select w.pid || ' on ' || w.host, extract(epoch from now() - w.last_seen)
                        from device d join worker w on w.id = d.worker_id
                        where d.key = ? and (d.kind = 'cuda' or (d.host = ? and d.machine = ?))
                          and w.left_at is null and w.last_seen > now() - make_interval(secs => ?)
                          and w.process is distinct from ? and w.lock_hash is distinct from ?
                        for update of d""",
                        r -> "process " + r.getString(1) + ", heard of " + r.getLong(2) + " s ago",
                        offer.key(),
                        candidate.host(),
                        candidate.machine(),
                        Waiting.SILENT_SECONDS,
                        candidate.process(),
                        candidate.lock())
                .ifPresent(other -> {
                    throw Problem.of(
                            409,
                            "DEVICE_TAKEN",
                            "A live worker offers " + offer.key() + " (" + other
                                    + "). Leave the device to it, or end it first.");
                });
    }

    private UUID take(Candidate candidate, UUID worker, Offer offer) {
        UUID device = row(candidate.host(), candidate.machine(), offer);
        statements.change("update device set worker_id = ?, lost = false, refused = null where id = ?", worker, device);
        journal.device(device, Journal.WORKER, "register", null, "FREE", offer.name() + " on " + candidate.host());
        return device;
    }

    private UUID row(String host, String machine, Offer offer) {
        return statements
                .row(
                        """
                        insert into device (host, machine, key, kind, name, memory_bytes, slots, labels, places)
                        values (?, ?, ?, ?, ?, ?, ?, cast(? as jsonb), cast(? as jsonb))
                        on conflict (host, machine, key) do update set kind = excluded.kind, name = excluded.name,
                          memory_bytes = excluded.memory_bytes, slots = excluded.slots, labels = excluded.labels,
                          places = excluded.places
                        returning id""",
                        r -> r.getObject(1, UUID.class),
                        host,
                        machine,
                        offer.key(),
                        offer.kind(),
                        offer.name(),
                        offer.memoryBytes(),
                        offer.slots(),
                        Json.canonical(offer.labels() == null ? Map.of() : offer.labels()),
                        Json.canonical(offer.places() == null ? Map.of() : offer.places()))
                .orElseThrow();
    }

    /** A worker was not let in, or cannot use its device; the list of devices shows why. One that is live keeps its device. */
    @Transactional
    public void refused(String host, String machine, List<Offer> offers, String why) {
        for (Offer offer : offers) {
            List<UUID> known = machine.isEmpty()
                    ? statements.rows(
                            "select id from device where host = ? and key = ?",
                            r -> r.getObject(1, UUID.class),
                            host,
                            offer.key())
                    : List.of();
            for (UUID device : known.isEmpty() ? List.of(row(host, machine, offer)) : known) {
                int told = statements.change(
                        "update device set refused = ? where id = ? and refused is distinct from ?", why, device, why);
                if (told == 1) {
                    journal.device(device, Journal.WORKER, "refuse", null, "REFUSED", why);
                }
            }
        }
    }

    /**
     * A device stopped working under an attempt of its worker: it is set aside, until a person or an attempt that gets on there lets
     * it back. The attempt's worker ends the attempt itself.
     *
     * @throws Problem 409 STALE_WORKER when the device is another worker's
     */
    @Transactional
    public void lost(UUID worker, UUID device, String why) {
        if (statements.number("select count(*) from device where id = ? and worker_id = ?", device, worker) == 0) {
            throw Problem.of(409, "STALE_WORKER", "Device " + device + " is not worker " + worker + "'s.");
        }
        int told = statements.change(
                "update device set quarantined = ? where id = ? and quarantined is null", why, device);
        if (told == 1) {
            journal.device(device, Journal.WORKER, "set-aside", "BUSY", "QUARANTINED", why);
        }
    }

    /** Whoever had the device before is gone, so its runs need not wait for their leases to end. */
    private void evict(UUID device, UUID worker) {
        statements
                .rows("""
                        select l.run_id, l.attempt from lease l
                        join attempt a on a.run_id = l.run_id and a.attempt = l.attempt
                        where l.device_id = ? and l.released_at is null and not l.beside and a.worker_id <> ? order by l.run_id""", r -> new Taken(r.getObject(1, UUID.class), r.getLong(2)), device, worker)
                .forEach(t -> runs.evict(t.run(), t.attempt(), "its worker is gone, another one took its device over"));
        statements.change("""
                update worker w set left_at = now() where w.left_at is null and w.id <> ?
                  and w.id in (select a.worker_id from attempt a where a.device_id = ?
                               union select o.id from worker o, worker me
                               where me.id = ? and o.lock_hash = me.lock_hash)
                  and not exists (select 1 from device d where d.worker_id = w.id)""", worker, device, worker);
    }

    /**
     * @throws Problem 409 STALE_WORKER when all its devices are somebody else's, or it left; 401 WORKER_GONE when it was silent for so
     *     long that it was taken for gone: it registers again
     */
    @Transactional
    public void beat(UUID worker) {
        int seen = statements.change("""
                update worker set last_seen = now() where id = ? and left_at is null
                  and (exists (select 1 from device where worker_id = worker.id))""", worker);
        if (seen == 0) {
            boolean ours = statements.number("select count(*) from device where worker_id = ?", worker) > 0;
            throw ours
                    ? Problem.of(
                            401, "WORKER_GONE", "Worker " + worker + " was silent and taken for gone; register again.")
                    : Problem.of(
                            409,
                            "STALE_WORKER",
                            "Worker " + worker + " has no devices: another one registered them, or it left.");
        }
        statements.change(WAIT, RunLedger.LEASE_SECONDS, worker, TAKEN_UP_SECONDS);
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
    public void leave(UUID worker) {
        List<UUID> devices = QuarkusTransaction.requiringNew().call(() -> {
            statements.change("update worker set left_at = coalesce(left_at, now()) where id = ?", worker);
            List<UUID> left = statements.rows(
                    "update device set worker_id = null, lost = true where worker_id = ? returning id",
                    r -> r.getObject(1, UUID.class),
                    worker);
            left.forEach(device -> journal.device(device, Journal.WORKER, "leave", "FREE", "LOST", null));
            return left;
        });
        for (UUID device : devices) {
            statements
                    .rows(
                            """
                            select l.run_id, l.attempt, a.started_at is not null from lease l
                            join attempt a on a.run_id = l.run_id and a.attempt = l.attempt
                            where l.device_id = ? and l.released_at is null and not l.beside order by l.run_id""",
                            r -> new Held(new Taken(r.getObject(1, UUID.class), r.getLong(2)), r.getBoolean(3)),
                            device)
                    .forEach(held -> {
                        Taken t = held.what();
                        if (held.begun()) {
                            runs.evict(t.run(), t.attempt(), "its worker left");
                        } else {
                            runs.ended(t.run(), t.attempt(), new Outcome.GivenBack(0, Outcome.Cause.PREEMPTED));
                        }
                    });
        }
    }

    /** Of these attempts the newest ones of runs that are not over: what a worker's folders of them hold may be needed again. */
    public List<AttemptName> wanted(List<AttemptName> attempts) {
        Set<AttemptName> newest = new HashSet<>(statements.rows(
                """
                select id, attempt from run where id = any (?)
                  and state not in ('FINISHED', 'PRUNED', 'FAILED', 'CANCELLED')""",
                r -> new AttemptName(r.getObject(1, UUID.class), r.getLong(2)),
                attempts.stream().map(AttemptName::run).toList()));
        return attempts.stream().filter(newest::contains).toList();
    }

    public record AttemptName(UUID run, long attempt) {}

    /** What a person can do with a device. */
    public enum Action {
        /** No more leases; what runs there goes on. */
        DRAIN,
        /** Leases again, whether a person drained or held it, or it was set aside. */
        LET_BACK;

        public static final String WORDS = "drain|let-back";

        /** How a path is read. */
        public static Action fromString(String word) {
            return valueOf(word.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
        }
    }

    /** @throws Problem 404 */
    @Transactional
    public void act(UUID device, Action action, String who) {
        int there = statements.change(
                switch (action) {
                    case DRAIN -> "update device set drained = true where id = ?";
                    case LET_BACK ->
                        "update device set drained = false, quarantined = null, failing = '{}', held_until = null"
                                + " where id = ?";
                },
                device);
        if (there == 0) {
            throw Problem.notFound("device", device);
        }
        boolean drains = action == Action.DRAIN;
        journal.device(device, who, drains ? "drain" : "let-back", null, drains ? "DRAINED" : "FREE", null);
        wakeup.schedule();
    }

    /**
     * Marks devices whose workers are silent, and takes runs from workers whose lease ran out, each in a transaction of its own: one
     * that fails stops no other. Where nobody could look for a while, neither could anybody renew a lease: the database, this
     * service or the whole machine stood still. So all are extended before the first is judged.
     */
    public void expire() {
        long begin = System.nanoTime();
        if (!looked || begin - lastLook > LOOKED_NANOS) {
            extend();
            silentFrom = System.nanoTime() + Waiting.SILENT_SECONDS * 1_000_000_000L;
        }
        List<Taken> overdue = statements.rows("""
                select run_id, attempt from lease where released_at is null and expires_at <= now()
                order by expires_at limit 100""", r -> new Taken(r.getObject(1, UUID.class), r.getLong(2)));
        for (Taken one : overdue) {
            if (System.nanoTime() - begin > LOOKED_NANOS) {
                looked = false; // it stood still meanwhile
                return;
            }
            try {
                runs.expire(one.run(), one.attempt());
            } catch (RuntimeException e) {
                LOG.warnf(e, "the lease of run %s, attempt %d could not be ended", one.run(), one.attempt());
            }
        }
        if (System.nanoTime() - silentFrom > 0) {
            silent();
        }
        lastLook = System.nanoTime();
        looked = lastLook - begin <= LOOKED_NANOS;
    }

    private void silent() {
        QuarkusTransaction.requiringNew().run(() -> statements
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
                        "silent for " + Waiting.SILENT_SECONDS + " s")));
        // Silent for as long as a lease, and holding none: gone. Should it come back, it registers again.
        statements.change("""
                update worker w set left_at = now() where left_at is null
                  and last_seen <= now() - make_interval(secs => ?)
                  and not exists (select 1 from lease l join attempt a on a.run_id = l.run_id and a.attempt = l.attempt
                                  where l.released_at is null and a.worker_id = w.id)""", RunLedger.LEASE_SECONDS);
    }

    /** After the service was away nobody could renew a lease: each gets its full time from now. */
    @Transactional
    public void extend() {
        statements.change("""
                update lease set expires_at = greatest(expires_at, now() + make_interval(secs => ?))
                where released_at is null""", RunLedger.LEASE_SECONDS);
    }
}
