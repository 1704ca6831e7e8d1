package dev.runyard.service;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.boot.StartFailure;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
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

    private LabConfig config(String url) {
        Map<String, String> given = Map.of("runyard.home", folder.toString(), "runyard.db.url", url);
        return LabConfig.read(name -> Optional.ofNullable(given.get(name)));
    }
}
