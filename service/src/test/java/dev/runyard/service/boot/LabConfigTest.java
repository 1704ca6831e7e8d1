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
    void aBucketIsNamedWithAllThatItNeedsOrRefused() {
        LabConfig config = config(Map.of(
                "runyard.artifacts", "s3://blobs/lab/one/",
                "runyard.s3.endpoint", "http://s3:9000",
                "runyard.s3.access.key", "a",
                "runyard.s3.secret.key", "planted-secret"));
        ObjectStore store = config.objectStore().orElseThrow();
        assertThat(store.bucket()).isEqualTo("blobs");
        assertThat(store.folder()).isEqualTo("lab/one/");
        assertThat(store.toString()).isEqualTo("s3://blobs/lab/one");
        assertThat(config.artifactFolder()).isEmpty();
        assertThat(config.toString()).doesNotContain("planted-secret");
        assertThat(config(Map.of("runyard.artifacts", "/srv/blobs")).objectStore())
                .isEmpty();
        refused(Map.of("runyard.artifacts", "s3://"), "RUNYARD_ARTIFACTS is \"s3://\"", "3 to 63");
        refused(Map.of("runyard.artifacts", "s3://Blobs"), "RUNYARD_ARTIFACTS is \"s3://Blobs\"", "lower-case");
        refused(Map.of("runyard.artifacts", "s3://blobs/a//b"), "single slashes");
        refused(Map.of("runyard.artifacts", "gs://blobs"), "RUNYARD_ARTIFACTS is \"gs://blobs\"", "s3://BUCKET");
        refused(
                Map.of("runyard.s3.endpoint", "http://s3:9000"),
                "RUNYARD_S3_ENDPOINT is set",
                "RUNYARD_ARTIFACTS is not set",
                "s3://BUCKET");
        refused(
                Map.of("runyard.artifacts", "s3://blobs", "runyard.s3.endpoint", "s3:9000"),
                "RUNYARD_S3_ENDPOINT is \"s3:9000\"",
                "https://");
        refused(
                Map.of("runyard.artifacts", "s3://blobs", "runyard.s3.access.key", "a"),
                "RUNYARD_S3_ACCESS_KEY is set without RUNYARD_S3_SECRET_KEY");
        refused(
                Map.of("runyard.artifacts", "s3://blobs", "runyard.s3.secret.key", "b"),
                "RUNYARD_S3_SECRET_KEY is set without RUNYARD_S3_ACCESS_KEY");
    }

    private void refused(Map<String, String> given, String... said) {
        assertThatThrownBy(() -> config(given)).isInstanceOf(StartFailure.class).hasMessageContainingAll(said);
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
