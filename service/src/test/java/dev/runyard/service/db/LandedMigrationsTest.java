package dev.runyard.service.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A migration that was released has run in databases that people keep: Flyway refuses them when it changes, even by a comment. Each
 * release adds its own to the list ({@code sha256sum migrations/src/main/resources/db/migration/*}).
 */
final class LandedMigrationsTest {
    private static final Path MIGRATIONS = Path.of("../migrations/src/main/resources/db/migration");
    private static final Path LANDED = Path.of("src/test/resources/migrations.sha256");

    @Test
    void noneThatWasReleasedHasChanged() throws Exception {
        Map<String, String> landed = Files.readAllLines(LANDED).stream()
                .map(line -> line.split(" +"))
                .collect(Collectors.toMap(words -> words[1], words -> words[0]));
        assertThat(landed).isNotEmpty();
        Map<String, String> now = new TreeMap<>();
        try (Stream<Path> files = Files.list(MIGRATIONS)) {
            for (Path file : files.toList()) {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                now.put(file.getFileName().toString(), HexFormat.of().formatHex(digest));
            }
        }
        assertThat(now).containsAllEntriesOf(landed);
    }
}
