package dev.runyard.service.db;

import dev.runyard.service.http.Problem;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * SQL statements in the caller's transaction, or each in its own where there is none. For what an entity cannot say: a guard and a
 * change in one statement, and lists. Values are always bound, never part of the text.
 */
@ApplicationScoped
public class Statements {
    /** Rows that are fetched at once where many are read. */
    private static final int PORTION = 4_096;

    private final DataSource source;

    public Statements(DataSource source) {
        this.source = source;
    }

    /** Reads one row; called with the cursor on it. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /**
     * All rows of a query, or of a change with {@code returning}.
     *
     * @param values UUID, String, number, boolean, {@link Instant}, enum (by name), null, an array of int, long or double, or a
     *     collection of UUIDs, texts, instants or booleans (an array)
     */
    public <T> List<T> rows(String sql, Reader<T> reader, @Nullable Object... values) {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(connection, statement, values);
            List<T> read = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    read.add(reader.read(row));
                }
            }
            return read;
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** The first row, if there is one; its value must not be null. */
    public <T> Optional<T> row(String sql, Reader<T> reader, @Nullable Object... values) {
        return rows(sql, reader, values).stream().findFirst();
    }

    /** Reads one row and hands it on. */
    @FunctionalInterface
    public interface Taker {
        void take(ResultSet row) throws SQLException;
    }

    /** All rows of a query, one after the other and in portions, so that their number costs no memory. */
    public void each(String sql, Taker taker, @Nullable Object... values) {
        try (Connection connection = source.getConnection()) {
            // The driver reads in portions inside a transaction only.
            boolean own = connection.getAutoCommit();
            if (own) {
                connection.setAutoCommit(false);
            }
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setFetchSize(PORTION);
                bind(connection, statement, values);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        taker.take(row);
                    }
                }
            } finally {
                if (own) {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Reads that all see the same moment, in a transaction of their own. */
    public <T> T snapshot(Supplier<T> reads) {
        return QuarkusTransaction.requiringNew().call(() -> {
            change("set transaction isolation level repeatable read, read only");
            return reads.get();
        });
    }

    /** As {@link #snapshot}, for a look that somebody waits for: given up after five seconds, and not compiled for longer than it runs. */
    public <T> T glance(Supplier<T> reads) {
        return snapshot(() -> {
            row(
                    "select set_config('statement_timeout', '5s', true), set_config('jit', 'off', true)",
                    r -> r.getString(1));
            return reads.get();
        });
    }

    /** The one number of a query. */
    public long number(String sql, @Nullable Object... values) {
        return row(sql, r -> r.getLong(1), values).orElse(0L);
    }

    /** A change; answers how many rows it touched. */
    public int change(String sql, @Nullable Object... values) {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(connection, statement, values);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /**
     * Many rows at once, as the database takes them fastest.
     *
     * @param sql {@code copy … from stdin}
     * @param rows in its text format: columns between tabs, rows between line feeds, {@code \\N} for null
     */
    public void copy(String sql, String rows) {
        try (Connection connection = source.getConnection()) {
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, new StringReader(rows));
        } catch (SQLException e) {
            throw failure(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A timestamp column. */
    public static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        java.time.OffsetDateTime time = row.getObject(column, java.time.OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** A timestamp column that is never null. */
    public static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, java.time.OffsetDateTime.class).toInstant();
    }

    private static void bind(Connection connection, PreparedStatement statement, @Nullable Object... values)
            throws SQLException {
        for (int i = 0; i < values.length; i++) {
            Object value = values[i];
            int place = i + 1;
            if (value == null) {
                statement.setNull(place, Types.NULL);
            } else if (value instanceof Instant time) {
                statement.setObject(place, time.atOffset(ZoneOffset.UTC));
            } else if (value instanceof Enum<?> word) {
                statement.setString(place, word.name());
            } else if (value instanceof Collection<?> many) {
                statement.setArray(place, array(connection, many));
            } else {
                statement.setObject(place, value);
            }
        }
    }

    /** An empty collection is one of UUIDs to Postgres: where it may be one of texts, the statement says so with a cast. */
    private static Array array(Connection connection, Collection<?> many) throws SQLException {
        Object first = many.isEmpty() ? null : many.iterator().next();
        if (first == null || first instanceof UUID) {
            return connection.createArrayOf("uuid", many.toArray());
        }
        if (first instanceof Instant) {
            return connection.createArrayOf(
                    "timestamptz",
                    many.stream()
                            .map(time -> ((Instant) time).atOffset(ZoneOffset.UTC))
                            .toArray());
        }
        return connection.createArrayOf(first instanceof Boolean ? "bool" : "text", many.toArray());
    }

    /** What a caller can do something about, as a problem; everything else as it is. */
    public static RuntimeException failure(SQLException e) {
        String state = e.getSQLState() == null ? "08000" : e.getSQLState();
        if (state.equals("42501")) {
            return Problem.notAllowed();
        }
        if (state.equals("57014")) {
            return Problem.of(
                    422, "QUERY_TOO_EXPENSIVE", "The query took too long; narrow it, for example to one sweep.");
        }
        if (state.equals("22021") || state.equals("22P05")) {
            return Problem.of(422, "BAD_TEXT", "A text holds a character that cannot be stored, such as NUL.");
        }
        if (state.equals("2201B") || state.equals("22025")) {
            return Problem.of(422, "BAD_PATTERN", "A pattern cannot be read: " + e.getMessage());
        }
        if (state.startsWith("08") || state.startsWith("57P") || state.startsWith("53")) {
            return Problem.of(503, "UNAVAILABLE", "The database does not answer; try again in a moment.");
        }
        if (state.equals("40001") || state.equals("40P01")) {
            return new Contention();
        }
        return new DatabaseFailure(e);
    }
}
