package dev.runyard.service.run;

import dev.runyard.service.db.Statements;
import dev.runyard.spec.report.Outcome;
import dev.runyard.spec.run.FailureReason;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which devices cannot do a run, and why: a failure of the place is not tried at that place again. Within the ledger's transaction. */
@ApplicationScoped
class DeviceRefusals {
    /** A worker that was there in this time may come back, in seconds of Postgres time. */
    static final int RECENT_SECONDS = 600;

    private final Statements statements;

    DeviceRefusals(Statements statements) {
        this.statements = statements;
    }

    /** A device that could take the run, and what it said when it did. */
    record Answer(
            UUID device,
            String name,
            @Nullable FailureReason reason,
            @Nullable String message) {
        String said() {
            return name + ": " + reason + " " + message;
        }
    }

    /** The device itself, and each whose worker was there lately: drained ones and those set aside may come back. */
    List<Answer> fitting(UUID run, UUID device) {
        return statements.rows(
                """
                select d.id, d.key || ' on ' || d.host, f.reason, f.message from device d
                left join worker w on w.id = d.worker_id
                left join refusal f on f.device_id = d.id and f.run_id = ?
                where d.id = ? or w.last_seen > now() - make_interval(secs => ?) order by f.created_at, d.host, d.key""",
                r -> new Answer(
                        r.getObject(1, UUID.class),
                        r.getString(2),
                        r.getString(3) == null ? null : FailureReason.valueOf(r.getString(3)),
                        r.getString(4)),
                run,
                device,
                RECENT_SECONDS);
    }

    /** Books that the device cannot do this run, with what it said; the last word counts. */
    void add(UUID run, UUID device, Outcome outcome) {
        boolean unreadable = !(outcome instanceof Outcome.Failed);
        statements.change(
                """
                insert into refusal (run_id, device_id, reason, message) values (?, ?, ?, ?)
                on conflict (run_id, device_id) do update set reason = excluded.reason, message = excluded.message""",
                run,
                device,
                unreadable ? FailureReason.INTERNAL : ((Outcome.Failed) outcome).reason(),
                unreadable ? "its worker could not read the start" : ((Outcome.Failed) outcome).message());
    }

    /** What each said, where it was more than one. */
    Verdict everybody(Verdict verdict, UUID run, UUID device) {
        List<String> said = fitting(run, device).stream()
                .filter(one -> one.reason() != null)
                .map(Answer::said)
                .toList();
        if (said.size() < 2) {
            return verdict;
        }
        return new Verdict(
                verdict.next(),
                verdict.attempt(),
                verdict.reason(),
                "every device that fits refused it: " + String.join("; ", said),
                verdict.lost(),
                verdict.faults(),
                true,
                0);
    }

    /** A person asked for another try: every device may be asked again. */
    void forget(UUID run) {
        statements.change("delete from refusal where run_id = ?", run);
    }
}
