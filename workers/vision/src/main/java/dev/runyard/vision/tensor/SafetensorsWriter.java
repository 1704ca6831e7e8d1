package dev.runyard.vision.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.runyard.spec.Failpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Collects tensors and writes them at once. The same content gives the same bytes: names are sorted, the header is padded to 8
 * bytes, nothing else goes in. Arrays are kept by reference until {@link #write}.
 */
public final class SafetensorsWriter {
    private static final int PIECE = 1 << 16;

    private final Map<String, String> metadata = new TreeMap<>();
    private final Map<String, Entry> entries = new TreeMap<>();

    private interface Fill {
        /** Puts element {@code i} at the buffer's position. */
        void put(ByteBuffer to, int i);
    }

    /** The bytes of a tensor, asked for when it is its turn, so that a large file costs the memory of one. */
    public interface Content {
        /** Row-major and little-endian, as many as shape and type have. */
        byte[] bytes() throws IOException;
    }

    private record Entry(
            DType dtype,
            long[] shape,
            long count,
            @Nullable Fill fill,
            @Nullable Content content,
            @Nullable Path file) {}

    /** A string beside the tensors. */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** F32. */
    public SafetensorsWriter floats(String name, long[] shape, float[] values) {
        return add(name, DType.F32, shape, values.length, (to, i) -> to.putFloat(values[i]));
    }

    /** F64. */
    public SafetensorsWriter doubles(String name, long[] shape, double[] values) {
        return add(name, DType.F64, shape, values.length, (to, i) -> to.putDouble(values[i]));
    }

    /** F16, rounded to nearest even. */
    public SafetensorsWriter halves(String name, long[] shape, float[] values) {
        return add(name, DType.F16, shape, values.length, (to, i) -> to.putShort(Halves.toHalf(values[i])));
    }

    /** I64. */
    public SafetensorsWriter longs(String name, long[] shape, long[] values) {
        return add(name, DType.I64, shape, values.length, (to, i) -> to.putLong(values[i]));
    }

    /** U8. */
    public SafetensorsWriter bytes(String name, long[] shape, byte[] values) {
        return add(name, DType.U8, shape, values.length, (to, i) -> to.put(values[i]));
    }

    /** Any type, with the bytes it has elsewhere. */
    public SafetensorsWriter raw(String name, DType dtype, long[] shape, Content content) {
        long elements = elements(shape);
        return add(name, new Entry(dtype, shape.clone(), Math.toIntExact(elements), null, content, null));
    }

    /** Any type, its bytes being a file's; it is read when it is its turn. */
    public SafetensorsWriter file(String name, DType dtype, long[] shape, Path bytes) {
        return add(name, new Entry(dtype, shape.clone(), elements(shape), null, null, bytes));
    }

    private SafetensorsWriter add(String name, DType dtype, long[] shape, int count, Fill fill) {
        if (elements(shape) != count) {
            throw new IllegalArgumentException(
                    name + ": the shape has " + elements(shape) + " elements, the array " + count);
        }
        return add(name, new Entry(dtype, shape.clone(), count, fill, null, null));
    }

    private static long elements(long[] shape) {
        long elements = 1;
        for (long axis : shape) {
            elements = Math.multiplyExact(elements, axis);
        }
        return elements;
    }

    private SafetensorsWriter add(String name, Entry entry) {
        if (name.isEmpty() || name.equals("__metadata__")) {
            throw new IllegalArgumentException("\"" + name + "\" cannot be a tensor's name");
        }
        if (entries.put(name, entry) != null) {
            throw new IllegalArgumentException(name + " was added twice");
        }
        return this;
    }

    /**
     * Writes beside the target, fsyncs, renames over it and fsyncs the folder: a reader sees the old file or the new one, whole.
     *
     * @throws IOException when it could not be written; the target is then as it was
     */
    public void write(Path target) throws IOException {
        Path absolute = target.toAbsolutePath();
        Path folder = absolute.getParent() == null ? absolute : absolute.getParent();
        Path temporary = Files.createTempFile(folder, "." + absolute.getFileName(), ".tmp");
        try {
            try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                writeTo(out);
                Failpoint.FILE_WRITTEN.reach();
                out.force(true);
                Failpoint.FILE_SYNCED.reach();
            }
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Failpoint.FILE_RENAMED.reach();
        } finally {
            Files.deleteIfExists(temporary);
        }
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
        Failpoint.FILE_DURABLE.reach();
    }

    /** The file's bytes to a channel, which stays open. */
    public void writeTo(WritableByteChannel out) throws IOException {
        byte[] header = header();
        ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
        drain(out, buffer.putLong(header.length));
        ByteBuffer head = ByteBuffer.wrap(header);
        while (head.hasRemaining()) {
            out.write(head);
        }
        for (Map.Entry<String, Entry> named : entries.entrySet()) {
            Entry entry = named.getValue();
            if (entry.file != null) {
                drain(out, buffer);
                transfer(out, named.getKey(), entry, entry.file);
                continue;
            }
            if (entry.fill == null) {
                drain(out, buffer);
                copy(out, named.getKey(), entry);
                continue;
            }
            for (int i = 0; i < entry.count; i++) {
                if (buffer.remaining() < 8) {
                    drain(out, buffer);
                }
                entry.fill.put(buffer, i);
            }
        }
        drain(out, buffer);
    }

    private static void transfer(WritableByteChannel out, String name, Entry entry, Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = entry.count * entry.dtype.bytes();
            if (in.size() != size) {
                throw new IOException(name + ": has " + in.size() + " bytes for " + entry.count + " elements");
            }
            for (long at = 0; at < size; ) {
                at += in.transferTo(at, size - at, out);
            }
        }
    }

    private static void copy(WritableByteChannel out, String name, Entry entry) throws IOException {
        byte[] bytes = Objects.requireNonNull(entry.content).bytes();
        if (bytes.length != entry.count * entry.dtype.bytes()) {
            throw new IOException(name + ": has " + bytes.length + " bytes for " + entry.count + " elements");
        }
        for (int at = 0; at < bytes.length; at += PIECE) {
            ByteBuffer piece = ByteBuffer.wrap(bytes, at, Math.min(PIECE, bytes.length - at));
            while (piece.hasRemaining()) {
                out.write(piece);
            }
        }
    }

    private static void drain(WritableByteChannel out, ByteBuffer buffer) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
        buffer.clear();
    }

    private byte[] header() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> m : metadata.entrySet()) {
                    json.writeStringField(m.getKey(), m.getValue());
                }
                json.writeEndObject();
            }
            long at = 0;
            for (Map.Entry<String, Entry> e : entries.entrySet()) {
                Entry entry = e.getValue();
                json.writeObjectFieldStart(e.getKey());
                json.writeStringField("dtype", entry.dtype.name());
                json.writeFieldName("shape");
                json.writeArray(entry.shape, 0, entry.shape.length);
                json.writeFieldName("data_offsets");
                long end = at + entry.count * entry.dtype.bytes();
                json.writeArray(new long[] {at, end}, 0, 2);
                json.writeEndObject();
                at = end;
            }
            json.writeEndObject();
        }
        while (bytes.size() % 8 != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }
}
