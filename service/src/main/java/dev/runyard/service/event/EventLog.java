package dev.runyard.service.event;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.service.db.Statements;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads the event table by position. A seq is given before its commit, so in order of seq a late commit would be jumped over; a
 * position is given to rows that are committed, under a lock, so nothing appears below one that was seen. Transactions that have
 * written no event, whoever's they are, hold nothing back.
 */
@ApplicationScoped
class EventLog {
    private static final int PLACED_AT_ONCE = 1_000;
    private static final long PLACING = 0x52756e79617265L;

    private static final String ROW = "e.position, e.run_id, e.sweep_id, e.device_id, e.kind, e.to_state,"
            + " extract(epoch from e.time) * 1000 as millis, e.experiment_id, x.name,"
            + " coalesce(r.project_id, s.project_id, x.project_id)";

    /** Which experiment it is of, by whatever it is about. */
    private static final String FROM =
            " from event e left join run r on r.id = e.run_id left join sweep s on s.id = e.sweep_id"
                    + " left join experiment x on x.id = coalesce(r.experiment_id, s.experiment_id, e.experiment_id) ";

    private final Statements statements;
    private final ObjectMapper json;

    EventLog(Statements statements, ObjectMapper json) {
        this.statements = statements;
        this.json = json;
    }

    /** Gives the rows that were committed since a position each, in the order of their seq; unless another replica is at it. */
    @Transactional
    void place() {
        boolean open =
                statements.number("select count(*) from (select 1 from event where position is null limit 1) e") > 0;
        if (!open) {
            return;
        }
        boolean ours = statements
                .row("select pg_try_advisory_xact_lock(?)", r -> r.getBoolean(1), PLACING)
                .orElse(false);
        if (ours) {
            statements.change("""
                    update event e set position = n.position
                    from (select seq, nextval('event_position') as position
                          from (select seq from event where position is null order by seq limit ?) unplaced) n
                    where e.seq = n.seq""", PLACED_AT_ONCE);
        }
    }

    /** Position of the newest row that has one; 0 when there is none. */
    long newest() {
        return statements.number("select coalesce(max(position), 0) from event");
    }

    /** Rows behind {@code position} up to {@code to}, in order. */
    List<LiveEvent> between(long position, long to, int limit) {
        return statements.rows(
                "select " + ROW + FROM + "where e.position > ? and e.position <= ? order by e.position limit ?",
                this::event,
                position,
                to,
                limit);
    }

    /** Rows behind the one at {@code position}; empty optional when there is no such row. */
    Optional<List<LiveEvent>> after(long position, long to, int limit) {
        boolean known = statements.number("select count(*) from event where position = ?", position) > 0;
        return known ? Optional.of(between(position, to, limit)) : Optional.empty();
    }

    private LiveEvent event(ResultSet r) throws SQLException {
        String run = r.getString(2);
        String sweep = r.getString(3);
        String device = r.getString(4);
        ObjectNode data = json.createObjectNode();
        String experiment = r.getString(8);
        String type = run != null ? "run" : sweep != null ? "sweep" : experiment != null ? "experiment" : "device";
        data.put("id", run != null ? run : sweep != null ? sweep : experiment != null ? experiment : device);
        if (r.getString(9) != null) {
            data.put("experiment", r.getString(9));
        }
        if (run != null && sweep != null) {
            data.put("sweep", sweep);
        }
        data.put("kind", r.getString(5));
        String state = r.getString(6);
        if (state != null) {
            data.put("state", state);
        }
        data.put("time", Instant.ofEpochMilli(r.getLong(7)).toString());
        return new LiveEvent(type, r.getLong(1), data.toString(), r.getObject(10, UUID.class));
    }
}
