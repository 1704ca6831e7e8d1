package dev.runyard.vision.nd;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The way between Java and the engine, both directions. */
class ReadTest {
    @BeforeAll
    static void enter() {
        Torch.enter();
    }

    /** An array of the host whose manager says that it belongs to a GPU is copied as one of a GPU is. */
    @Test
    void readingFromADeviceLeavesNothingBehind() {
        try (NDManager host = Torch.manager();
                NDManager device = Engine.getEngine("PyTorch").newBaseManager(Device.gpu())) {
            NDArray array = Torch.floats(host, new float[] {1, 2, 3}, 3);
            array.attach(device);
            String before = ArraysAlive.below(device);
            for (int i = 0; i < 5; i++) {
                assertThat(Torch.copied(array, NDArray::toFloatArray)).containsExactly(1, 2, 3);
            }
            assertThat(ArraysAlive.below(device)).isEqualTo(before);

            array.toDevice(Device.cpu(), true); // as the engine itself reads
            assertThat(ArraysAlive.below(device)).isNotEqualTo(before);
        }
    }

    @Test
    void largeArraysAreHandedOverInPieces() {
        float[] values = new float[(1 << 20) * 2 + 17];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.5f;
        }
        try (NDManager manager = Torch.manager()) {
            NDArray array = Torch.floats(manager, values, 1, values.length);
            assertThat(array.getShape().getShape()).containsExactly(1, values.length);
            assertThat(Arrays.equals(Torch.read(array), values)).isTrue();
            assertThat(manager.getManagedArrays()).containsExactly(array);
        }
    }
}
