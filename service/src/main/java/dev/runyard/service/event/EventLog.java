package dev.runyard.service.event;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the event table in the order (tx, seq) up to the oldest transaction that still runs. A seq is given before its commit, so
 * in order of seq a late commit would be jumped over; below that transaction nothing can appear any more.
 */
@ApplicationScoped
class EventLog {
    private static final String ROW =
            "e.seq, e.run_id, e.sweep_id, e.device_id, e.kind, e.to_state, extract(epoch from e.time) * 1000 as millis";

    private static final String BETWEEN = "select " + ROW + """
             from event e where e.tx >= ?::text::xid8 and e.tx < ?::text::xid8
            order by e.tx, e.seq limit ?
            """;

    private static final String AFTER = "select " + ROW + """
             from event e
            where (e.tx, e.seq) > (select a.tx, a.seq from event a where a.seq = ?) and e.tx < ?::text::xid8
            order by e.tx, e.seq limit ?
            """;

    private final AgroalDataSource dataSource;
    private final ObjectMapper json;

    EventLog(AgroalDataSource dataSource, ObjectMapper json) {
        this.dataSource = dataSource;
        this.json = json;
    }

    /** The oldest transaction that still runs, as a decimal text. */
    String horizon() throws SQLException {
        try (Connection c = dataSource.getConnection();
                PreparedStatement s = c.prepareStatement("select pg_snapshot_xmin(pg_current_snapshot())::text");
                ResultSet r = s.executeQuery()) {
            r.next();
            return r.getString(1);
        }
    }

    /** Number of the newest row that is older than {@code horizon}; 0 when there is none. */
    long newest(String horizon) throws SQLException {
        try (Connection c = dataSource.getConnection();
                PreparedStatement s = c.prepareStatement(
                        "select seq from event where tx < ?::text::xid8 order by tx desc, seq desc limit 1")) {
            s.setString(1, horizon);
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? r.getLong(1) : 0;
            }
        }
    }

    /** Rows of transactions from {@code from}, inclusive, to {@code to}, exclusive. */
    List<LiveEvent> between(String from, String to, int limit) throws SQLException {
        try (Connection c = dataSource.getConnection();
                PreparedStatement s = c.prepareStatement(BETWEEN)) {
            s.setString(1, from);
            s.setString(2, to);
            s.setInt(3, limit);
            return read(s);
        }
    }

    /** Rows after the one numbered {@code seq}; empty optional when there is no such row. */
    Optional<List<LiveEvent>> after(long seq, String to, int limit) throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            try (PreparedStatement s = c.prepareStatement("select 1 from event where seq = ? and tx < ?::text::xid8")) {
                s.setLong(1, seq);
                s.setString(2, to);
                try (ResultSet r = s.executeQuery()) {
                    if (!r.next()) {
                        return Optional.empty();
                    }
                }
            }
            try (PreparedStatement s = c.prepareStatement(AFTER)) {
                s.setLong(1, seq);
                s.setString(2, to);
                s.setInt(3, limit);
                return Optional.of(read(s));
            }
        }
    }

    private List<LiveEvent> read(PreparedStatement s) throws SQLException {
        List<LiveEvent> events = new ArrayList<>();
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                events.add(event(r));
            }
        }
        return events;
    }

    private LiveEvent event(ResultSet r) throws SQLException {
        String run = r.getString(2);
        String sweep = r.getString(3);
        String device = r.getString(4);
        ObjectNode data = json.createObjectNode();
        String type = run != null ? "run" : sweep != null ? "sweep" : "device";
        data.put("id", run != null ? run : sweep != null ? sweep : device);
        if (run != null && sweep != null) {
            data.put("sweep", sweep);
        }
        data.put("kind", r.getString(5));
        String state = r.getString(6);
        if (state != null) {
            data.put("state", state);
        }
        data.put("time", Instant.ofEpochMilli(r.getLong(7)).toString());
        return new LiveEvent(type, r.getLong(1), data.toString());
    }
}
