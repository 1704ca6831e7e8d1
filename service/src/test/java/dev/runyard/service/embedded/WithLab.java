package dev.runyard.service.embedded;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Postgres and Temporal under every {@code @QuarkusTest} of this module, from the launchers that the product uses: Quarkus does not
 * call main in tests. Each test JVM has a home of its own below target.
 */
public final class WithLab implements QuarkusTestResourceLifecycleManager {
    private Path folder;
    private PostgresSource postgres;
    private EmbeddedTemporal temporal;

    @Override
    public Map<String, String> start() {
        try {
            folder = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target").toAbsolutePath()), "lab");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        postgres = PostgresSource.open(folder);
        temporal = EmbeddedTemporal.start();
        return Map.of(
                "quarkus.datasource.jdbc.url", postgres.url(),
                "quarkus.datasource.username", postgres.user(),
                "quarkus.datasource.password", postgres.password(),
                "runyard.home", folder.toString(),
                "runyard.temporal", temporal.target(),
                "runyard.temporal.key", temporal.key());
    }

    @Override
    public void stop() {
        if (temporal != null) {
            temporal.close();
        }
        if (postgres != null) {
            postgres.close();
        }
        try {
            PostgresBinaries.delete(folder);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
