package dev.runyard.vision.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.vision.SharedData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    @TempDir
    Path dir;

    private Path file(byte[] header, int dataLength) throws IOException {
        return file(header.length, header, dataLength);
    }

    private Path file(long length, byte[] header, int dataLength) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(8 + header.length + dataLength).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(length).put(header);
        return Files.write(dir.resolve("t.safetensors"), out.array());
    }

    private static void refused(Path file, String code, String... words) {
        assertThatThrownBy(() -> Safetensors.open(file).close())
                .isInstanceOfSatisfying(SafetensorsException.class, e -> {
                    assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
                    assertThat(List.of(words))
                            .allSatisfy(w -> assertThat(e.getMessage()).contains(w));
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | 8 | ST_DUPLICATE_KEY
        {"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}} | 8 | ST_DUPLICATE_KEY
        {"__metadata__":{"k":"1","k":"2"}} | 0 | ST_DUPLICATE_KEY
        {"__metadata__":{"k":1}} | 0 | ST_BAD_METADATA
        {"__metadata__":[]} | 0 | ST_BAD_METADATA
        {"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}} | 8 | ST_UNKNOWN_DTYPE
        {"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}} | 8 | ST_BAD_ENTRY
        {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} | 8 | ST_BAD_SHAPE
        {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}} | 8 | ST_BAD_SHAPE
        {"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}} | 8 | ST_BAD_SHAPE
        {"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}} | 8 | ST_BAD_SHAPE
        {"a":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,8]}} | 8 | ST_SHAPE_OVERFLOW
        {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}} | 0 | ST_SHAPE_OVERFLOW
        {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}} | 8 | ST_SHAPE_OVERFLOW
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | 8 | ST_OFFSETS_REVERSED
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,16]}} | 8 | ST_BAD_OFFSETS
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}} | 8 | ST_BAD_OFFSETS
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}} | 8 | ST_BAD_OFFSETS
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}} | 8 | ST_BAD_OFFSETS
        {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}} | 8 | ST_PAST_END
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | 9 | ST_TRAILING_BYTES
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}} | 12 | ST_HOLE
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}} | 12 | ST_HOLE
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}} | 12 | ST_OVERLAP
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | 8 | ST_OVERLAP
        {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}} | 8 | ST_SIZE_MISMATCH
        {"a":{"dtype":"F32","shape":[],"data_offsets":[0,8]}} | 8 | ST_SIZE_MISMATCH
        {"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}} | 0 | ST_SHARED_OFFSET
        {"a":{"dtype":"F32","shape":[2]}} | 8 | ST_BAD_ENTRY
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}} | 8 | ST_BAD_ENTRY
        {"a":[1]} | 0 | ST_BAD_ENTRY
        {"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}} | 1 | ST_BAD_ENTRY
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}x | 8 | ST_BAD_JSON
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]} | 8 | ST_BAD_JSON
        {"a":{"dtype":"F32","shape":[[[[[[[[[[[2]]]]]]]]]]],"data_offsets":[0,8]}} | 8 | ST_BAD_SHAPE
        [] | 0 | ST_HEADER_NOT_OBJECT
        """)
    void everyFaultOfAHeaderHasItsOwnCode(String header, int dataLength, String code) throws IOException {
        refused(file(header.getBytes(StandardCharsets.UTF_8), dataLength), code, "t.safetensors");
    }

    @Test
    void faultsBeforeTheHeader() throws IOException {
        refused(Files.write(dir.resolve("s.safetensors"), new byte[7]), "ST_TOO_SHORT", "7 bytes");
        refused(file(0, new byte[0], 0), "ST_HEADER_EMPTY");
        refused(file(100_000_001, "{}".getBytes(StandardCharsets.UTF_8), 0), "ST_HEADER_TOO_LARGE", "100000000");
        refused(file(-1, "{}".getBytes(StandardCharsets.UTF_8), 0), "ST_HEADER_TOO_LARGE");
        refused(file(3, "{}".getBytes(StandardCharsets.UTF_8), 0), "ST_HEADER_PAST_END", "end of the file at 10");
        refused(file(new byte[] {'{', '"', (byte) 0xc3, '(', '"', '}'}, 0), "ST_BAD_UTF8", "byte 10");
        refused(file(new byte[] {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', '}'}, 0), "ST_BAD_UTF8");
    }

    @Test
    void aMillionTensorsAreTooMany() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < 1_000_000; i++) {
            header.append(i == 0 ? "" : ",")
                    .append("\"t")
                    .append(i)
                    .append("\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[")
                    .append(i)
                    .append(',')
                    .append(i + 1)
                    .append("]}");
        }
        byte[] bytes = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        refused(file(bytes, 1_000_000), "ST_TOO_MANY_TENSORS", "tensor 100001", "100000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"w.pt", "w.pth", "w.ckpt", "pytorch_model.bin", "w.PKL"})
    void formatsThatRunCodeAreRefusedByName(String name) throws IOException {
        refused(Files.writeString(dir.resolve(name), "anything at all"), "UNSAFE_FORMAT", "safetensors");
    }

    @Test
    void picklesAreRefusedWhateverTheirName() throws IOException {
        refused(
                Files.write(dir.resolve("a.safetensors"), new byte[] {(byte) 0x80, 2, '}', 'q', 0, '(', 'X', 1, 0}),
                "UNSAFE_FORMAT");
        refused(
                Files.write(dir.resolve("b.safetensors"), "PK\3\4 0123456".getBytes(StandardCharsets.ISO_8859_1)),
                "UNSAFE_FORMAT");
    }

    @Test
    void everyTypeIsRead() throws IOException {
        String header = """
                {"bf":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"bool":{"dtype":"BOOL","shape":[2],"data_offsets":[4,6]},\
                "f16":{"dtype":"F16","shape":[3],"data_offsets":[6,12]},"f64":{"dtype":"F64","shape":[1],"data_offsets":[12,20]},\
                "i16":{"dtype":"I16","shape":[1],"data_offsets":[20,22]},"i32":{"dtype":"I32","shape":[1,1],"data_offsets":[22,26]},\
                "i8":{"dtype":"I8","shape":[2],"data_offsets":[26,28]},"u8":{"dtype":"U8","shape":[],"data_offsets":[28,29]}}""";
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer b = ByteBuffer.allocate(8 + json.length + 29).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(json.length).put(json).putShort((short) 0x3f80).putShort((short) 0xc040);
        b.put((byte) 0)
                .put((byte) 1)
                .putShort((short) 0x3c00)
                .putShort((short) 0x0001)
                .putShort((short) 0xfc00);
        b.putDouble(0.1)
                .putShort((short) -2)
                .putInt(-70_000)
                .put((byte) -1)
                .put((byte) 5)
                .put((byte) 200);
        try (Safetensors t = Safetensors.open(Files.write(dir.resolve("all.safetensors"), b.array()))) {
            assertThat(t.floats("bf")).containsExactly(1f, -3f);
            assertThat(t.longs("bool")).containsExactly(0, 1);
            assertThat(t.floats("f16")).containsExactly(1f, 0x1p-24f, Float.NEGATIVE_INFINITY);
            assertThat(t.floats("f64")).containsExactly(0.1f);
            assertThat(t.longs("i16")).containsExactly(-2);
            assertThat(t.longs("i32")).containsExactly(-70_000);
            assertThat(t.longs("i8")).containsExactly(-1, 5);
            assertThat(t.longs("u8")).containsExactly(200);
            assertThat(t.info("i32").shape()).containsExactly(1L, 1L);
            assertThat(t.bytes("bool")).containsExactly(0, 1);
            assertThatThrownBy(() -> t.floats("i8")).hasFieldOrPropertyWithValue("code", "ST_WRONG_DTYPE");
            assertThatThrownBy(() -> t.longs("bf")).hasFieldOrPropertyWithValue("code", "ST_WRONG_DTYPE");
            assertThatThrownBy(() -> t.floats("nix")).hasFieldOrPropertyWithValue("code", "ST_NO_TENSOR");
            assertThatThrownBy(() -> t.finiteFloats("f16"))
                    .hasMessageContaining("element 2")
                    .hasFieldOrPropertyWithValue("code", "ST_NOT_FINITE");
        }
    }

    @Test
    void whatIsWrittenIsReadBackAndTheBytesDependOnTheContentOnly() throws IOException {
        float[] values = new float[300_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.25f - 7;
        }
        Path first = dir.resolve("first.safetensors");
        Path second = dir.resolve("second.safetensors");
        new SafetensorsWriter()
                .metadata("who", "läb")
                .floats("z", new long[] {300_001}, values)
                .longs("a", new long[] {}, new long[] {1L << 40})
                .bytes("m", new long[] {3, 1}, new byte[] {1, 2, -1})
                .halves("h", new long[] {2}, new float[] {1.5f, -65504f})
                .write(first);
        new SafetensorsWriter()
                .halves("h", new long[] {2}, new float[] {1.5f, -65504f})
                .bytes("m", new long[] {3, 1}, new byte[] {1, 2, -1})
                .longs("a", new long[] {}, new long[] {1L << 40})
                .floats("z", new long[] {300_001}, values)
                .metadata("who", "läb")
                .write(second);
        assertThat(Files.mismatch(first, second)).isEqualTo(-1);
        try (Safetensors t = Safetensors.open(first)) {
            assertThat(t.tensors().keySet()).containsExactly("a", "h", "m", "z");
            assertThat(t.metadata()).containsEntry("who", "läb");
            assertThat(t.floats("z")).isEqualTo(values);
            assertThat(t.longs("a")).containsExactly(1L << 40);
            assertThat(t.longs("m")).containsExactly(1, 2, 255);
            assertThat(t.floats("h")).containsExactly(1.5f, -65504f);
        }
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files).containsExactlyInAnyOrder(first, second);
        }
    }

    @Test
    void everyHalfSurvivesTheRoundTripAndRoundingIsToNearestEven() {
        for (int h = 0; h < 0x10000; h++) {
            float f = Halves.toFloat((short) h);
            if (!Float.isNaN(f)) {
                assertThat(Halves.toHalf(f)).isEqualTo((short) h);
            } else {
                assertThat(Halves.toFloat(Halves.toHalf(f))).isNaN();
            }
        }
        assertThat(Halves.toHalf(1 + 0x1p-11f)).isEqualTo((short) 0x3c00);
        assertThat(Halves.toHalf(1 + 3 * 0x1p-11f)).isEqualTo((short) 0x3c02);
        assertThat(Halves.toHalf(65519.996f)).isEqualTo((short) 0x7bff);
        assertThat(Halves.toHalf(65520f)).isEqualTo((short) 0x7c00);
        assertThat(Halves.toHalf(0x1p-25f)).isEqualTo((short) 0);
        assertThat(Halves.toHalf(0x1.8p-24f)).isEqualTo((short) 2);
        assertThat(Halves.toHalf(0x1.ffep-15f)).isEqualTo((short) 0x0400);
    }

    @Test
    void everyReferenceFileOpens() throws IOException {
        try (Stream<Path> files = Files.walk(SharedData.path("golden"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
                try (Safetensors t = Safetensors.open(file)) {
                    for (TensorInfo info : t.tensors().values()) {
                        if (info.dtype().floating()) {
                            assertThat((long) t.floats(info.name()).length).isEqualTo(info.elements());
                        } else {
                            assertThat((long) t.longs(info.name()).length).isEqualTo(info.elements());
                        }
                    }
                }
            }
        }
    }
}
