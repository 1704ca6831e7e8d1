package dev.runyard.service.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.UUID;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The Postgres of the tests, decided here and nowhere else: the server of RUNYARD_TEST_DB_URL (with RUNYARD_TEST_DB_USER and
 * RUNYARD_TEST_DB_PASSWORD), else a container where Docker answers, else the embedded one. Always an empty database.
 */
public record PostgresSource(String url, String user, String password, AutoCloseable stop) implements AutoCloseable {

    /** @param home folder that an embedded one keeps its data in */
    public static PostgresSource open(Path home) {
        String url = System.getenv("RUNYARD_TEST_DB_URL");
        if (url != null && !url.isBlank()) {
            return server(
                    url,
                    System.getenv().getOrDefault("RUNYARD_TEST_DB_USER", "postgres"),
                    System.getenv().getOrDefault("RUNYARD_TEST_DB_PASSWORD", ""));
        }
        if (docker()) {
            PostgreSQLContainer container = new PostgreSQLContainer("postgres:18-alpine");
            container.start();
            return new PostgresSource(
                    container.getJdbcUrl(), container.getUsername(), container.getPassword(), container::stop);
        }
        EmbeddedPostgres postgres = EmbeddedPostgres.start(home, shared());
        return new PostgresSource(postgres.jdbcUrl(), postgres.user(), postgres.password(), postgres);
    }

    /** Unpacked binaries outlive the test's own folder: unpacking takes longer than most tests. */
    static Path shared() {
        try {
            return Files.createDirectories(Path.of("target", "postgres").toAbsolutePath());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean docker() {
        boolean socket = Files.exists(Path.of("/var/run/docker.sock")) || System.getenv("DOCKER_HOST") != null;
        return socket && DockerClientFactory.instance().isDockerAvailable();
    }

    private static PostgresSource server(String url, String user, String password) {
        String name = "runyard_test_" + UUID.randomUUID().toString().replace('-', '_');
        run(url, user, password, "create database " + name);
        String own = url.replaceFirst("(//[^/]+/)[^?]*", "$1" + name);
        return new PostgresSource(
                own, user, password, () -> run(url, user, password, "drop database " + name + " with (force)"));
    }

    private static void run(String url, String user, String password, String statement) {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                var sql = connection.createStatement()) {
            sql.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot use RUNYARD_TEST_DB_URL: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            stop.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
