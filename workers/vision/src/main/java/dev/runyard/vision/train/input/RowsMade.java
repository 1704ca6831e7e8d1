package dev.runyard.vision.train.input;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Rows that take long to make, kept beside their file until that is whole, so that who is stopped or killed goes on where it was. The key,
 * and behind it, in their order, pieces of {@value #PIECE} rows with the CRC-32C of each; only whole pieces are believed. One process at a
 * time keeps; others make all rows themselves.
 */
final class RowsMade implements StoredRows.Making, AutoCloseable {
    static final int PIECE = 512;

    private final StoredRows.Making making;
    private final int rows;
    private final int width;
    private final Path file;
    private final @Nullable FileChannel kept;
    private final long head;
    /** Pieces that are in the file. */
    private int whole;

    private RowsMade(StoredRows.Making making, int rows, int width, Path file, @Nullable FileChannel kept, byte[] key)
            throws IOException {
        this.making = making;
        this.rows = rows;
        this.width = width;
        this.file = file;
        this.kept = kept;
        head = key.length;
        if (kept != null) {
            begin(kept, key);
        }
    }

    /**
     * Opens what is there, or begins.
     *
     * @param target where the whole goes in the end
     * @param key of it; what was made for another is dropped
     * @param making of what is not there
     */
    static RowsMade of(Path target, String key, int rows, int width, StoredRows.Making making) throws IOException {
        Files.createDirectories(target.toAbsolutePath().getParent());
        Path file = target.resolveSibling(target.getFileName() + ".made");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileChannel own = locked(channel) ? channel : null;
        if (own == null) {
            channel.close();
        }
        return new RowsMade(making, rows, width, file, own, key.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(); // until the channel is closed
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // another run of this process
        }
    }

    private void begin(FileChannel channel, byte[] key) throws IOException {
        if (!read(channel, 0, key.length).equals(ByteBuffer.wrap(key))) {
            channel.truncate(0);
            write(channel, ByteBuffer.wrap(key), 0);
        }
        while (whole * (long) PIECE < rows && sound(read(channel, at(whole), bytes(whole)), whole)) {
            whole++;
        }
        channel.truncate(at(whole));
    }

    private boolean sound(ByteBuffer piece, int number) {
        return piece.remaining() == bytes(number) && piece.getLong(piece.limit() - 8) == crc(piece);
    }

    @Override
    public void block(int from, int n, float[] to) throws IOException {
        for (int first = from; first < from + n; first += PIECE) {
            piece(first / PIECE, to, (first - from) * width);
        }
    }

    private void piece(int number, float[] to, int at) throws IOException {
        int n = count(number);
        if (kept != null && number < whole) {
            ByteBuffer piece = read(kept, at(number), bytes(number));
            if (!sound(piece, number)) {
                throw new IOException(file + " was damaged since it was opened; start again");
            }
            piece.asFloatBuffer().get(to, at, n * width);
            return;
        }
        float[] values = new float[n * width];
        making.block(number * PIECE, n, values);
        System.arraycopy(values, 0, to, at, values.length);
        if (kept != null) {
            ByteBuffer piece = ByteBuffer.allocate(bytes(number)).order(ByteOrder.LITTLE_ENDIAN);
            piece.asFloatBuffer().put(values);
            piece.putLong(piece.limit() - 8, crc(piece));
            write(kept, piece, at(number));
            whole = number + 1;
        }
    }

    /** The whole is where it belongs. */
    void remove() throws IOException {
        if (kept != null) {
            Files.deleteIfExists(file);
        }
    }

    private int count(int number) {
        return Math.min(PIECE, rows - number * PIECE);
    }

    private int bytes(int number) {
        return 4 * count(number) * width + 8;
    }

    private long at(int number) {
        return head + number * (4L * PIECE * width + 8);
    }

    private static long crc(ByteBuffer piece) {
        CRC32C crc = new CRC32C();
        crc.update(piece.duplicate().position(0).limit(piece.limit() - 8));
        return crc.getValue();
    }

    /** As many bytes as there are, at most {@code count}. */
    private static ByteBuffer read(FileChannel from, long at, int count) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (out.hasRemaining() && from.read(out, at + out.position()) > 0) {
            // until full, or the file's end
        }
        return out.flip();
    }

    private static void write(FileChannel to, ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes, at + bytes.position());
        }
    }

    @Override
    public void close() throws IOException {
        if (kept != null) {
            kept.close();
        }
    }
}
