package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.nd.Torch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Arrays that cross between a device and Java together. */
class PackTest {
    @Test
    void aLargeOneGoesAloneAndEachComesBackAsItWas() {
        int most = Math.toIntExact(Pack.MOST);
        float[] large = new float[most];
        large[0] = 4;
        large[most - 1] = 5;
        List<float[]> values = List.of(new float[] {1, 2, 3}, large, new float[] {6, 7}, new float[] {8});
        try (NDManager manager = Torch.manager()) {
            List<NDArray> arrays = List.of(
                    Torch.floats(manager, values.get(0), 3),
                    Torch.floats(manager, large, 2, most / 2),
                    Torch.floats(manager, values.get(2), 2, 1),
                    Torch.floats(manager, values.get(3), 1));
            List<Pack> packs = Pack.of(arrays);
            assertThat(packs).extracting(pack -> pack.arrays().size()).containsExactly(1, 1, 2);
            List<NDArray> seen = new ArrayList<>();
            for (Pack pack : packs) {
                pack.each(pack.read(), (array, arrived) -> {
                    assertThat(arrived.getShape()).isEqualTo(array.getShape());
                    assertThat(Torch.read(arrived)).isEqualTo(values.get(seen.size()));
                    seen.add(array);
                });
            }
            assertThat(seen).containsExactlyElementsOf(arrays);
        }
    }
}
