package dev.runyard.service.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.db.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One try at a run, as shown.
 *
 * @param state STARTING, RUNNING, FINISHED, GIVEN_BACK, FAILED or LOST
 * @param startStep where it resumed
 * @param endStep the last step it told of
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AttemptView(
        long attempt,
        UUID device,
        String host,
        String state,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        long startStep,
        @Nullable Long endStep,
        @Nullable String outcome,
        @Nullable String message) {
    AttemptView(ResultSet row) throws SQLException {
        this(
                row.getLong("attempt"),
                row.getObject("device_id", UUID.class),
                row.getString("host"),
                row.getString("state"),
                Statements.time(row, "started_at"),
                Statements.time(row, "ended_at"),
                row.getLong("start_step"),
                row.getObject("end_step", Long.class),
                row.getString("outcome"),
                row.getString("message"));
    }
}
