package dev.runyard.spec.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {
    private static Placement read(String json) {
        return Json.read(json, Placement.class);
    }

    @Test
    void whatIsLeftOutIsAnywhere() {
        assertThat(read("{}")).isEqualTo(Placement.ANY);
        assertThat(Placement.ANY.anywhere()).isTrue();
        Placement some =
                read("{\"device\":\"cuda\",\"memory\":\"24GiB\",\"labels\":{\"gpu\":\"a100\"},\"hosts\":[\"lab1\"]}");
        assertThat(some.spelled()).isEqualTo("cuda with 24GiB, gpu=a100, on lab1");
        assertThat(some.preemptible()).isTrue();
        assertThat(read(Json.canonical(some))).isEqualTo(some);
    }

    @ParameterizedTest
    @CsvSource({"1MiB, 1048576", "6GiB, 6442450944", "1.5 GiB, 1610612736", "1TiB, 1099511627776"})
    void memoryHasUnits(String text, long bytes) {
        assertThat(read("{\"memory\":\"" + text + "\"}").memoryBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"memory\":\"lots\"} | memory",
                "{\"memory\":\"6GB\"} | memory",
                "{\"memory\":\"0GiB\"} | memory",
                "{\"labels\":{\"a b\":\"c\"}} | labels.a b",
                "{\"labels\":{\"gpu\":\"\"}} | labels.gpu",
                "{\"device\":\"tpu\"} | device"
            })
    void aRefusalNamesTheField(String json, String field) {
        assertThatThrownBy(() -> read(json)).isInstanceOfSatisfying(InvalidSpec.class, e -> assertThat(e.field())
                .isEqualTo(field));
    }
}
