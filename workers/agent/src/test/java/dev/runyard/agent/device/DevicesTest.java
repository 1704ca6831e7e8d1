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
    void readsWhatNvidiaSmiPrints() {
        assertThat(Devices.parsed("GPU-4c5f, NVIDIA A100-SXM4-80GB, 81920, 0\nGPU-99aa, NVIDIA A100, 40960, 1\n"))
                .containsExactly(
                        new LocalDevice("GPU-4c5f", "cuda", "NVIDIA A100-SXM4-80GB", 81_920L << 20, 1, 0),
                        new LocalDevice("GPU-99aa", "cuda", "NVIDIA A100", 40_960L << 20, 1, 1));
    }

    @Test
    void skipsWhatIsNoDevice() {
        assertThat(Devices.parsed("NVIDIA-SMI has failed because it couldn't communicate\n[N/A], x, y, z\n"))
                .isEmpty();
    }

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
