package dev.runyard.service;

import dev.runyard.service.boot.Home;
import dev.runyard.service.boot.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.flywaydb.core.Flyway;

/**
 * The secrets of a lab that several services serve: those of whichever was first, in its database; each service keeps a copy in its home,
 * where its parts look for them.
 */
final class SharedSecrets {
    private static final List<String> NAMES = List.of("lab.secret", "worker.secret", "person.secret");

    private SharedSecrets() {}

    /** Brings the database to this version first: who comes first makes the table. */
    static void agree(Database database, Path home) {
        try {
            Flyway.configure()
                    .dataSource(database.url(), database.user(), database.password())
                    .load()
                    .migrate();
            try (Connection connection =
                    DriverManager.getConnection(database.url(), database.user(), database.password())) {
                for (String name : NAMES) {
                    Path file = home.resolve(name);
                    String ours = Files.readString(file).strip();
                    String agreed = agreed(connection, name, ours);
                    if (!agreed.equals(ours)) {
                        Home.replace(file, agreed);
                    }
                }
            }
        } catch (SQLException | IOException e) {
            throw new StartFailure(
                    "the lab's secrets cannot be shared through its database (" + e.getMessage() + ")",
                    "check the database, and that the home can be written",
                    e);
        }
    }

    private static String agreed(Connection connection, String name, String ours) throws SQLException {
        try (PreparedStatement first =
                connection.prepareStatement("insert into secret (name, value) values (?, ?) on conflict do nothing")) {
            first.setString(1, name);
            first.setString(2, ours);
            first.executeUpdate();
        }
        try (PreparedStatement read = connection.prepareStatement("select value from secret where name = ?")) {
            read.setString(1, name);
            try (ResultSet row = read.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }
}
