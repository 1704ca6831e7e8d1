package dev.runyard.vision.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UsageTest {
    @Test
    void theCpuIsBusyWhileWeAre() {
        try (Usage usage = Usage.of("cpu", 1)) {
            long end = System.nanoTime() + 500_000_000L;
            double sum = 0;
            while (System.nanoTime() < end) {
                sum += Math.sqrt(sum + 1);
            }
            assertThat(sum).isPositive();
            assertThat(usage.utilisation().orElseThrow()).isBetween(2.0, 100.0);
            assertThat(usage.devicePeakBytes()).isEmpty();
            assertThat(Usage.processPeakBytes().orElseThrow()).isGreaterThan(20L << 20);
        }
    }

    /** In a process of its own, whose nvidia-smi samples like the real one and never ends by itself. */
    @Test
    void aGpusPeakAndMeanAreWhatItsDriverSamples(@TempDir Path folder) throws Exception {
        StandIn machine = new StandIn(folder)
                .smi(
                        "case \"$*\" in *-lms*) printf '1000, 50\\n9000, 100\\n3000, 90\\n'; exec sleep 1000;; esac\necho '"
                                + StandIn.A100 + "'");
        Process process = machine.java(UsageTest.class);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(said.strip()).isEqualTo((9000L << 20) + " 80.0");
    }

    public static void main(String[] arguments) throws InterruptedException {
        try (Usage usage = Usage.of("cuda:0", 1)) {
            for (int i = 0; i < 100 && usage.utilisation().isEmpty(); i++) {
                Thread.sleep(50);
            }
            Thread.sleep(500);
            System.out.println(usage.devicePeakBytes().orElse(-1) + " "
                    + usage.utilisation().orElse(-1));
        }
    }
}
