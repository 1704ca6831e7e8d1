package dev.runyard.vision.tensor;

import dev.runyard.vision.file.Gate;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open safetensors file. Opening reads and checks the header only; tensors are read when asked for, in pieces, so that a file of
 * several hundred MB costs the memory of the tensors taken from it. Not safe for use by several threads after {@link #close}.
 *
 * <p>Layout: 8 bytes little-endian header length, JSON header, data. The whole data must belong to exactly one tensor each.
 */
public final class Safetensors implements Closeable {
    /** The reference implementation's cap. */
    static final long MAX_HEADER = 100_000_000;

    private static final int PIECE = 1 << 20;
    private static final Gate GATE = new Gate(SafetensorsException::new);
    private static final Set<String> UNSAFE =
            Set.of("pt", "pth", "ckpt", "bin", "pkl", "pickle", "pyc", "npy", "npz", "h5", "t7");

    private final Path file;
    private final FileChannel channel;
    private final long dataStart;
    private final Header header;

    /** Which of several open files holds a tensor; empty for a file of its own. */
    private final Map<String, Safetensors> places;

    private Safetensors(Path file, FileChannel channel, long dataStart, Header header) {
        this.file = file;
        this.channel = channel;
        this.dataStart = dataStart;
        this.header = header;
        places = Map.of();
    }

    /** The tensors of others; closing it closes them. */
    private Safetensors(
            Path file, Safetensors first, Map<String, Safetensors> places, Map<String, TensorInfo> tensors) {
        this.file = file;
        channel = first.channel;
        dataStart = 0;
        header = new Header(tensors, first.metadata());
        this.places = places;
    }

    /**
     * Opens and checks a file.
     *
     * @throws SafetensorsException with a code for each fault; {@code UNSAFE_FORMAT} for formats that can run code when read
     * @throws IOException when the file cannot be read at all
     */
    public static Safetensors open(Path file) throws IOException {
        if (String.valueOf(file.getFileName()).endsWith(ShardIndex.ENDING)) {
            return whole(file, ShardIndex.read(file));
        }
        refuseUnsafe(file);
        FileChannel channel = GATE.channel(file);
        boolean good = false;
        try {
            Safetensors opened = opened(file, channel);
            good = true;
            return opened;
        } finally {
            if (!good) {
                channel.close();
            }
        }
    }

    /** Several files as one, by their index: every tensor is where it says, and no file has others. */
    private static Safetensors whole(Path index, ShardIndex shards) throws IOException {
        Map<String, Safetensors> open = new LinkedHashMap<>();
        boolean good = false;
        try {
            for (String shard : shards.files()) {
                open.put(shard, open(index.resolveSibling(shard)));
            }
            Map<String, Safetensors> places = new LinkedHashMap<>();
            Map<String, TensorInfo> infos = new LinkedHashMap<>();
            for (Map.Entry<String, Safetensors> part : open.entrySet()) {
                for (Map.Entry<String, TensorInfo> tensor :
                        part.getValue().tensors().entrySet()) {
                    shards.check(tensor.getKey(), part.getKey());
                    places.put(tensor.getKey(), part.getValue());
                    infos.put(tensor.getKey(), tensor.getValue());
                }
            }
            shards.checkAll(places.keySet());
            Safetensors whole = new Safetensors(index, open.values().iterator().next(), places, infos);
            good = true;
            return whole;
        } finally {
            if (!good) {
                for (Safetensors part : open.values()) {
                    part.close();
                }
            }
        }
    }

    private static Safetensors opened(Path file, FileChannel channel) throws IOException {
        String name = String.valueOf(file.getFileName());
        long size = channel.size();
        if (size < 8) {
            throw new SafetensorsException(
                    "ST_TOO_SHORT", name + ": has " + size + " bytes, the header length needs 8");
        }
        ByteBuffer head = read(channel, 0, 8, name);
        if (looksLikePickleOrZip(head)) {
            throw unsafe(name);
        }
        long length = head.getLong(0);
        if (length == 0) {
            throw new SafetensorsException("ST_HEADER_EMPTY", name + ": bytes 0 to 8 give a header of length 0");
        }
        if (length < 0 || length > MAX_HEADER) {
            throw new SafetensorsException(
                    "ST_HEADER_TOO_LARGE",
                    name + ": bytes 0 to 8 give a header that is longer than the limit of " + MAX_HEADER
                            + " bytes; is it a safetensors file?");
        }
        if (length > size - 8) {
            throw new SafetensorsException(
                    "ST_HEADER_PAST_END",
                    name + ": the header that bytes 0 to 8 announce passes the end of the file at " + size
                            + "; is it a whole safetensors file?");
        }
        byte[] json = read(channel, 8, (int) length, name).array();
        return new Safetensors(file, channel, 8 + length, Header.parse(json, size - 8 - length, name));
    }

    /** Strings beside the tensors. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** Every tensor by name, in the order of its bytes. */
    public Map<String, TensorInfo> tensors() {
        return header.tensors();
    }

    public boolean has(String name) {
        return header.tensors().containsKey(name);
    }

    /** @throws SafetensorsException {@code ST_NO_TENSOR} */
    public TensorInfo info(String name) throws SafetensorsException {
        @Nullable TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw new SafetensorsException("ST_NO_TENSOR", file.getFileName() + ": has no tensor \"" + name + "\"");
        }
        return info;
    }

    /**
     * Row-major values of a floating tensor, F16 and BF16 widened exactly, F64 rounded.
     *
     * @throws SafetensorsException {@code ST_WRONG_DTYPE}, {@code ST_NO_TENSOR}, {@code ST_TOO_LARGE} above 2^31 - 9 elements
     */
    public float[] floats(String name) throws IOException {
        Safetensors place = places.get(name);
        if (place != null) {
            return place.floats(name);
        }
        TensorInfo info = info(name);
        if (!info.dtype().floating()) {
            throw wrongType(info, "floating");
        }
        float[] out = new float[count(info)];
        pieces(info, (at, piece) -> {
            int n = piece.remaining() / info.dtype().bytes();
            switch (info.dtype()) {
                case F32 -> piece.asFloatBuffer().get(out, at, n);
                case F64 -> {
                    for (int i = 0; i < n; i++) {
                        out[at + i] = (float) piece.getDouble(i * 8);
                    }
                }
                case F16 -> {
                    for (int i = 0; i < n; i++) {
                        out[at + i] = Halves.toFloat(piece.getShort(i * 2));
                    }
                }
                default -> {
                    for (int i = 0; i < n; i++) {
                        out[at + i] = Float.intBitsToFloat(piece.getShort(i * 2) << 16);
                    }
                }
            }
        });
        return out;
    }

    /**
     * The bytes of a tensor as they lie in the file, mapped and little-endian; good beyond {@link #close}.
     *
     * @throws SafetensorsException {@code ST_NO_TENSOR}, {@code ST_TOO_LARGE} above 2^31 - 9 bytes
     */
    public ByteBuffer mapped(String name) throws IOException {
        TensorInfo info = info(name);
        long bytes = info.end() - info.begin();
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new SafetensorsException(
                    "ST_TOO_LARGE", file.getFileName() + ": tensor \"" + name + "\" has " + bytes + " bytes");
        }
        return channel.map(FileChannel.MapMode.READ_ONLY, dataStart + info.begin(), bytes)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Row-major values of an F64 tensor.
     *
     * @throws SafetensorsException as {@link #floats}
     */
    public double[] doubles(String name) throws IOException {
        Safetensors place = places.get(name);
        if (place != null) {
            return place.doubles(name);
        }
        TensorInfo info = info(name);
        if (info.dtype() != DType.F64) {
            throw wrongType(info, "F64");
        }
        double[] out = new double[count(info)];
        pieces(info, (at, piece) -> piece.asDoubleBuffer().get(out, at, piece.remaining() / 8));
        return out;
    }

    /**
     * As {@link #floats}, and refuses NaN and infinite values: weights with them are broken.
     *
     * @throws SafetensorsException also {@code ST_NOT_FINITE} with the first such element
     */
    public float[] finiteFloats(String name) throws IOException {
        Safetensors place = places.get(name);
        if (place != null) {
            return place.finiteFloats(name);
        }
        float[] values = floats(name);
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                TensorInfo info = info(name);
                long at = dataStart + info.begin() + (long) i * info.dtype().bytes();
                throw new SafetensorsException(
                        "ST_NOT_FINITE",
                        file.getFileName() + ": tensor \"" + name + "\", element " + i + " (byte " + at + ") is "
                                + values[i]);
            }
        }
        return values;
    }

    /** Row-major values of an integer or BOOL tensor; U8 as 0 to 255. */
    public long[] longs(String name) throws IOException {
        Safetensors place = places.get(name);
        if (place != null) {
            return place.longs(name);
        }
        TensorInfo info = info(name);
        if (info.dtype().floating()) {
            throw wrongType(info, "integer");
        }
        long[] out = new long[count(info)];
        pieces(info, (at, piece) -> {
            int n = piece.remaining() / info.dtype().bytes();
            for (int i = 0; i < n; i++) {
                out[at + i] = switch (info.dtype()) {
                    case I64 -> piece.getLong(i * 8);
                    case I32 -> piece.getInt(i * 4);
                    case I16 -> piece.getShort(i * 2);
                    case I8 -> piece.get(i);
                    default -> piece.get(i) & 0xff;
                };
            }
        });
        return out;
    }

    /** The tensor's bytes as they stand in the file. */
    public byte[] bytes(String name) throws IOException {
        Safetensors place = places.get(name);
        if (place != null) {
            return place.bytes(name);
        }
        TensorInfo info = info(name);
        long size = info.end() - info.begin();
        if (size > Integer.MAX_VALUE - 8) {
            throw tooLarge(info);
        }
        return read(channel, dataStart + info.begin(), (int) size, String.valueOf(file.getFileName()))
                .array();
    }

    @Override
    public void close() throws IOException {
        for (Safetensors place : places.values()) {
            place.close();
        }
        channel.close();
    }

    private interface Piece {
        /** @param at index of the piece's first element */
        void take(int at, ByteBuffer piece);
    }

    private void pieces(TensorInfo info, Piece sink) throws IOException {
        long size = info.end() - info.begin();
        String name = String.valueOf(file.getFileName());
        for (long at = 0; at < size; at += PIECE) {
            int n = (int) Math.min(PIECE, size - at);
            sink.take((int) (at / info.dtype().bytes()), read(channel, dataStart + info.begin() + at, n, name));
        }
    }

    private static ByteBuffer read(FileChannel channel, long position, int length, String name) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            // In pieces: the JDK copies through a direct buffer as large as the request.
            buffer.limit(Math.min(length, buffer.position() + PIECE));
            int n = channel.read(buffer, position + buffer.position());
            buffer.limit(length);
            if (n < 0) {
                throw new SafetensorsException(
                        "ST_PAST_END",
                        name + ": ended at byte " + (position + buffer.position()) + " while being read; it shrank");
            }
        }
        return buffer.flip();
    }

    private int count(TensorInfo info) throws SafetensorsException {
        if (info.elements() > Integer.MAX_VALUE - 8) {
            throw tooLarge(info);
        }
        return (int) info.elements();
    }

    private SafetensorsException tooLarge(TensorInfo info) {
        return new SafetensorsException(
                "ST_TOO_LARGE",
                file.getFileName() + ": tensor \"" + info.name() + "\" " + info.shape()
                        + " is too large for one array");
    }

    private SafetensorsException wrongType(TensorInfo info, String wanted) {
        return new SafetensorsException(
                "ST_WRONG_DTYPE",
                file.getFileName() + ": tensor \"" + info.name() + "\" is " + info.dtype() + ", wanted " + wanted);
    }

    /** Refuses by name what can run code or is another library's format, before a byte is read. */
    private static void refuseUnsafe(Path file) throws SafetensorsException {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        if (dot >= 0 && UNSAFE.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT))) {
            throw unsafe(name);
        }
    }

    private static boolean looksLikePickleOrZip(ByteBuffer head) {
        boolean zip = head.get(0) == 'P' && head.get(1) == 'K' && head.get(2) == 3 && head.get(3) == 4;
        boolean pickle = head.get(0) == (byte) 0x80 && head.get(1) >= 2 && head.get(1) <= 5 && head.get(7) != 0;
        return zip || pickle;
    }

    private static SafetensorsException unsafe(String name) {
        return new SafetensorsException(
                "UNSAFE_FORMAT",
                name + ": pickle and TorchScript files can run code when read and are refused; make safetensors of it:"
                        + " runyard weights convert " + name);
    }
}
