package dev.runyard.service;

import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.boot.StartFailure;
import dev.runyard.service.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Deque;
import java.util.OptionalInt;

/** The Postgres of this lab: somebody's server, or the embedded one. Asked once whether it will do, before Quarkus needs it. */
record Database(String url, String user, String password, OptionalInt port, boolean superuser) {
    private static final int OLDEST = 15;

    /** For a service that is just ending, or whose end Postgres has not noticed yet. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    static Database open(LabConfig config, Deque<AutoCloseable> opened) {
        Database database = config.dbUrl()
                .map(url -> new Database(
                        url,
                        config.dbUser().orElse("runyard"),
                        config.dbPassword().orElse(""),
                        OptionalInt.empty(),
                        false))
                .orElseGet(() -> {
                    EmbeddedPostgres postgres = EmbeddedPostgres.start(config.home());
                    opened.push(postgres);
                    return new Database(
                            postgres.jdbcUrl(),
                            postgres.user(),
                            postgres.password(),
                            OptionalInt.of(postgres.port()),
                            false);
                });
        if (config.dbUrl().isEmpty()) {
            return database; // nobody else reaches it
        }
        Database checked = database.checked();
        opened.push(checked.held(config.shared()));
        if (config.shared()) {
            SharedSecrets.agree(checked, config.home());
        }
        return checked;
    }

    private SoleService held(boolean shared) {
        try {
            return SoleService.hold(url, user, password, shared, PATIENCE, () -> {
                System.err.println("runyard: another service took the database while it was away; this one ends");
                System.exit(1);
            });
        } catch (SQLException e) {
            throw unreachable(e);
        }
    }

    private static StartFailure unreachable(SQLException e) {
        String message =
                e.getMessage() == null ? "" : e.getMessage().lines().findFirst().orElse("");
        return new StartFailure(
                "cannot connect to the Postgres at RUNYARD_DB_URL (" + message + ")",
                "check the address, RUNYARD_DB_USER and RUNYARD_DB_PASSWORD",
                e);
    }

    private Database checked() {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new StartFailure(
                    "RUNYARD_DB_URL is \"" + url.replaceAll("(?i)password=[^&]*", "password=…") + "\"",
                    "write it as jdbc:postgresql://host:5432/database");
        }
        DriverManager.setLoginTimeout(10);
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            int version = connection.getMetaData().getDatabaseMajorVersion();
            if (version < OLDEST) {
                throw new StartFailure(
                        "the Postgres at RUNYARD_DB_URL is version " + version, "use version " + OLDEST + " or newer");
            }
            boolean all = superuser(connection);
            if (all) {
                System.err.println(
                        "runyard: the role of RUNYARD_DB_USER is a superuser: whoever gets hold of its password"
                                + " reads files and runs programs on the database's machine; give the lab a role that owns its"
                                + " database and nothing else");
            }
            return new Database(url, user, password, port, all);
        } catch (SQLException e) {
            throw unreachable(e);
        }
    }

    private static boolean superuser(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select rolsuper from pg_roles where rolname = current_user")) {
            return row.next() && row.getBoolean(1);
        }
    }

    void configure() {
        System.setProperty("quarkus.datasource.jdbc.url", url);
        System.setProperty("quarkus.datasource.username", user);
        System.setProperty("quarkus.datasource.password", password);
    }
}
