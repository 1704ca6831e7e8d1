package dev.runyard.service.auth;

import dev.runyard.service.http.Problem;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/** The first part of every statement that an attempt's write is: no row when the attempt does not hold the run. */
public final class Fence {
    /** Parameters: run, attempt. */
    public static final String SQL = """
            with fence as (
              select id, attempt::int as attempt from run
              where id = ? and attempt = ? and state in ('STARTING', 'RUNNING', 'PAUSING', 'CANCELLING') for share)
            """;

    private Fence() {}

    /** Keeps the attempt current until the transaction ends. */
    public static void hold(Connection c, UUID run, long attempt) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(SQL + "select 1 from fence")) {
            s.setObject(1, run);
            s.setLong(2, attempt);
            try (ResultSet r = s.executeQuery()) {
                if (!r.next()) {
                    throw refusal(c, run, attempt);
                }
            }
        }
    }

    public static Problem refusal(Connection c, UUID run, long attempt) throws SQLException {
        return exists(c, run) ? new StaleAttempt(run, attempt) : Problem.notFound("run", run);
    }

    public static boolean exists(Connection c, UUID run) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("select 1 from run where id = ?")) {
            s.setObject(1, run);
            try (ResultSet r = s.executeQuery()) {
                return r.next();
            }
        }
    }
}
