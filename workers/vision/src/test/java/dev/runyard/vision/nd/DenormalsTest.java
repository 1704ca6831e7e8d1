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
    private static final int SIDE = 128;

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

    /** What is read as zero costs what zero costs; unflushed, this product takes 4 to 100 times as long. */
    @Test
    void areReadAsZeroInProducts() {
        Torch.enter();
        Torch.threads(1);
        try (NDManager manager = Torch.manager()) {
            float[] product = Torch.read(square(manager, 1e-39f).matMul(square(manager, 1e10f)));
            assertThat(product).hasSize(SIDE * SIDE).containsOnly(0f);
        }
    }

    private static NDArray square(NDManager manager, float value) {
        float[] values = new float[SIDE * SIDE];
        Arrays.fill(values, value);
        return Torch.floats(manager, values, SIDE, SIDE);
    }
}
