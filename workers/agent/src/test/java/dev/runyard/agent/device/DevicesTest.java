package dev.runyard.agent.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevicesTest {
    private final LocalDevice gpu = new LocalDevice("GPU-1", "cuda", "A100", 1L << 36, 1, 0);

    @Test
    void offersTheCpuAsOneDevice() {
        LocalDevice cpu = Devices.named("cpu");
        assertThat(cpu.key()).isEqualTo("cpu");
        assertThat(cpu.slots()).isEqualTo(1);
        assertThat(cpu.memoryBytes()).isGreaterThan(1L << 28);
        assertThat(cpu.spelled()).isEqualTo("cpu");
    }

    @Test
    void aDeviceThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> Devices.named("cuda:77"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cuda:77")
                .hasMessageContaining("cpu");
    }

    @Test
    void theFlavorIsAlwaysSet(@TempDir Path empty) {
        assertThat(Natives.of(Devices.cpu(), Map.of())).isEqualTo(new Natives("cpu", "2.7.1", null, null));
        assertThat(Natives.of(gpu, Map.of()).flavor()).isEqualTo("cu128");
        assertThat(Natives.of(gpu, Map.of()).remedy()).contains("PYTORCH_LIBRARY_PATH");
        assertThat(Natives.of(gpu, Map.of("PYTORCH_LIBRARY_PATH", empty.toString()))
                        .remedy())
                .contains("no libtorch.so");
    }
}
