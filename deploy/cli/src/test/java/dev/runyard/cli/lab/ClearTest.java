package dev.runyard.cli.lab;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.cli.StubLab;
import dev.runyard.cli.Typed;
import dev.runyard.cli.terminal.Failure;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClearTest {
    @TempDir
    Path folder;

    @Test
    void whatStaysHereOrIsEncryptedMayGo() {
        for (String lab : List.of(
                "http://127.0.0.1:8080/",
                "http://127.1.2.3/",
                "http://localhost:1/",
                "http://[::1]:8080/",
                "https://lab/")) {
            assertThatCode(() -> Clear.refuse(URI.create(lab), Map.of()))
                    .as(lab)
                    .doesNotThrowAnyException();
        }
        assertThatCode(() -> Clear.refuse(URI.create("http://lab/"), Map.of(Clear.VARIABLE, "true")))
                .doesNotThrowAnyException();
    }

    @Test
    void whatWouldBeSeenOnItsWayDoesNot() {
        for (String lab : List.of(
                "http://lab:8080/", "HTTP://10.0.0.1/", "http://localhost.evil.org/", "http://127.0.0.1.org/")) {
            assertThatThrownBy(() -> Clear.refuse(URI.create(lab), Map.of(Clear.VARIABLE, "1")))
                    .as(lab)
                    .isInstanceOf(Failure.class)
                    .hasMessageContainingAll("in the clear", "https://", "RUNYARD_ALLOW_HTTP");
        }
    }

    /** Each command that sends one asks first; none of these names is ever looked up. */
    @Test
    void everyWayOutIsGuarded() throws Exception {
        for (String[] command : new String[][] {
            {"login", "http://lab.invalid", "--name", "ann"},
            {"worker", "--server", "http://lab.invalid", "--enrol", "token"},
            {"ls", "runs"}
        }) {
            Typed typed = Typed.run(
                    folder, Map.of("RUNYARD_URL", "http://lab.invalid", "RUNYARD_TOKEN", "runyard_x"), command);
            Assertions.assertThat(typed.err()).as(command[0]).contains("in the clear");
            Assertions.assertThat(typed.exit()).as(command[0]).isEqualTo(2);
        }
        try (StubLab lab = new StubLab()) {
            lab.on("GET runs", "{\"items\":[]}");
            Assertions.assertThat(Typed.run(
                                    folder,
                                    Map.of("RUNYARD_URL", lab.url(), "RUNYARD_TOKEN", "runyard_x"),
                                    "ls",
                                    "runs")
                            .exit())
                    .isZero();
        }
    }
}
