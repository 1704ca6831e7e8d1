package dev.runyard.service.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.db.Statements;
import dev.runyard.service.run.Waiting;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A device as shown.
 *
 * @param worker that has it; absent when that one left
 * @param key CUDA UUID, or {@code cpu}
 * @param kind {@code cpu} or {@code cuda}
 * @param slots runs it takes at once
 * @param lease the oldest one on it
 * @param lastSeen when its worker last beat
 * @param why it gets no runs: it was set aside, its worker was not let in, or it does not work
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeviceView(
        UUID id,
        @Nullable UUID worker,
        String host,
        String key,
        String kind,
        String name,
        long memoryBytes,
        int slots,
        State state,
        @Nullable Lease lease,
        @Nullable Instant lastSeen,
        @Nullable String why) {

    static final String SELECT = """
            select d.*, w.last_seen, l.run_id, l.attempt, l.granted_at, l.expires_at, coalesce(h.held, 0) as held,
                   coalesce(%s, false) as heard
            from device d left join worker w on w.id = d.worker_id
            left join lateral (select count(*) as held from lease l where l.device_id = d.id and l.released_at is null) h
              on true
            left join lateral (select * from lease l where l.device_id = d.id and l.released_at is null
                               order by l.granted_at, l.slot limit 1) l on true
            order by d.host, d.kind desc, d.key""".formatted(Waiting.HEARD);

    /**
     * FREE has a slot to give, BUSY has none, LOST is not heard of, DRAINED gets no more, QUARANTINED none while there is another,
     * REFUSED has a worker of a version that this service does not speak with, or that cannot use it.
     */
    public enum State {
        FREE,
        BUSY,
        LOST,
        DRAINED,
        QUARANTINED,
        REFUSED
    }

    /** Which attempt has the device, since when, and until when without another heartbeat. */
    public record Lease(UUID run, long attempt, Instant since, Instant expiresAt) {}

    /** Every device, by host. */
    public static List<DeviceView> all(Statements statements) {
        return statements.rows(SELECT, DeviceView::new);
    }

    DeviceView(ResultSet row) throws SQLException {
        this(
                row.getObject("id", UUID.class),
                row.getObject("worker_id", UUID.class),
                row.getString("host"),
                row.getString("key"),
                row.getString("kind"),
                row.getString("name"),
                row.getLong("memory_bytes"),
                row.getInt("slots"),
                state(row),
                row.getObject("run_id") == null
                        ? null
                        : new Lease(
                                row.getObject("run_id", UUID.class),
                                row.getLong("attempt"),
                                Statements.instant(row, "granted_at"),
                                Statements.instant(row, "expires_at")),
                Statements.time(row, "last_seen"),
                row.getString(state(row) == State.REFUSED ? "refused" : "quarantined"));
    }

    private static State state(ResultSet row) throws SQLException {
        if (!row.getBoolean("heard")) {
            return row.getString("refused") == null ? State.LOST : State.REFUSED;
        }
        if (row.getBoolean("drained")) {
            return State.DRAINED;
        }
        if (row.getString("quarantined") != null) {
            return State.QUARANTINED;
        }
        return row.getInt("held") >= row.getInt("slots") ? State.BUSY : State.FREE;
    }
}
