package dev.runyard.service.db;

import io.agroal.api.AgroalPoolInterceptor;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;

/**
 * The one place where it is decided what statements see: a connection that serves a person who may not see everything is one of the role
 * {@value #ROLE} as long as it does, and the database's policies hold that role to the person's projects ({@code afterMigrate.sql}).
 * Lists, groups, series, files and whatever is added later ask like anybody else. While a connection serves a change that a person
 * makes, it also knows whose, and the database writes it down. The lab itself, and an administrator who looks, pay nothing; inside a transaction
 * all of it holds until its end and need not be taken back.
 */
@Singleton
public class Walls implements AgroalPoolInterceptor {
    static final String ROLE = "runyard_person";

    private static final String TAKE_DOWN = """
            reset role; reset runyard.account; reset runyard.administrator; reset runyard.scope; reset runyard.project;
            reset runyard.who; reset runyard.request; reset runyard.request_id; reset runyard.address""";

    private final Asking asking;
    /** Connections that are somebody's, and whether until the end of their transaction alone. */
    private final Map<PgConnection, Boolean> walled = Collections.synchronizedMap(new WeakHashMap<>());

    public Walls(Asking asking) {
        this.asking = asking;
    }

    @Override
    public void onConnectionAcquire(Connection connection) {
        Optional<Asker> asker = asking.asker();
        boolean behind = asking.walled().isPresent();
        if (asker.isEmpty() || !behind && (!asker.get().changes() || asking.unrecorded())) {
            return;
        }
        Asker who = asker.get();
        PgConnection bare = bare(connection);
        try (Statement statement = connection.createStatement()) {
            boolean local = !connection.getAutoCommit();
            walled.put(bare, local);
            statement.execute(put(bare, who, behind, local ? "set local " : "set "));
        } catch (SQLException e) {
            throw Statements.failure(e);
        }
    }

    /** Settings, and no query: a transaction whose first query this would be could no longer say how it is isolated. */
    private static String put(PgConnection connection, Asker who, boolean behind, String set) throws SQLException {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("account", text(who.account()));
        settings.put("administrator", who.administrator() ? "on" : "off");
        settings.put("scope", who.readOnly() ? "READ" : "WRITE");
        settings.put("project", text(who.project()));
        settings.put("who", who.changes() ? who.name() : "");
        settings.put("request", who.request());
        settings.put("request_id", who.id());
        settings.put("address", who.address());
        StringBuilder sql = new StringBuilder();
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            sql.append(set)
                    .append("runyard.")
                    .append(setting.getKey())
                    .append(" to '")
                    .append(connection.escapeString(setting.getValue()))
                    .append("'; ");
        }
        return sql.append(set).append("role ").append(behind ? ROLE : "none").toString();
    }

    /** Each call is handed another wrapper of the same connection. */
    private static PgConnection bare(Connection connection) {
        try {
            return connection.unwrap(PgConnection.class);
        } catch (SQLException e) {
            throw Statements.failure(e);
        }
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    @Override
    public void onConnectionReturn(Connection connection) {
        PgConnection bare = bare(connection);
        Boolean local = walled.remove(bare);
        if (local == null || local && bare.getTransactionState() == TransactionState.IDLE) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(TAKE_DOWN);
        } catch (SQLException e) {
            // Nobody gets this one again: what it may see is not known.
            try {
                connection.abort(Runnable::run);
            } catch (SQLException gone) {
                e.addSuppressed(gone);
            }
        }
    }
}
