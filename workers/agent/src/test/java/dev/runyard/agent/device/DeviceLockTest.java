package dev.runyard.agent.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.vision.device.LocalDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceLockTest {
    private static final Machine HERE = new Machine("here", "0123456789abcdef");
    private static final LocalDevice CPU = new LocalDevice("cpu", "cpu", "a CPU", 1L << 30, 1, -1, null);
    private static final LocalDevice GPU = new LocalDevice("GPU-1/2", "cuda", "a GPU", 1L << 30, 1, 0, null);

    @TempDir
    Path home;

    private DeviceLock take(LocalDevice device) throws Exception {
        return DeviceLock.take(home, HERE, device, Duration.ofMillis(200));
    }

    @Test
    void oneProcessAtATimeOffersADeviceAndEachKnowsTheSameSecret() throws Exception {
        String secret;
        try (DeviceLock first = take(CPU);
                DeviceLock other = take(GPU)) {
            secret = first.secret();
            assertThat(secret).matches("[0-9a-f]{64}").isNotEqualTo(other.secret());
            assertThatThrownBy(() -> take(CPU))
                    .isInstanceOf(DeviceLock.Taken.class)
                    .hasMessageContaining("pid " + ProcessHandle.current().pid());
        }
        try (DeviceLock next = take(CPU)) {
            assertThat(next.secret()).isEqualTo(secret);
        }
    }

    @Test
    void nobodyElseReadsTheSecret() throws Exception {
        try (DeviceLock lock = take(CPU)) {
            assertThat(lock.secret()).isNotEmpty();
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(home.resolve("locks/here-cpu.lock"))))
                    .isEqualTo("rw-------");
        }
    }
}
