package dev.runyard.spec.judging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What whoever may upload an artifact can put into one: it is read, or refused as no file of predictions. */
class PredictionFileTest {
    private static final String ABOUT = """
            {"set": "s", "data": "d", "part": "test", "classes": ["a", "b", "c"], "allowed": [0, 2], "leftOut": 0,
             "meanPerClass": false, "spec": "h"}""";
    private static final String ITEMS = "[\"1.png\", \"2.png\"]";

    private static byte[] file(String about, String items, String shape, long... labels) {
        byte[] names = items.getBytes(StandardCharsets.UTF_8);
        int n = names.length;
        int l = 8 * labels.length;
        int s = 6 * labels.length;
        byte[] header = Json.canonical(Map.of(
                        "__metadata__", Map.of(PredictionFile.ABOUT, about),
                        "items", tensor("U8", "[" + n + "]", 0, n),
                        "labels", tensor("I64", "[" + labels.length + "]", n, n + l),
                        "scores", tensor("F16", shape, n + l, n + l + s)))
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(8 + header.length + n + l + s).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(header.length).put(header).put(names);
        for (long label : labels) {
            out.putLong(label);
        }
        return out.array(); // scores of 0: of equal ones the first class
    }

    private static Map<String, Object> tensor(String type, String shape, int from, int to) {
        return Map.of("dtype", type, "shape", Json.tree(shape), "data_offsets", new int[] {from, to});
    }

    private static PredictionFile read(byte[] bytes) throws IOException {
        return PredictionFile.read(new ByteArrayInputStream(bytes), "test");
    }

    private static void refused(byte[] bytes, String why) {
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOfSatisfying(
                        InvalidSpec.class, e -> assertThat(e.code()).isEqualTo("NOT_PREDICTIONS"))
                .hasMessageContaining(why);
    }

    @Test
    void whatIsWholeIsRead() throws IOException {
        PredictionFile found = read(file(ABOUT, ITEMS, "[2, 3]", 0, 2));
        assertThat(found.items()).containsExactly("1.png", "2.png");
        assertThat(found.all().answers()).containsExactly(0, 0);
    }

    @Test
    void whatIsNotIsRefused() {
        refused(file(ABOUT, ITEMS, "[2, 3]", 0, 1), "label 1 is of a class that is not allowed");
        refused(file(ABOUT.replace("[0, 2]", "[2, 0]"), ITEMS, "[2, 3]", 0, 2), "ascending order");
        refused(file(ABOUT, "[\"1.png\", null]", "[2, 3]", 0, 2), "an image is named null");
        refused(file(ABOUT, "[\"1.png\"]", "[2, 3]", 0, 2), "it names 1 images for 2 labels");
        refused(file(ABOUT, ITEMS, "[2147483647, 2147483647, 2147483647]", 0, 2), "scores has shape");
        refused(file(ABOUT.replace("\"data\": \"d\", ", ""), ITEMS, "[2, 3]", 0, 2), "is required");
        refused(file("{}", ITEMS, "[2, 3]", 0, 2), PredictionFile.ABOUT);
    }
}
