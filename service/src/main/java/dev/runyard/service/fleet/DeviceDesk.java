package dev.runyard.service.fleet;

import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.experiment.Experiments;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Map;
import java.util.UUID;

/** What people say about devices beside taking them out of use: labels of their own, and that one is theirs for a while. */
@ApplicationScoped
class DeviceDesk {
    /** The quota, of the project or of the person in it, that the device's slots beside what goes and what is held would be beyond. */
    private static final String SPENT = """
            with taken as (
              select s.*, p.name,
                (select count(*) from lease l join run r on r.id = l.run_id
                 where l.released_at is null and r.project_id = s.project_id and (s.account = '' or r.created_by = s.account))
                + (select coalesce(sum(d.slots), 0) from device d where d.held_until > now() and d.id <> ?
                     and d.held_project = s.project_id and (s.account = '' or d.held_by = s.account)) as going,
                (select d.slots from device d where d.id = ?) as wanted
              from share s join project p on p.id = s.project_id where s.project_id = ? and s.account in ('', ?))
            select case when account = '' then 'project ' else account || ' in project ' end || name || ' has ' || going || ' of '
              || slots || ' slots, and it takes ' || wanted || ' more'
            from taken where slots < going + wanted order by account limit 1""";

    private final Statements statements;
    private final Experiments experiments;
    private final Journal journal;
    private final Wakeup wakeup;

    DeviceDesk(Statements statements, Experiments experiments, Journal journal, Wakeup wakeup) {
        this.experiments = experiments;
        this.statements = statements;
        this.journal = journal;
        this.wakeup = wakeup;
    }

    /**
     * Keeps a device for a person: what runs there goes on, nothing more is granted until the time is over or it is let back. It counts
     * as so many slots of the person in the project that the request keeps to, as long as it is held.
     *
     * @param minutes from now on, in [1, 10080]
     * @throws Problem 404; 409 DEVICE_HELD while another person has it, QUOTA where the quotas there leave no room
     */
    @Transactional
    void hold(UUID device, int minutes, String who) {
        known(device);
        UUID project = experiments.project();
        statements.row(SPENT, r -> r.getString(1), device, device, project, who).ifPresent(quota -> {
            throw Problem.of(409, "QUOTA", "Device " + device + " cannot be held: " + quota + ".");
        });
        int held = statements.change("""
                update device set held_until = now() + make_interval(mins => ?), held_by = ?, held_project = ?
                where id = ? and (held_until is null or held_until <= now() or held_by = ?)""", minutes, who, project, device, who);
        if (held == 0) {
            throw statements
                    .row(
                            "select held_by, to_char(held_until at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from device"
                                    + " where id = ?",
                            r -> Problem.of(
                                    409,
                                    "DEVICE_HELD",
                                    r.getString(1) + " holds device " + device + " until " + r.getString(2)
                                            + "; it can be let back before."),
                            device)
                    .orElseThrow(() -> Problem.notFound("device", device));
        }
        journal.device(device, who, "hold", null, "HELD", "for " + minutes + " min");
    }

    /**
     * Lets go of what one holds before its time.
     *
     * @param all whether also of what another person holds
     * @throws Problem 404; 409 NOT_HELD where there is nothing to let go of
     */
    @Transactional
    void release(UUID device, String who, boolean all) {
        known(device);
        int released = statements.change("""
                update device set held_until = null, held_by = null, held_project = null
                where id = ? and held_until > now() and (held_by = ? or ?)""", device, who, all);
        if (released == 0) {
            throw Problem.of(409, "NOT_HELD", "You do not hold device " + device + ".");
        }
        journal.device(device, who, "let-go", "HELD", null, null);
        wakeup.schedule();
    }

    /**
     * Labels that people add to those of its worker, or say otherwise; these replace what people said before.
     *
     * @throws Problem 404
     */
    @Transactional
    void label(UUID device, Map<String, String> labels, String who) {
        known(device);
        statements.change(
                "update device set labels_set = cast(? as jsonb) where id = ?", Json.canonical(labels), device);
        journal.device(device, who, "label", null, null, labels.toString());
        wakeup.schedule();
    }

    private void known(UUID device) {
        if (statements.number("select count(*) from device where id = ?", device) == 0) {
            throw Problem.notFound("device", device);
        }
    }
}
