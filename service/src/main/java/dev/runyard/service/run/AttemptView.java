package dev.runyard.service.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.service.db.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One try at a run, as shown.
 *
 * @param run that it was a try at, where attempts of several are told together
 * @param grantedAt when it got its device
 * @param state STARTING, RUNNING, FINISHED, GIVEN_BACK, FAILED or LOST
 * @param startStep where it resumed
 * @param endStep the last step it told of
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AttemptView(
        @Nullable UUID run,
        long attempt,
        UUID device,
        String host,
        String state,
        Instant grantedAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        long startStep,
        @Nullable Long endStep,
        @Nullable String outcome,
        @Nullable String message) {
    AttemptView(ResultSet row) throws SQLException {
        this(row, null);
    }

    private AttemptView(ResultSet row, @Nullable UUID run) throws SQLException {
        this(
                run,
                row.getLong("attempt"),
                row.getObject("device_id", UUID.class),
                row.getString("host"),
                row.getString("state"),
                Statements.instant(row, "granted_at"),
                Statements.time(row, "started_at"),
                Statements.time(row, "ended_at"),
                row.getLong("start_step"),
                row.getObject("end_step", Long.class),
                row.getString("outcome"),
                row.getString("message"));
    }

    /** The newest attempts at all runs of a sweep, at most {@code most}, each with its run. */
    public static List<AttemptView> ofSweep(Statements statements, UUID sweep, int most) {
        return statements.rows("""
                select a.*, d.host from attempt a join run r on r.id = a.run_id join device d on d.id = a.device_id
                where r.sweep_id = ? order by a.granted_at desc, a.run_id, a.attempt desc limit ?""", row -> new AttemptView(row, row.getObject("run_id", UUID.class)), sweep, most);
    }
}
