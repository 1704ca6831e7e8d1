package dev.runyard.service.scheduling;

import dev.runyard.flows.run.LeaseGrant;
import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.run.RunLedger;
import dev.runyard.service.scheduling.round.Round;
import dev.runyard.service.scheduling.round.Situation.Device;
import dev.runyard.service.scheduling.round.Situation.Going;
import dev.runyard.spec.run.PriorityClass;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Carries out what a round answers. Locks what it changes and looks at it again, so any number of replicas may try; the indexes on
 * lease are what makes a second lease of a slot impossible.
 */
@ApplicationScoped
public class Grants {
    private final Statements statements;
    private final QueueRows rows;
    private final RunLedger ledger;
    private final Journal journal;
    private final Meters meters;

    public Grants(Statements statements, QueueRows rows, RunLedger ledger, Journal journal, Meters meters) {
        this.meters = meters;
        this.statements = statements;
        this.rows = rows;
        this.ledger = ledger;
        this.journal = journal;
    }

    /** One round, in one transaction. What it answers has to be told to the runs' workflows after the commit. */
    @Transactional
    public List<LeaseGrant> round() {
        List<LeaseGrant> granted = new ArrayList<>();
        Optional<PriorityClass> first = queued();
        if (first.isEmpty()) {
            return granted;
        }
        List<Device> devices = rows.devices();
        List<Going> going = rows.going();
        int slots =
                devices.stream().filter(Device::usable).mapToInt(Device::slots).sum();
        boolean takable =
                going.stream().anyMatch(one -> one.preemptible() && first.get().before(one.priorityClass()));
        if (slots <= going.stream().filter(one -> usable(devices, one)).count() && !takable) {
            return granted;
        }
        Round.Answer answer =
                meters.round(() -> Round.decide(rows.situation(rows.queue(slots, List.of()), devices, going)));
        for (Round.Grant grant : answer.grants()) {
            grant(grant).ifPresent(granted::add);
        }
        answer.preemptions().forEach(this::preempt);
        meters.granted(granted.size(), answer.preemptions().size());
        return granted;
    }

    private static boolean usable(List<Device> devices, Going going) {
        return devices.stream()
                .anyMatch(device -> device.usable() && device.id().equals(going.device()));
    }

    /** Nobody else changes device and run at this moment, and both are still as they were seen. */
    private Optional<LeaseGrant> grant(Round.Grant grant) {
        UUID run = grant.waiter().run();
        UUID device = grant.device().id();
        UUID worker = grant.device().worker();
        if (worker == null) {
            return Optional.empty();
        }
        boolean free = grant.seats().stream().allMatch(this::free);
        if (!free || !holds("select 1 from run where id = ? and state = 'QUEUED' for update skip locked", run)) {
            return Optional.empty();
        }
        OptionalLong attempt = ledger.grant(run, device, grant.slot(), worker);
        for (Round.Seat seat : attempt.isPresent() ? grant.beside() : List.<Round.Seat>of()) {
            ledger.beside(run, attempt.getAsLong(), seat.device().id(), seat.slot());
        }
        if (grant.as() != grant.waiter().priorityClass()) {
            statements.change(
                    "update lease set counts_as = ? where run_id = ? and released_at is null", grant.as(), run);
        }
        return attempt.isPresent() ? Optional.of(new LeaseGrant(run, attempt.getAsLong(), device)) : Optional.empty();
    }

    private boolean free(Round.Seat seat) {
        UUID device = seat.device().id();
        UUID worker = seat.device().worker();
        return worker != null
                && holds(
                        "select 1 from device where id = ? and worker_id = ? and not drained for update skip locked",
                        device,
                        worker)
                && holds("""
                        select 1 where not exists (
                          select 1 from lease where device_id = ? and slot = ? and released_at is null)""", device, seat.slot());
    }

    /** The next heartbeat of its attempt is answered with it. */
    private void preempt(Round.Preemption preemption) {
        UUID victim = preemption.victim().run();
        int asked = statements.change(
                "update lease set yields_to = ? where run_id = ? and released_at is null and yields_to is null",
                preemption.waiter().run(),
                victim);
        if (asked > 0) {
            journal.told(
                    victim,
                    preemption.victim().sweep(),
                    Journal.SCHEDULER,
                    "preempt",
                    "checkpoints and gives its device back for " + named(preemption));
        }
    }

    /** Whoever sees the victim sees what is of its project, and of another nothing. */
    private static String named(Round.Preemption preemption) {
        String word = preemption.waiter().priorityClass().word();
        boolean same = preemption
                .waiter()
                .account()
                .project()
                .equals(preemption.victim().account().project());
        return same ? "the " + word + " run " + preemption.waiter().run() : "a run of another project (" + word + ")";
    }

    private boolean holds(String sql, Object... values) {
        return statements.row(sql, r -> r.getInt(1), values).isPresent();
    }

    /** The highest class that waits. */
    private Optional<PriorityClass> queued() {
        return statements
                .rows(
                        "select distinct priority_class from run where state = 'QUEUED'"
                                + " and (not_before is null or not_before <= now())",
                        r -> PriorityClass.valueOf(r.getString(1)))
                .stream()
                .min(Comparator.naturalOrder());
    }
}
