package dev.runyard.vision.train.input;

import dev.runyard.vision.tensor.DType;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsException;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Rows of numbers in a file, which is mapped: those of a data set of any size cost the memory of the rows that are looked at. A safetensors
 * file with a tensor for each {@value #BLOCK} rows, and a checksum behind them.
 */
final class StoredRows {
    static final int BLOCK = 8_192;

    /** After the blocks in the order of names, since it is known only when they are written. */
    private static final String CHECKSUM = "rows.crc32c";

    private static final String KEY = "runyard.key";

    private final int width;
    private final List<FloatBuffer> blocks;

    private StoredRows(int width, List<FloatBuffer> blocks) {
        this.width = width;
        this.blocks = blocks;
    }

    /** Makes rows when it is their turn. */
    interface Making {
        /** @param to filled with rows {@code from} to {@code from + n - 1}, row-major */
        void block(int from, int n, float[] to) throws IOException;
    }

    /**
     * Writes a file, a block at a time. What was made of it is kept if it does not come to its end, see {@link RowsMade}.
     *
     * @param key what {@link #open} asks for
     * @throws IOException also what {@code making} throws; there is no file then
     */
    static void write(Path file, String key, int n, int width, Making making) throws IOException {
        try (RowsMade made = RowsMade.of(file, key, n, width, making)) {
            writer(key, n, width, made).write(file);
            made.remove();
        }
    }

    /** What writes such a file. */
    static SafetensorsWriter writer(String key, int n, int width, Making making) {
        CRC32C checksum = new CRC32C();
        SafetensorsWriter out = new SafetensorsWriter().metadata(KEY, key);
        for (int from = 0; from < n; from += BLOCK) {
            int first = from;
            int rows = Math.min(BLOCK, n - from);
            out.raw(name(from), DType.F32, new long[] {rows, width}, () -> {
                float[] values = new float[rows * width];
                making.block(first, rows, values);
                ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(values);
                checksum.update(bytes.array());
                return bytes.array();
            });
        }
        out.raw(CHECKSUM, DType.I64, new long[] {1}, () -> ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(checksum.getValue())
                .array());
        return out;
    }

    /** @return null when there is no such file, or when it is damaged or another one */
    static @Nullable StoredRows open(Path file, String key, int n, int width) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        CRC32C checksum = new CRC32C();
        List<FloatBuffer> blocks = new ArrayList<>();
        try (Safetensors in = Safetensors.open(file)) {
            if (!key.equals(in.metadata().get(KEY))) {
                return null;
            }
            for (int from = 0; from < n; from += BLOCK) {
                List<Long> shape = List.of((long) Math.min(BLOCK, n - from), (long) width);
                if (!in.info(name(from)).shape().equals(shape)) {
                    return null;
                }
                ByteBuffer bytes = in.mapped(name(from));
                checksum.update(bytes.duplicate());
                blocks.add(bytes.asFloatBuffer());
            }
            return in.longs(CHECKSUM)[0] == checksum.getValue() ? new StoredRows(width, blocks) : null;
        } catch (SafetensorsException e) {
            return null;
        }
    }

    private static String name(int from) {
        return String.format(Locale.ROOT, "embedding.%08d", from / BLOCK);
    }

    /**
     * A row.
     *
     * @param to gets it from position {@code at} on
     */
    void get(int row, float[] to, int at) {
        blocks.get(row / BLOCK).get(row % BLOCK * width, to, at, width);
    }
}
