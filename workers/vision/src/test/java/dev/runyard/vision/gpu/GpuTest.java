package dev.runyard.vision.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GpuTest {
    @Test
    void readsWhatNvidiaSmiPrints() {
        assertThat(Gpu.parsed("GPU-4c5f, NVIDIA A100-SXM4-80GB, 81920, 0\nGPU-99aa, NVIDIA A100, 40960, 1\n"))
                .containsExactly(
                        new Gpu("GPU-4c5f", "NVIDIA A100-SXM4-80GB", 81_920L << 20, 0),
                        new Gpu("GPU-99aa", "NVIDIA A100", 40_960L << 20, 1));
    }

    @Test
    void skipsWhatIsNoDevice() {
        assertThat(Gpu.parsed("NVIDIA-SMI has failed because it couldn't communicate\n[N/A], x, y, z\n"))
                .isEmpty();
    }
}
