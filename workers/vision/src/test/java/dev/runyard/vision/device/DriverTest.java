package dev.runyard.vision.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DriverTest {
    private static final String TWO = "GPU-4c5f, NVIDIA A100-SXM4-80GB, 81920, 80000, 0, 550.54.14, 8.0, Disabled\n"
            + "GPU-99aa, NVIDIA A100, 40960, [N/A], 1, 550.54.14, 8.0, Enabled\n";

    @Test
    void readsWhatNvidiaSmiPrints() {
        Driver driver = Driver.parsed(TWO);
        assertThat(driver.version()).isEqualTo("550.54.14");
        assertThat(driver.gpus())
                .containsExactly(
                        new Gpu("GPU-4c5f", "NVIDIA A100-SXM4-80GB", 81_920L << 20, 80_000L << 20, 0, "8.0"),
                        new Gpu("GPU-99aa", "NVIDIA A100", 40_960L << 20, -1, 1, "8.0"));
    }

    @Test
    void anOldDriverTellsNoComputeCapability() {
        assertThat(Driver.parsed("GPU-4c5f, Tesla V100, 16384, 16000, 0, 450.80.02\n")
                        .gpus())
                .containsExactly(new Gpu("GPU-4c5f", "Tesla V100", 16_384L << 20, 16_000L << 20, 0, ""));
    }

    @Test
    void skipsWhatIsNoDevice() {
        assertThat(Driver.parsed("NVIDIA-SMI has failed because it couldn't communicate\n[N/A], x, y, z, a, b\n")
                        .gpus())
                .isEmpty();
    }

    @Test
    void partsTakeThePlaceOfADividedDevice() {
        List<Gpu> gpus = Driver.parsed(TWO).divided("""
                GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-4c5f)
                GPU 1: NVIDIA A100 (UUID: GPU-99aa)
                  MIG 3g.20gb     Device  0: (UUID: MIG-c6d4)
                  MIG 1g.5gb      Device  1: (UUID: MIG-GPU-99aa/7/0)
                """).gpus();
        assertThat(gpus).extracting(Gpu::uuid).containsExactly("GPU-4c5f", "MIG-c6d4", "MIG-GPU-99aa/7/0");
        assertThat(gpus.get(1))
                .isEqualTo(new Gpu("MIG-c6d4", "NVIDIA A100 MIG 3g.20gb", 20_000_000_000L, -1, 1, "8.0"));
    }

    @ParameterizedTest
    @CsvSource({"550.54.14,525.60.13,1", "525.60.13,525.60.13,0", "470.199.02,525.60.13,-1", "12.10,12.8,1", "8,8.0,0"})
    void versionsAreComparedNumberByNumber(String a, String b, int order) {
        assertThat(Integer.signum(Driver.compared(a, b))).isEqualTo(order);
    }
}
