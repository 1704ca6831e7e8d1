package dev.runyard.service.run;

import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** Which devices are set aside because of how runs ended there. Within the ledger's transaction. */
@ApplicationScoped
class Quarantine {
    /** Different runs in a row that failed for the place before a device is set aside. */
    static final int SET_ASIDE_AFTER = 3;

    private final Statements statements;
    private final Journal journal;

    Quarantine(Statements statements, Journal journal) {
        this.statements = statements;
        this.journal = journal;
    }

    /**
     * A device on which {@link #SET_ASIDE_AFTER} different runs in a row failed for the place is set aside; an attempt that gets on
     * there is the test that lets it back.
     */
    void judge(UUID device, UUID run, RunState from, Outcome outcome, boolean progressed) {
        if (from == RunState.CANCELLING) {
            return;
        }
        if (outcome instanceof Outcome.Failed own
                && (own.reason() == FailureReason.SETUP || fetched(own.reason(), run, device))) {
            return; // what a program needs and does not find says nothing of other runs; nor what is pushed
        }
        if (outcome instanceof Outcome.Failed failed && failed.reason().blame() == FailureReason.Blame.PLACE) {
            UUID counted = counted(failed.reason(), run);
            int runs = statements
                    .row("""
                            update device set failing = case when cast(? as uuid) = any (failing) then failing
                              else failing || cast(? as uuid) end where id = ? returning cardinality(failing)""", r -> r.getInt(1), counted, counted, device)
                    .orElse(0);
            if (runs >= SET_ASIDE_AFTER) {
                setAside(
                        device,
                        // Everybody sees the device; what the run's message names is for those who see the run.
                        "its last " + runs + " different runs failed for the place, the last with " + failed.reason());
            }
        } else if (outcome instanceof Outcome.GivenBack back && back.cause() == Outcome.Cause.UNREADABLE) {
            setAside(device, "its worker cannot read what this service sends: install this service's version there");
        } else if (progressed || outcome instanceof Outcome.Finished) {
            // What set it aside while the attempt ran, its loss, is not undone by the steps before.
            int back = statements.change("""
                    update device d set quarantined = null, failing = '{}' where id = ? and quarantined is not null
                      and not exists (
                        select 1 from event e join attempt a on a.run_id = ? and a.device_id = d.id
                        where e.device_id = d.id and e.kind = 'set-aside' and e.time > a.granted_at
                          and a.attempt = (select max(attempt) from attempt where run_id = a.run_id))""", device, run);
            if (back == 1) {
                journal.device(device, Journal.RECONCILER, "let-back", "QUARANTINED", "FREE", "a run got on there");
            } else {
                statements.change("update device set failing = '{}' where id = ? and cardinality(failing) > 0", device);
            }
        }
    }

    /**
     * What counts as one run. A worker's disk that a program filled is free again when that has ended, so one person's programs alone say
     * nothing of the device, however often they are queued; of a disk that others filled, those of different people say the same.
     */
    private UUID counted(FailureReason reason, UUID run) {
        return reason != FailureReason.DISK_FULL
                ? run
                : statements
                        .row(
                                "select cast(md5(created_by) as uuid) from run where id = ? and spec ->> 'task' = 'command'",
                                r -> r.getObject(1, UUID.class),
                                run)
                        .orElse(run);
    }

    /** What of this kind the run was to read was the lab's, and perhaps more than this host keeps of that; none of it was the host's own. */
    private boolean fetched(FailureReason reason, UUID run, UUID device) {
        if (reason != FailureReason.DATA && reason != FailureReason.WEIGHTS) {
            return false;
        }
        return statements.number("""
                        select count(*) from (
                          select bool_and(p.id is not null and not jsonb_exists(d.places, need)) as lent
                          from run r join device d on d.id = ? cross join unnest(r.needs) need left join stored_place p on p.id = need
                          where r.id = ? and need like ?) asked where lent""", device, run, reason == FailureReason.DATA ? "dataset:%" : "weights:%") > 0;
    }

    private void setAside(UUID device, String why) {
        if (statements.change("update device set quarantined = ? where id = ? and quarantined is null", why, device)
                == 1) {
            journal.device(device, Journal.RECONCILER, "set-aside", "FREE", "QUARANTINED", why);
        }
    }
}
