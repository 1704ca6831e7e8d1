package dev.runyard.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    Path home;

    @Test
    void defaultsAreForTheEmbeddedLab() throws Exception {
        Files.writeString(home.resolve("worker.secret"), "s3cret\n");
        Settings settings = Settings.from(Map.of("RUNYARD_HOME", home.toString()));
        assertThat(settings.url()).hasToString("http://127.0.0.1:8080");
        assertThat(settings.secret()).isEqualTo("s3cret");
        assertThat(settings.threads()).isEqualTo(1);
        assertThat(settings.grace()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void everyRefusalNamesTheVariableAndTheRemedy() {
        refused(Map.of(), "RUNYARD_WORKER_SECRET", "copy worker.secret");
        refused(Map.of("RUNYARD_URL", "lab:8080"), "RUNYARD_URL", "http address");
        refused(Map.of("RUNYARD_URL", "http://"), "RUNYARD_URL", "http address");
        refused(Map.of("RUNYARD_WORKER_SECRET", "s", "RUNYARD_THREADS", "0"), "RUNYARD_THREADS", "from 1 to 1024");
        refused(Map.of("RUNYARD_WORKER_SECRET", "s", "RUNYARD_GRACE", "1e3"), "RUNYARD_GRACE", "whole number");
    }

    @Test
    void labelsAndPlaces() throws IOException {
        Map<String, String> some = Map.of(
                "RUNYARD_HOME", home.toString(), "RUNYARD_WORKER_SECRET", "s", "RUNYARD_LABELS", "gpu=a100, room=3");
        assertThat(Settings.from(some).labels()).isEqualTo(Map.of("gpu", "a100", "room", "3"));
        assertThat(Settings.from(some).places().datasets()).isEmpty();
        assertThat(Settings.from(some).cache()).isEqualTo(100L << 30);
        for (String bad : new String[] {"x", "-1GiB", "0MiB", "5"}) {
            refused(Map.of("RUNYARD_WORKER_SECRET", "s", "RUNYARD_CACHE", bad), "RUNYARD_CACHE", bad, "200GiB");
        }
        refused(Map.of("RUNYARD_WORKER_SECRET", "s", "RUNYARD_LABELS", "gpu"), "RUNYARD_LABELS", "gpu=a100");
        refused(Map.of("RUNYARD_WORKER_SECRET", "s", "RUNYARD_LABELS", "gpu=a,gpu=b"), "RUNYARD_LABELS", "gpu=b");
        refused(Map.of("RUNYARD_WORKER_SECRET", "s", "RUNYARD_LABELS", "a b=c"), "RUNYARD_LABELS", "letters");
        refused(Map.of("RUNYARD_WORKER_SECRET", "s", "RUNYARD_PICTURES", "off"), "RUNYARD_PICTURES", "none");
        Path data = Files.writeString(home.resolve("data.yaml"), "datasets: {birds: birds}");
        refused(
                Map.of("RUNYARD_WORKER_SECRET", "s", "RUNYARD_DATA", data.toString()),
                "RUNYARD_DATA",
                "datasets.birds",
                "whole path");
    }

    @Test
    void whatProgramsAreHandedToMustBeThere() throws IOException {
        Path within = Files.writeString(home.resolve("within"), "#!/bin/sh\nexec \"$@\"\n");
        Map<String, String> some = Map.of(
                "RUNYARD_HOME", home.toString(), "RUNYARD_WORKER_SECRET", "s", "RUNYARD_COMMANDS_WITHIN", within + "");
        refused(some, "RUNYARD_COMMANDS_WITHIN", "executable");
        assertThat(within.toFile().setExecutable(true)).isTrue();
        assertThat(Settings.from(some).within()).isEqualTo(within);
        for (String wrong : new String[] {"podman", home + "/none", home.toString()}) {
            refused(
                    Map.of("RUNYARD_WORKER_SECRET", "s", "RUNYARD_COMMANDS_WITHIN", wrong),
                    "RUNYARD_COMMANDS_WITHIN",
                    wrong,
                    "absolute path");
        }
    }

    private void refused(Map<String, String> environment, String... words) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("RUNYARD_HOME", home.toString());
        assertThatThrownBy(() -> Settings.from(all))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(words);
    }
}
