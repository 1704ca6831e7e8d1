package dev.runyard.service.db;

import java.sql.SQLException;

/** A statement that failed for a reason no caller can mend; {@link #state()} is its SQLSTATE. */
public final class DatabaseFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String state;

    DatabaseFailure(SQLException cause) {
        super(cause.getMessage(), cause);
        this.state = String.valueOf(cause.getSQLState());
    }

    public String state() {
        return state;
    }
}
