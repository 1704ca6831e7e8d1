package dev.runyard.service.scheduling;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;

import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.fleet.Fleet;
import dev.runyard.service.fleet.Leases;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.run.RunRows;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.SpecDocument;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(WithLab.class)
final class GrantsTest {
    @Inject
    Statements statements;

    @Inject
    Fleet fleet;

    @Inject
    Grants grants;

    @Inject
    RunLedger ledger;

    @Inject
    RunRows rows;

    @Inject
    Experiments experiments;

    private UUID queue(String who, int priority) {
        UUID id = UUID.randomUUID();
        QuarkusTransaction.requiringNew().run(() -> {
            Experiments.Place place = experiments.named("grants", who);
            rows.queue(new RunRows.Fresh(
                    id,
                    place.project(),
                    place.experiment(),
                    null,
                    null,
                    "g",
                    priority,
                    SpecDocument.stored("{\"dataset\": {\"id\": \"shapes\"}}"),
                    Map.of(),
                    who));
        });
        return id;
    }

    @Test
    void manySchedulersNeverGrantASlotOrARunTwice() throws Exception {
        Fleet.Registered host = fleet.register(
                Leases.candidate("grants"),
                List.of(
                        new Fleet.Offer("GPU-0", "cuda", "a", 1, 1),
                        new Fleet.Offer("GPU-1", "cuda", "b", 1, 2),
                        new Fleet.Offer("cpu", "cpu", "c", 1, 1)));
        for (int i = 0; i < 60; i++) {
            queue("user" + i % 3, 0);
        }
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> threads = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                threads.add(pool.submit(() -> {
                    int ended = 0;
                    for (int round = 0; round < 30; round++) {
                        for (LeaseGrant grant : grants.round()) {
                            ledger.ended(grant.run(), grant.attempt(), new Outcome.Finished(1));
                            ended++;
                        }
                    }
                    return ended;
                }));
            }
            for (Future<Integer> thread : threads) {
                thread.get();
            }
        } finally {
            pool.shutdownNow();
            fleet.leave(host.worker());
        }
        long overlapping = statements.number("""
                select count(*) from lease a join lease b on a.device_id = b.device_id and a.slot = b.slot
                  and (a.run_id, a.attempt) <> (b.run_id, b.attempt)
                where tstzrange(a.granted_at, coalesce(a.released_at, 'infinity'))
                   && tstzrange(b.granted_at, coalesce(b.released_at, 'infinity'))""");
        assertThat(overlapping).isZero();
        assertThat(statements.number("select count(*) from lease where slot > 1 or slot < 0"))
                .isZero();
        assertThat(statements.number(
                        "select count(*) from run r where r.attempt <> (select count(*) from attempt a where a.run_id = r.id)"
                                + " and r.name = 'g'"))
                .isZero();
        statements.change("update run set state = 'CANCELLED', ended_at = now() where name = 'g' and state = 'QUEUED'");
    }

    @Test
    void aLongQueueIsReadOnceARoundAndNotOnceASlot() {
        statements.change("update run set state = 'CANCELLED', ended_at = now() where state = 'QUEUED'");
        queue("ann", 0);
        statements.change("""
                insert into run (id, project_id, experiment_id, name, state, spec, spec_hash, created_by, epochs, priority)
                select gen_random_uuid(), project_id, experiment_id, 'long', 'QUEUED', spec, spec_hash, 'user' || i % 7, 1, -1
                from run cross join generate_series(1, 20000) i where name = 'g' and state = 'QUEUED'""");
        statements.change("analyze run");
        List<Fleet.Offer> offers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            offers.add(new Fleet.Offer("GPU-long-" + i, "cuda", "a", 1, 2));
        }
        List<Fleet.Registered> hosts = new ArrayList<>();
        try {
            QuarkusTransaction.requiringNew().run(() -> {
                // The scheduler's own thread leaves this round to us, and sees the devices after it.
                statements.row("select pg_advisory_xact_lock(?)::text", r -> "", Scheduler.LEADER);
                hosts.add(fleet.register(Leases.candidate("long"), offers));
                long begin = System.nanoTime();
                int granted = grants.round().size();
                double seconds = (System.nanoTime() - begin) / 1e9;
                long read = statements.number("select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables"
                        + " where relname = 'run' and schemaname = current_schema()");
                System.out.printf("%d grants of 20,001 queued runs in %.2f s, %d rows read%n", granted, seconds, read);
                assertThat(granted).isGreaterThanOrEqualTo(200);
                assertThat(read)
                        .as("rows of the queue that were looked at; each slot by itself would look at all of them")
                        .isLessThan(10 * 20_000);
            });
        } finally {
            hosts.forEach(host -> fleet.leave(host.worker()));
            statements.change("delete from event where run_id in (select id from run where name = 'long')");
            statements.change("update run set state = 'CANCELLED', ended_at = now() where state = 'QUEUED'");
        }
    }

    @Test
    void priorityThenFairShareThenAge() throws Exception {
        statements.change("update run set state = 'CANCELLED', ended_at = now() where state = 'QUEUED'");
        statements.change("delete from usage");
        UUID first = queue("ann", 0);
        UUID second = queue("ann", 0);
        UUID third = queue("bob", 0);
        UUID urgent = queue("ann", 5);
        for (UUID run : List.of(third, first, second)) {
            // Told as it will be served, not by age alone.
            int position = List.of(urgent, third, first, second).indexOf(run) + 1;
            given().get("/api/v1/runs/" + run)
                    .then()
                    .body("waiting", endsWith("; position " + position + " in the queue"));
        }
        Fleet.Registered host =
                fleet.register(Leases.candidate("fair"), List.of(new Fleet.Offer("cpu", "cpu", "c", 1, 4)));
        List<UUID> granted = List.of();
        // The scheduler's own thread may be at it; the rows know the order in which they were granted.
        for (int i = 0; i < 100 && granted.size() < 4; i++) {
            grants.round();
            Thread.sleep(100);
            granted = statements.rows(
                    "select l.run_id from lease l join event e on e.run_id = l.run_id and e.kind = 'grant'"
                            + " where l.device_id = ? order by e.seq",
                    r -> r.getObject(1, UUID.class),
                    host.devices().get(0).id());
        }
        assertThat(granted).containsExactly(urgent, third, first, second);
        // A worker that leaves before it took them up gives them back; nobody lost anything.
        fleet.leave(host.worker());
        for (UUID run : granted) {
            assertThat(statements.rows(
                            "select a.state || ' ' || r.lost from attempt a join run r on r.id = a.run_id where r.id = ?",
                            r -> r.getString(1),
                            run))
                    .containsExactly("GIVEN_BACK 0");
        }
        statements.change("update run set state = 'CANCELLED', ended_at = now() where state = 'QUEUED'");
    }
}
