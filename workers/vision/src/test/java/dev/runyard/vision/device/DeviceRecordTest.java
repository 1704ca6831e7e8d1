package dev.runyard.vision.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceRecordTest {
    private static final Driver TWO = Driver.parsed(StandIn.A100 + "\n" + StandIn.SECOND.replace("A100", "H100"));

    @Test
    void aRunOnAGpuKeepsModelDriverAndArithmetic() {
        assertThat(DeviceRecord.line(TWO, null, "cuda:0", "2.7.1", false))
                .isEqualTo("computed on cuda:0, NVIDIA A100 (compute capability 8.0, driver 550.54.14), by torch 2.7.1;"
                        + " fp32 is fp32 throughout; another device or driver gives other last digits");
        assertThat(DeviceRecord.line(TWO, "1", "cuda:0", "2.7.1", true))
                .contains("NVIDIA H100", "round their operands to TF32");
    }

    @Test
    void aDriverThatWentAwayIsSaid() {
        assertThat(DeviceRecord.line(new Driver("", List.of(), "it hangs"), null, "cuda:0", "2.7.1", false))
                .contains("a device that nvidia-smi does not show (it hangs)");
    }

    @Test
    void theCpuHasNone() {
        assertThat(DeviceRecord.of("cpu", false)).isEmpty();
    }
}
