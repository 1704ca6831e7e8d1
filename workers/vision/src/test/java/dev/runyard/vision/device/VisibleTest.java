package dev.runyard.vision.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisibleTest {
    private static final List<Gpu> ALL = List.of(
            gpu("GPU-4c5f-a", 0), gpu("GPU-4c5f-b", 1), gpu("MIG-c6d4", 2), gpu("MIG-c7", 2), gpu("GPU-99aa", 3));

    private static Gpu gpu(String uuid, int index) {
        return new Gpu(uuid, "a GPU", 1L << 34, -1, index, "8.0");
    }

    @Test
    void withoutTheVariableAllAreVisible() {
        assertThat(Visible.of(ALL, null)).isEqualTo(ALL);
    }

    /** CUDA's own rules: unique beginnings, the order given, and nothing behind what names no device. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; ''",
                "'-1'; ''",
                "NoDevFiles; ''",
                "'3,0'; 'GPU-99aa GPU-4c5f-a'",
                "'0, 1'; 'GPU-4c5f-a GPU-4c5f-b'",
                "'0,7,1'; 'GPU-4c5f-a'",
                "'1,1'; 'GPU-4c5f-b'",
                "'GPU-99'; 'GPU-99aa'",
                "'GPU-4c5f'; ''",
                "'GPU-4c5f-b,GPU-99aa'; 'GPU-4c5f-b GPU-99aa'",
                "'MIG-c7'; 'MIG-c7'",
                "'2'; 'MIG-c6d4'",
                "'all'; ''"
            })
    void theVariableChoosesAndOrders(String setting, String uuids) {
        assertThat(Visible.of(ALL, setting))
                .extracting(Gpu::uuid)
                .isEqualTo(uuids.isEmpty() ? List.of() : List.of(uuids.split(" ")));
    }
}
