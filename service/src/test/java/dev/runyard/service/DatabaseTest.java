package dev.runyard.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.boot.StartFailure;
import dev.runyard.service.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Postgres server that will not do is refused with its cause. */
final class DatabaseTest {
    @TempDir
    Path folder;

    @Test
    void aDatabaseThatCannotBeUsedIsNamed() {
        LabConfig bad = config("mysql://x?password=hush");
        assertThatThrownBy(() -> Database.open(bad, new ArrayDeque<>()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("jdbc:postgresql://")
                .hasMessageNotContaining("hush");
        LabConfig away = config("jdbc:postgresql://127.0.0.1:1/lab");
        assertThatThrownBy(() -> Database.open(away, new ArrayDeque<>()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("RUNYARD_DB_URL");
    }

    /** Each with a home of its own: files, secrets and workflows of the one are nothing to the other, and runs are lost between them. */
    @Test
    void aSecondServiceOnADatabaseIsRefused() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "skipped: the embedded Postgres is built for Linux");
        CountDownLatch lost = new CountDownLatch(1);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(Files.createDirectory(folder.resolve("home")))) {
            try (SoleService first = hold(postgres, lost::countDown)) {
                assertThatThrownBy(() -> hold(postgres, () -> {}))
                        .isInstanceOf(StartFailure.class)
                        .hasMessageContaining("another service")
                        .hasMessageContaining("database of its own");
                assertThat(lost.getCount()).isOne();
            }
            try (SoleService next = hold(postgres, lost::countDown)) {
                // Postgres was away, and somebody else was faster.
                try (Connection connection = connect(postgres);
                        Statement statement = connection.createStatement()) {
                    statement.execute("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
                            + " and pid <> pg_backend_pid()");
                }
                try (SoleService other = hold(postgres, () -> {})) {
                    assertThat(lost.await(60, TimeUnit.SECONDS)).isTrue();
                }
            }
        }
    }

    /** Several that share database, Temporal and artifacts; none of them beside one that shares nothing. */
    @Test
    void servicesThatShareEverythingServeOneDatabaseWithTheSameSecrets() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "skipped: the embedded Postgres is built for Linux");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(Files.createDirectory(folder.resolve("pg")))) {
            try (SoleService sole = hold(postgres, () -> {})) {
                assertThatThrownBy(() -> hold(postgres, true))
                        .isInstanceOf(StartFailure.class)
                        .hasMessageContaining("RUNYARD_ARTIFACTS");
            }
            Database database = new Database(
                    postgres.jdbcUrl(), postgres.user(), postgres.password(), java.util.OptionalInt.empty(), false);
            try (SoleService first = hold(postgres, true);
                    SoleService second = hold(postgres, true)) {
                assertThatThrownBy(() -> hold(postgres, () -> {})).isInstanceOf(StartFailure.class);
                java.nio.file.Path one = home("one");
                java.nio.file.Path two = home("two");
                String kept = Files.readString(one.resolve("lab.secret"));
                SharedSecrets.agree(database, one);
                SharedSecrets.agree(database, two);
                SharedSecrets.agree(database, one);
                for (String name : java.util.List.of("lab.secret", "worker.secret", "person.secret")) {
                    assertThat(Files.readString(two.resolve(name))).isEqualTo(Files.readString(one.resolve(name)));
                    assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(two.resolve(name))))
                            .isEqualTo("rw-------");
                }
                assertThat(Files.readString(one.resolve("lab.secret"))).isEqualTo(kept);
            }
        }
    }

    private java.nio.file.Path home(String name) throws java.io.IOException {
        java.nio.file.Path home = Files.createDirectory(folder.resolve(name));
        Map<String, String> given = Map.of("runyard.home", home.toString());
        dev.runyard.service.auth.Tokens.prepare(LabConfig.read(n -> Optional.ofNullable(given.get(n))));
        return home;
    }

    private static SoleService hold(EmbeddedPostgres postgres, boolean shared) throws SQLException {
        return SoleService.hold(
                postgres.jdbcUrl(), postgres.user(), postgres.password(), shared, Duration.ofSeconds(2), () -> {});
    }

    private static SoleService hold(EmbeddedPostgres postgres, Runnable lost) throws SQLException {
        return SoleService.hold(
                postgres.jdbcUrl(), postgres.user(), postgres.password(), false, Duration.ofSeconds(2), lost);
    }

    private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    private LabConfig config(String url) {
        Map<String, String> given = Map.of("runyard.home", folder.toString(), "runyard.db.url", url);
        return LabConfig.read(name -> Optional.ofNullable(given.get(name)));
    }
}
