package dev.runyard.vision.nd;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Numbers that are too small for a float's own form, with which processors are many times slower. */
class DenormalsTest {
    private static final int SIDE = 512;

    @Test
    void countAsZeroWhereTheEngineComputes() throws Exception {
        Assumptions.assumeTrue(
                System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux"));
        FutureTask<float[]> task = new FutureTask<>(() -> {
            Torch.enter();
            try (NDManager manager = Torch.manager()) {
                NDArray tiny = Torch.floats(manager, new float[] {1e-30f, 1e-30f, 2f}, 3);
                NDArray by = Torch.floats(manager, new float[] {1e-10f, 1e-7f, 0.5f}, 3);
                return Torch.read(tiny.mul(by));
            }
        });
        new Thread(task).start();
        assertThat(task.get()).containsExactly(0f, 1e-30f * 1e-7f, 1f);
    }

    /** Without flushing, this product takes 4 to 100 times as long. */
    @Test
    void costNoMoreThanOtherNumbers() {
        Torch.enter();
        Torch.threads(1);
        try (NDManager manager = Torch.manager()) {
            double ordinary = seconds(manager, 0.5f);
            double tiny = seconds(manager, 1e-39f);
            assertThat(tiny).isLessThan(2 * ordinary);
        }
    }

    private static double seconds(NDManager manager, float value) {
        float[] values = new float[SIDE * SIDE];
        Arrays.fill(values, value);
        NDArray a = Torch.floats(manager, values, SIDE, SIDE);
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 8; i++) {
            long begin = System.nanoTime();
            a.matMul(a).add(a).close();
            best = Math.min(best, (System.nanoTime() - begin) / 1e9);
        }
        return best;
    }
}
