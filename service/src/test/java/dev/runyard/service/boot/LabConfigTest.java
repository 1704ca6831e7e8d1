package dev.runyard.service.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with the configuration is one line with a remedy. */
final class LabConfigTest {
    @TempDir
    Path folder;

    @Test
    void aPortIsANumber() {
        for (String port : new String[] {"0", "65536", "-1", "http", "8080 "}) {
            if (port.strip().equals("8080")) {
                assertThat(config(Map.of("runyard.port", port)).port()).hasValue(8080);
            } else {
                assertThatThrownBy(() -> config(Map.of("runyard.port", port)))
                        .isInstanceOf(StartFailure.class)
                        .hasMessageContaining("1 to 65535");
            }
        }
    }

    @Test
    void aBusyPortThatWasAskedForIsRefusedWithItsHolder() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            LabConfig config = config(Map.of("runyard.port", Integer.toString(taken.getLocalPort())));
            assertThatThrownBy(() -> HttpAddress.choose(config))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("port " + taken.getLocalPort())
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("RUNYARD_PORT");
        }
    }

    @Test
    void aHomeThatIsAFileIsRefused() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> Home.open(file.resolve("home")))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("RUNYARD_HOME");
    }

    @Test
    void onlyLoopbackIsSafe() {
        assertThat(HttpAddress.loopback("127.0.0.1")).isTrue();
        assertThat(HttpAddress.loopback("::1")).isTrue();
        assertThat(HttpAddress.loopback("0.0.0.0")).isFalse();
    }

    private LabConfig config(Map<String, String> given) {
        Map<String, String> all = new HashMap<>(given);
        all.putIfAbsent("runyard.home", folder.toString());
        return LabConfig.read(name -> Optional.ofNullable(all.get(name)));
    }
}
