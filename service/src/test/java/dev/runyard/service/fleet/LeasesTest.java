package dev.runyard.service.fleet;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import dev.runyard.service.auth.Tokens;
import dev.runyard.service.db.Statements;
import dev.runyard.service.embedded.WithLab;
import dev.runyard.service.event.Journal;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.http.Problem;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.run.attempt.Heartbeats;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What counts as alive: the lease by Postgres' clock, and nothing else. */
@QuarkusTest
@QuarkusTestResource(WithLab.class)
@Timeout(180)
final class LeasesTest {
    @Inject
    Leases lab;

    @Inject
    Fleet fleet;

    @Inject
    RunLedger ledger;

    @Inject
    Heartbeats heartbeats;

    @Inject
    Statements statements;

    @Inject
    Journal journal;

    @Inject
    Wakeup wakeup;

    @Inject
    Tokens tokens;

    @BeforeEach
    void calm() {
        lab.calm();
    }

    @AfterEach
    void clear() {
        lab.clear();
    }

    private Leases.Held running(String host) throws InterruptedException {
        lab.device(host);
        Leases.Held held = lab.started(lab.queue());
        lab.beat(held, 5);
        return held;
    }

    @Test
    void aHostThatVanishesLosesItsRunWhenTheLeaseEndsAndNothingElseTakesIt() throws Exception {
        Leases.Held held = running("vanishing");
        fleet.expire();
        assertThat(lab.attempt(held)).isEqualTo("RUNNING");
        lab.overdue(held);
        fleet.expire();
        assertThat(lab.attempt(held)).isEqualTo("LOST");
        assertThat(heartbeats.beat(held.run(), held.attempt(), new Heartbeats.Beat(6, 0, 100L, 1)))
                .as("a process that was stopped meanwhile is told so")
                .isEqualTo(Order.STALE);
        assertThat(lab.text("select step from run where id = ?", held.run())).isEqualTo("5");
    }

    @Test
    void whatAWorkerThatLivesHasNotTakenUpYetStaysItsOwnForAWhile() throws Exception {
        Fleet.Registered registered = lab.device(Leases.candidate("starting"), 1);
        UUID run = lab.queue();
        Leases.await(() -> lab.state(run).equals("STARTING"));
        Leases.Held held = new Leases.Held(run, 1, registered.devices().get(0).id());
        lab.overdue(held);
        fleet.beat(registered.worker());
        fleet.expire();
        assertThat(lab.attempt(held)).isEqualTo("STARTING");

        // Not for ever: its activity may be lost.
        statements.change("update attempt set granted_at = now() - interval '91 seconds' where run_id = ?", run);
        lab.overdue(held);
        fleet.beat(registered.worker());
        fleet.expire();
        assertThat(lab.attempt(held)).isEqualTo("LOST");
    }

    /** "runyard down" while a run was starting: nobody had it yet, so nobody lost it. */
    @Test
    void whatAWorkerThatLeavesHasNotTakenUpIsGivenBack() throws Exception {
        Fleet.Registered registered = lab.device(Leases.candidate("leaving"), 1);
        UUID run = lab.queue();
        Leases.await(() -> lab.state(run).equals("STARTING"));
        fleet.leave(registered.worker());
        assertThat(lab.attempt(
                        new Leases.Held(run, 1, registered.devices().get(0).id())))
                .isEqualTo("GIVEN_BACK");
        assertThat(lab.state(run)).isEqualTo("QUEUED");
        assertThat(lab.text("select lost + faults from run where id = ?", run)).isEqualTo("0");
    }

    @Test
    void whatAWorkerHasTakenUpItHasToRenewByItself() throws Exception {
        Fleet.Registered registered = lab.device(Leases.candidate("renewing"), 1);
        Leases.Held held = lab.started(lab.queue());
        lab.overdue(held);
        fleet.beat(registered.worker());
        fleet.expire();
        assertThat(lab.attempt(held)).isEqualTo("LOST");
    }

    @Test
    void nothingThatAStoppedWorkerSaysAfterwardsIsStored() throws Exception {
        Leases.Held zombie = running("zombie");
        lab.overdue(zombie);
        fleet.expire();
        Leases.Held next = lab.started(zombie.run());
        assertThat(next.attempt()).isEqualTo(zombie.attempt() + 1);
        String path = "/api/v1/runs/" + zombie.run() + "/attempts/" + zombie.attempt();
        String bearer = "Bearer " + tokens.attempt(zombie.run(), zombie.attempt());
        for (String[] call : new String[][] {
            {"/resumed", "{\"step\": 3}"},
            {"/end", "{\"kind\": \"finished\", \"step\": 100}"},
            {"/notices", "{\"kind\": \"DISK_FULL\", \"why\": \"x\"}"},
            {"/logs", "{\"from\": 0, \"lines\": [{\"time\": \"2026-01-01T00:00:00Z\", \"line\": \"x\"}]}"}
        }) {
            given().header("Authorization", bearer)
                    .contentType(ContentType.JSON)
                    .body(call[1])
                    .post(path + call[0])
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("STALE_ATTEMPT"));
        }
        given().header("Authorization", bearer)
                .contentType(ContentType.JSON)
                .body("{\"step\": 3, \"epoch\": 0, \"steps\": 100, \"epochs\": 1}")
                .post(path + "/heartbeat")
                .then()
                .statusCode(200)
                .body("order", equalTo("STALE"));
        assertThat(lab.state(zombie.run())).isEqualTo("STARTING");
    }

    @Test
    void aHeartbeatThatComesWhileTheLeaseIsJudgedKeepsIt() throws Exception {
        Leases.Held held = running("late");
        lab.overdue(held);
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch judging = new CountDownLatch(1);
        CompletableFuture<Void> beat = CompletableFuture.runAsync(
                () -> QuarkusTransaction.requiringNew().run(() -> {
                    lab.beat(held, 6);
                    locked.countDown();
                    try {
                        judging.await();
                        Thread.sleep(500);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
        locked.await();
        CompletableFuture<Boolean> expired = CompletableFuture.supplyAsync(() -> {
            judging.countDown();
            return ledger.expire(held.run(), held.attempt());
        });
        assertThat(expired.get()).isFalse();
        beat.get();
        assertThat(lab.attempt(held)).isEqualTo("RUNNING");
    }

    @Test
    void oneRunThatCannotBeEndedStopsNoOther() throws Exception {
        Leases.Held stuck = running("stuck");
        Leases.Held other = running("other");
        statements.change("create or replace function no_end() returns trigger language plpgsql as"
                + " $$ begin raise exception 'always'; end $$");
        statements.change("create trigger no_end before update on run for each row when (old.id = '" + stuck.run()
                + "') execute function no_end()");
        try {
            lab.overdue(stuck);
            statements.change(
                    "update lease set expires_at = expires_at - interval '1 minute' where run_id = ?", stuck.run());
            lab.overdue(other);
            fleet.expire();
            assertThat(lab.attempt(stuck)).isEqualTo("RUNNING");
            assertThat(lab.attempt(other)).isEqualTo("LOST");
        } finally {
            statements.change("drop trigger no_end on run");
        }
        fleet.expire();
        assertThat(lab.attempt(stuck)).isEqualTo("LOST");
    }

    @Test
    void whoHasNotLookedForAWhileExtendsBeforeJudging() throws Exception {
        Leases.Held held = running("after-a-gap");
        Fleet fresh = new Fleet(statements, journal, wakeup, ledger); // as after a start: it has never looked
        lab.overdue(held);
        fresh.expire();
        assertThat(lab.attempt(held)).isEqualTo("RUNNING");
        assertThat(lab.text(
                        "select expires_at > now() + interval '20 seconds' from lease where run_id = ?", held.run()))
                .isEqualTo("t");
        lab.overdue(held);
        fresh.expire();
        assertThat(lab.attempt(held)).as("once, not for ever").isEqualTo("LOST");
    }

    /** Postgres stands still for longer than a lease lasts, as a host that swaps or a database that is moved. */
    @Test
    void aDatabaseThatWasAwayCostsNoAttempt() throws Exception {
        Leases.Held held = running("database-away");
        long backend = statements.number("select pg_backend_pid()");
        ProcessHandle postmaster =
                ProcessHandle.of(backend).flatMap(ProcessHandle::parent).orElseThrow();
        List<ProcessHandle> all = new java.util.ArrayList<>(List.of(postmaster));
        all.addAll(postmaster.children().toList());
        signal("STOP", all);
        try {
            Thread.sleep(1_000L * (RunLedger.LEASE_SECONDS + 6));
        } finally {
            signal("CONT", all);
        }
        Leases.await(() -> {
            try {
                return statements.number("select 1") == 1;
            } catch (RuntimeException e) {
                return false;
            }
        });
        Thread.sleep(5_000); // the reconciler had time to judge
        assertThat(lab.attempt(held)).isEqualTo("RUNNING");
        lab.beat(held, 6);
        assertThat(lab.state(held.run())).isEqualTo("RUNNING");
    }

    private static void signal(String name, List<ProcessHandle> processes) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("kill", "-" + name));
        processes.forEach(one -> command.add(Long.toString(one.pid())));
        new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    @Test
    void aSecondLiveWorkerIsRefusedAndTheFirstGoesOn() throws Exception {
        Fleet.Candidate first = Leases.candidate("twice");
        Fleet.Registered registered = lab.device(first, 1);
        Leases.Held held = lab.started(lab.queue());
        assertThatThrownBy(() -> lab.device(Leases.candidate("twice"), 1))
                .isInstanceOfSatisfying(Problem.class, refusal -> {
                    assertThat(refusal.status()).isEqualTo(409);
                    assertThat(refusal.body().code()).isEqualTo("DEVICE_TAKEN");
                });
        fleet.beat(registered.worker());
        lab.beat(held, 5);
        assertThat(lab.attempt(held)).isEqualTo("RUNNING");
    }

    @Test
    void whoKnowsTheLocksSecretTakesOverAtOnceAndTheOneBeforeHasLeft() throws Exception {
        Fleet.Candidate first = Leases.candidate("revived");
        Fleet.Registered before = lab.device(first, 1);
        Leases.Held held = lab.started(lab.queue());
        Fleet.Candidate next =
                new Fleet.Candidate(first.host(), first.machine(), 2, UUID.randomUUID(), first.lock(), "test", 2);
        Fleet.Registered after = lab.device(next, 1);
        assertThat(after.devices()).isEqualTo(before.devices());
        assertThat(lab.attempt(held)).isEqualTo("LOST");
        assertThat(lab.text("select left_at is not null from worker where id = ?", before.worker()))
                .isEqualTo("t");
    }

    @Test
    void theSameProcessKeepsWhatItHas() throws Exception {
        Fleet.Candidate one = Leases.candidate("again");
        lab.device(one, 1);
        Leases.Held held = lab.started(lab.queue());
        lab.beat(held, 5);
        lab.device(one, 1);
        assertThat(lab.attempt(held)).isEqualTo("RUNNING");
    }

    @Test
    void aSilentWorkersDeviceIsFreeToTakeAndItsWorkerCountsAsGone() throws Exception {
        Fleet.Registered before = lab.device(Leases.candidate("silent"), 1);
        statements.change("update worker set last_seen = now() - interval '31 seconds' where id = ?", before.worker());
        Leases.await(() -> {
            fleet.expire(); // not at once where there was a gap before
            return lab.text("select left_at is not null from worker where id = ?", before.worker())
                    .equals("t");
        });
        assertThatThrownBy(() -> fleet.beat(before.worker())).isInstanceOfSatisfying(Problem.class, gone -> {
            assertThat(gone.status()).isEqualTo(401);
            assertThat(gone.body().code()).isEqualTo("WORKER_GONE");
        });
        Fleet.Registered after = lab.device(Leases.candidate("silent"), 1);
        assertThat(after.devices()).isEqualTo(before.devices());
        assertThatThrownBy(() -> fleet.beat(before.worker()))
                .isInstanceOfSatisfying(
                        Problem.class, stale -> assertThat(stale.body().code()).isEqualTo("STALE_WORKER"));
    }

    @Test
    void twoMachinesOfOneNameAreTwo() {
        Fleet.Candidate one = Leases.candidate("localhost");
        Fleet.Registered first = lab.device(one, 1);
        Fleet.Registered second =
                lab.device(new Fleet.Candidate("localhost", "another", 1, UUID.randomUUID(), "x", "test", 2), 1);
        assertThat(second.devices()).isNotEqualTo(first.devices());
        fleet.beat(first.worker());
    }

    @Test
    void aDeviceOfBeforeMachinesWereToldApartStaysThatDevice() {
        UUID old = UUID.randomUUID();
        statements.change(
                "insert into device (id, host, key, kind, name, memory_bytes, slots) values (?, 'upgraded', 'cpu', 'cpu', 'c', 1, 1)",
                old);
        assertThat(lab.device("upgraded")).isEqualTo(old);
    }

    @Test
    void foldersAreKeptOfTheNewestAttemptsOfOpenRuns() throws Exception {
        Leases.Held held = running("folders");
        Fleet.AttemptName now = new Fleet.AttemptName(held.run(), held.attempt());
        Fleet.AttemptName unknown = new Fleet.AttemptName(UUID.randomUUID(), 1);
        Fleet.AttemptName other = new Fleet.AttemptName(held.run(), held.attempt() + 1);
        assertThat(fleet.wanted(List.of(now, unknown, other))).containsExactly(now);
        lab.end(held, new Outcome.Finished(100));
        assertThat(fleet.wanted(List.of(now))).isEmpty();
    }
}
