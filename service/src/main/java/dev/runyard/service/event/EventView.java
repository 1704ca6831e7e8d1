package dev.runyard.service.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.db.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Something that happened: who changed what, from which state to which, and why. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EventView(
        long seq,
        Instant time,
        @Nullable UUID run,
        @Nullable UUID sweep,
        String who,
        String kind,
        @Nullable String from,
        @Nullable String to,
        @Nullable String why) {
    /** Most events of one answer. */
    public static final int MOST = 1_000;

    public EventView(ResultSet row) throws SQLException {
        this(
                row.getLong("seq"),
                Statements.instant(row, "time"),
                row.getObject("run_id", UUID.class),
                row.getObject("sweep_id", UUID.class),
                row.getString("who"),
                row.getString("kind"),
                row.getString("from_state"),
                row.getString("to_state"),
                row.getString("why"));
    }
}
