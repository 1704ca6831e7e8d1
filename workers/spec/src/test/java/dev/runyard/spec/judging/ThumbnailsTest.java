package dev.runyard.spec.judging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Pictures behind the scores are found again; what cannot lie there is refused. */
class ThumbnailsTest {
    /** Three images of which the scores take six bytes each, then pictures. */
    private static byte[] file(long[] ends, long[] items, int bytes) {
        int scores = 2 + 24 + 18;
        int m = ends.length;
        Map<String, Object> header = new TreeMap<>(Map.of(
                "labels",
                tensor("I64", List.of(3), 2, 26),
                "scores",
                tensor("F16", List.of(3, 3), 26, scores),
                Thumbnails.ENDS,
                tensor("I64", List.of(m), scores, scores + 8 * m),
                Thumbnails.ITEMS,
                tensor("I64", List.of(items.length), scores + 8 * m, scores + 16 * m),
                Thumbnails.BYTES,
                tensor("U8", List.of(bytes), scores + 16 * m, scores + 16 * m + bytes)));
        byte[] said = Json.canonical(header).getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(8 + said.length + scores + 8 * m + 8 * items.length + bytes)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(said.length).put(said).position(8 + said.length + scores);
        for (long end : ends) {
            out.putLong(end);
        }
        for (long item : items) {
            out.putLong(item);
        }
        for (int i = 0; i < bytes; i++) {
            out.put((byte) (i + 1));
        }
        return out.array();
    }

    private static Map<String, Object> tensor(String type, List<Integer> shape, int from, int to) {
        return Map.of("dtype", type, "shape", shape, "data_offsets", List.of(from, to));
    }

    private static Thumbnails read(byte[] file) throws IOException {
        return Thumbnails.read(new ByteArrayInputStream(file), "test");
    }

    private static void refused(byte[] file, String why) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOfSatisfying(
                        InvalidSpec.class, e -> assertThat(e.code()).isEqualTo("NOT_PREDICTIONS"))
                .hasMessageContaining(why);
    }

    @Test
    void eachIsFoundByItsImage() throws IOException {
        byte[] file = file(new long[] {2, 5}, new long[] {0, 2}, 5);
        Thumbnails found = read(file);
        assertThat(found.has(0)).isTrue();
        assertThat(found.has(1)).isFalse();
        assertThat(found.of(0, new ByteArrayInputStream(file))).hasValue(new byte[] {1, 2});
        assertThat(found.of(2, new ByteArrayInputStream(file))).hasValue(new byte[] {3, 4, 5});
        assertThat(found.of(1, new ByteArrayInputStream(file))).isEmpty();
    }

    @Test
    void whatCannotBeIsRefused() {
        refused(file(new long[] {2, 5}, new long[] {2, 0}, 5), "picture 1 is of image 0 of 3");
        refused(file(new long[] {2, 5}, new long[] {0, 3}, 5), "picture 1 is of image 3 of 3");
        refused(file(new long[] {2, 6}, new long[] {0, 2}, 5), "picture 1 ends at byte 6 of 5");
        refused(file(new long[] {2, 2}, new long[] {0, 2}, 5), "picture 1 ends at byte 2");
        refused(file(new long[] {2, 5}, new long[] {0}, 5), "differ in length");
        byte[] file = file(new long[] {2, 5}, new long[] {0, 2}, 5);
        assertThatThrownBy(() -> read(Arrays.copyOf(file, file.length - 20))).isInstanceOf(EOFException.class);
    }
}
