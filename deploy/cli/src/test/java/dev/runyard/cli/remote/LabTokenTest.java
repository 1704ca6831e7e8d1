package dev.runyard.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.terminal.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LabTokenTest {
    private static final URI OTHER = URI.create("http://lab.example:8080/");

    @TempDir
    Path folder;

    @Test
    void aHomesTokenGoesToNoOtherAddress() throws IOException {
        Files.writeString(folder.resolve("person.secret"), "runyard_mine\n");
        LabHome home = new LabHome(folder);
        assertThat(home.token()).hasValue("runyard_mine");
        assertThat(LabToken.of(OTHER, Map.of("RUNYARD_URL", OTHER.toString()), home))
                .isEmpty();
        assertThat(LabToken.of(OTHER, Map.of(), home)).isEmpty();
    }

    @Test
    void anotherLabGetsWhatTheEnvironmentHolds() throws IOException {
        LabHome home = new LabHome(folder);
        Path file = Files.writeString(folder.resolve("token"), " runyard_theirs\n");
        assertThat(LabToken.of(OTHER, Map.of("RUNYARD_TOKEN", " runyard_x "), home))
                .hasValue("runyard_x");
        assertThat(LabToken.of(OTHER, Map.of("RUNYARD_TOKEN_FILE", file.toString()), home))
                .hasValue("runyard_theirs");
    }

    @Test
    void whatIsNoTokenIsRefusedAndNotRepeated() throws IOException {
        LabHome home = new LabHome(folder);
        Path file = Files.writeString(folder.resolve("token"), "two\nsecret lines");
        for (Map<String, String> environment : java.util.List.of(
                Map.of("RUNYARD_TOKEN", "a secret"),
                Map.of("RUNYARD_TOKEN", "secret" + "x".repeat(600)),
                Map.of("RUNYARD_TOKEN_FILE", file.toString()),
                Map.of("RUNYARD_TOKEN_FILE", folder.resolve("none").toString()))) {
            assertThatThrownBy(() -> LabToken.of(OTHER, environment, home))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("RUNYARD_TOKEN")
                    .hasMessageContaining("runyard token")
                    .hasMessageNotContaining("secret");
        }
    }
}
