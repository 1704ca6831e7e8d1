package dev.runyard.service.fleet;

import dev.runyard.service.db.Statements;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.run.RunRows;
import dev.runyard.service.run.attempt.Heartbeats;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.Placement;
import dev.runyard.spec.run.PriorityClass;
import dev.runyard.spec.run.SpecDocument;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Workers without a process and runs for them; what happens between is the ledger's and the scheduler's own doing. */
@ApplicationScoped
public class Leases {
    private final Statements statements;
    private final Fleet fleet;
    private final RunLedger ledger;
    private final Heartbeats heartbeats;
    private final RunRows rows;
    private final Experiments experiments;
    private final List<UUID> workers = new ArrayList<>();

    public Leases(
            Statements statements,
            Fleet fleet,
            RunLedger ledger,
            Heartbeats heartbeats,
            RunRows rows,
            Experiments experiments) {
        this.statements = statements;
        this.fleet = fleet;
        this.ledger = ledger;
        this.heartbeats = heartbeats;
        this.rows = rows;
        this.experiments = experiments;
    }

    /** A lease, as its attempt knows it. */
    public record Held(UUID run, long attempt, UUID device) {}

    public static Fleet.Candidate candidate(String host) {
        return new Fleet.Candidate(
                host, "m", 1, UUID.randomUUID(), UUID.randomUUID().toString(), "test", 2);
    }

    /** Nothing of other tests waits for what follows. */
    public void calm() {
        statements.change("update run set state = 'CANCELLED', ended_at = now() where state = 'QUEUED'");
    }

    public Fleet.Registered device(Fleet.Candidate candidate, int slots) {
        Fleet.Registered registered = fleet.register(candidate, List.of(new Fleet.Offer("cpu", "cpu", "c", 1, slots)));
        workers.add(registered.worker());
        return registered;
    }

    public UUID device(String host) {
        return device(candidate(host), 1).devices().get(0).id();
    }

    /** All workers leave. */
    public void clear() {
        calm();
        workers.forEach(fleet::leave);
        workers.clear();
        calm();
    }

    public UUID queue() {
        return queue(PriorityClass.NORMAL, null);
    }

    public UUID queue(PriorityClass priorityClass, Placement placement) {
        return queue(priorityClass, placement, "{\"dataset\": {\"id\": \"shapes\"}}");
    }

    /** @param spec as JSON */
    public UUID queue(PriorityClass priorityClass, Placement placement, String spec) {
        return queue(() -> experiments.named("leases", "ann"), priorityClass, placement, spec);
    }

    /** In another project than the lab's own. */
    public UUID queue(UUID project, PriorityClass priorityClass) {
        UUID experiment = UUID.randomUUID();
        statements.change(
                "insert into experiment (id, project_id, name, created_by) values (?, ?, 'leases', 'ann')",
                experiment,
                project);
        return queue(
                () -> new Experiments.Place(project, experiment),
                priorityClass,
                null,
                "{\"dataset\": {\"id\": \"shapes\"}}");
    }

    private UUID queue(
            Supplier<Experiments.Place> where, PriorityClass priorityClass, Placement placement, String spec) {
        UUID id = UUID.randomUUID();
        QuarkusTransaction.requiringNew().run(() -> {
            Experiments.Place place = where.get();
            rows.queue(new RunRows.Fresh(
                    id,
                    place.project(),
                    place.experiment(),
                    null,
                    null,
                    "l",
                    9,
                    priorityClass,
                    placement,
                    SpecDocument.stored(spec),
                    Map.of(),
                    "ann"));
        });
        return id;
    }

    /** Waits until the scheduler has granted the run's next lease, and takes it up as a worker does. */
    public Held started(UUID run) throws InterruptedException {
        await(() -> state(run).equals("STARTING"));
        Held held = statements
                .row(
                        "select attempt, device_id from lease where run_id = ? and released_at is null and not beside",
                        r -> new Held(run, r.getLong(1), r.getObject(2, UUID.class)),
                        run)
                .orElseThrow();
        ledger.started(run, held.attempt());
        return held;
    }

    /** Trains to a step. */
    public void beat(Held held, long step) {
        heartbeats.beat(held.run(), held.attempt(), new Heartbeats.Beat(step, 0, 100L, 1));
    }

    public void end(Held held, Outcome outcome) {
        ledger.ended(held.run(), held.attempt(), outcome);
    }

    /** Its lease has run out. */
    public void overdue(Held held) {
        statements.change(
                "update lease set expires_at = now() - interval '1 second' where run_id = ? and attempt = ?",
                held.run(),
                held.attempt());
    }

    /** Its backing off is over. */
    public void now(UUID run) {
        statements.change("update run set not_before = null where id = ?", run);
    }

    public String state(UUID run) {
        return text("select state from run where id = ?", run);
    }

    public String attempt(Held held) {
        return text("select state from attempt where run_id = ? and attempt = ?", held.run(), held.attempt());
    }

    public String text(String sql, Object... values) {
        return statements.row(sql, r -> String.valueOf(r.getString(1)), values).orElse("none");
    }

    public static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited for 60 s in vain");
            }
            Thread.sleep(50);
        }
    }
}
