package dev.runyard.service.fleet;

import dev.runyard.service.db.Statements;
import dev.runyard.service.event.Journal;
import dev.runyard.service.event.Wakeup;
import dev.runyard.service.http.Problem;
import dev.runyard.spec.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Map;
import java.util.UUID;

/** What people say about devices beside taking them out of use: labels of their own, and that one is theirs for a while. */
@ApplicationScoped
class DeviceDesk {
    private final Statements statements;
    private final Journal journal;
    private final Wakeup wakeup;

    DeviceDesk(Statements statements, Journal journal, Wakeup wakeup) {
        this.statements = statements;
        this.journal = journal;
        this.wakeup = wakeup;
    }

    /**
     * Keeps a device for a person: what runs there goes on, nothing more is granted until the time is over or it is let back.
     *
     * @param minutes from now on, in [1, 10080]
     * @throws Problem 404; 409 DEVICE_HELD while another person has it
     */
    @Transactional
    void hold(UUID device, int minutes, String who) {
        known(device);
        int held = statements.change("""
                update device set held_until = now() + make_interval(mins => ?), held_by = ?
                where id = ? and (held_until is null or held_until <= now() or held_by = ?)""", minutes, who, device, who);
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
