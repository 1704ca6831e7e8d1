package dev.runyard.vision.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

public class MatFileTest {
    /** A file that scipy wrote. */
    public static byte[] scipy(String name) throws IOException {
        try (InputStream in = MatFileTest.class.getResourceAsStream("scipy-mat.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList()) {
                if (line.startsWith(name + " ")) {
                    return Base64.getDecoder().decode(line.substring(name.length() + 1));
                }
            }
        }
        throw new AssertionError("no fixture " + name);
    }

    private static Map<String, MatFile.Array> read(byte[] file) throws IOException {
        return MatFile.read("x.mat", new ByteArrayInputStream(file), array -> null);
    }

    @Test
    void plainAndCompressedArraysOfSeveralTypes() throws IOException {
        Map<String, MatFile.Array> sets = read(scipy("setid.mat"));
        assertThat(sets.keySet()).containsExactly("trnid", "valid", "tstid");
        assertThat(sets.get("tstid").dims()).containsExactly(1, 3);
        assertThat(sets.get("tstid").values()).containsExactly(9, 8, 7);
        assertThat(read(scipy("imagelabels.mat")).get("labels").values()).startsWith(1, 2, 3, 1);
        ByteArrayOutputStream pixels = new ByteArrayOutputStream();
        Map<String, MatFile.Array> svhn = MatFile.read(
                "x.mat", new ByteArrayInputStream(scipy("test_32x32.mat")), array -> array.equals("X") ? pixels : null);
        assertThat(svhn.get("X").dims()).containsExactly(32, 32, 3, 3);
        assertThat(svhn.get("y").values()).as("doubles").containsExactly(2, 1, 10);
        assertThat(pixels.size()).isEqualTo(32 * 32 * 3 * 3);
        assertThat(pixels.toByteArray()[1] - pixels.toByteArray()[0])
                .as("rows first")
                .isEqualTo(5);
    }

    /** One array of doubles called v, by hand. */
    private static byte[] byHand(ByteOrder order, int version, int flags, int[] dims, double... values) {
        ByteBuffer out = ByteBuffer.allocate(128 + 8 + 16 + 16 + 8 + 8 + 8 * values.length)
                .order(order);
        byte[] text = Arrays.copyOf("MATLAB 5.0 MAT-file".getBytes(StandardCharsets.US_ASCII), 124);
        out.put(text).putShort((short) version).putShort((short) ('M' << 8 | 'I'));
        out.putInt(14).putInt(out.capacity() - 136);
        out.putInt(6).putInt(8).putInt(flags).putInt(0);
        out.putInt(5).putInt(8).putInt(dims[0]).putInt(dims[1]);
        out.putInt(1 << 16 | 1).put((byte) 'v').put(new byte[3]);
        out.putInt(9).putInt(8 * values.length);
        for (double value : values) {
            out.putDouble(value);
        }
        return out.array();
    }

    @Test
    void bothByteOrders() throws IOException {
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            assertThat(read(byHand(order, 0x100, 6, new int[] {2, 1}, 3.5, -4))
                            .get("v")
                            .values())
                    .containsExactly(3.5, -4);
        }
    }

    private static void refused(byte[] file, String word) {
        assertThatThrownBy(() -> read(file))
                .hasFieldOrPropertyWithValue("code", "BAD_MAT")
                .hasMessageContaining(word);
    }

    @Test
    void whatIsNotSuchAFileIsRefused() throws IOException {
        ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        refused(byHand(order, 0x200, 6, new int[] {1, 1}, 1), "7.3");
        refused(byHand(order, 0x100, 6, new int[] {3, 1}, 1), "number of bytes in array 1");
        refused(byHand(order, 0x100, 6, new int[] {-1, 1}, 1), "impossible size");
        refused(byHand(order, 0x100, 6, new int[] {1 << 30, 1 << 30}, 1), "too large");
        refused(byHand(order, 0x100, 6 | 0x800, new int[] {1, 1}, 1), "complex");
        refused(new byte[200], "level 5");
        assertThat(read(byHand(order, 0x100, 2, new int[] {1, 1}, 1)))
                .as("a structure is passed over")
                .isEmpty();
    }

    @Test
    void everyCutIsNoticed() throws IOException {
        for (String name : List.of("imagelabels.mat", "setid.mat")) {
            byte[] whole = scipy(name);
            int arrays = read(whole).size();
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                try {
                    // A cut between two arrays leaves a whole file with fewer of them.
                    assertThat(read(cut)).as(name + " cut at " + length).hasSizeLessThan(arrays);
                } catch (DataException e) {
                    assertThat(e.code()).isEqualTo("BAD_MAT");
                }
            }
        }
    }
}
