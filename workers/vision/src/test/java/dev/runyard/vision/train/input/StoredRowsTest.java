package dev.runyard.vision.train.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features in a file, up to those of ImageNet. */
class StoredRowsTest {
    private static final int IMAGES = 1_281_167;
    private static final int WIDTH = 512;

    @TempDir
    Path dir;

    private static float value(int row, int column) {
        return row * 0.5f + column;
    }

    /** 2.6 GB of them, of which only one row of each block is not 0, so that the file may have holes and costs no disk. */
    @Test
    void thoseOfImageNetCostTheMemoryOfTheRowsThatAreLookedAt() throws IOException {
        Path file = dir.resolve("features.safetensors");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            StoredRows.writer("key", IMAGES, WIDTH, (from, n, to) -> {
                        for (int column = 0; column < WIDTH; column++) {
                            to[(n - 1) * WIDTH + column] = value(from + n - 1, column);
                        }
                    })
                    .writeTo(new Sparse(channel));
        }
        assertThat(Files.size(file)).isGreaterThan(2_600_000_000L);
        System.gc();
        long before = used();
        StoredRows rows = Objects.requireNonNull(StoredRows.open(file, "key", IMAGES, WIDTH));
        float[] row = new float[2 * WIDTH];
        for (int last = StoredRows.BLOCK - 1; last < IMAGES; last += StoredRows.BLOCK) {
            rows.get(last, row, WIDTH);
            assertThat(row[WIDTH + 7]).isEqualTo(value(last, 7));
        }
        rows.get(IMAGES - 1, row, 0);
        assertThat(row[WIDTH - 1]).isEqualTo(value(IMAGES - 1, WIDTH - 1));
        System.gc();
        assertThat(used() - before).isLessThan(16 << 20);
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Leaves a hole for zeros. */
    private record Sparse(FileChannel file) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int n = bytes.remaining();
            byte[] all = new byte[n];
            bytes.get(all);
            if (Arrays.equals(all, new byte[n])) {
                file.position(file.position() + n);
            } else {
                ByteBuffer whole = ByteBuffer.wrap(all);
                while (whole.hasRemaining()) {
                    file.write(whole);
                }
            }
            return n;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private void written(Path file, int n) throws IOException {
        StoredRows.write(file, "key", n, 3, (from, count, to) -> {
            for (int i = 0; i < to.length; i++) {
                to[i] = value(from + i / 3, i % 3);
            }
        });
    }

    @Test
    void whatIsNotTheSameIsNotTaken() throws IOException {
        Path file = dir.resolve("features.safetensors");
        int n = StoredRows.BLOCK + 5;
        written(file, n);
        assertThat(StoredRows.open(file, "key", n, 3)).isNotNull();
        assertThat(StoredRows.open(file, "other", n, 3)).isNull();
        assertThat(StoredRows.open(file, "key", n + 1, 3)).isNull();
        assertThat(StoredRows.open(file, "key", n, 4)).isNull();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}), channel.size() - 100);
        }
        assertThat(StoredRows.open(file, "key", n, 3)).isNull();
    }

    /** Makes rows, tells which, and stops before one of them. */
    private record Until(int stop, List<Integer> made) implements StoredRows.Making {
        @Override
        public void block(int from, int n, float[] to) throws IOException {
            if (stop >= from && stop < from + n) {
                throw new IOException("stopped");
            }
            made.add(from);
            for (int i = 0; i < to.length; i++) {
                to[i] = value(from + i / 3, i % 3);
            }
        }
    }

    private List<Integer> stopped(Path file, String key, int stop) throws IOException {
        List<Integer> made = new ArrayList<>();
        assertThatThrownBy(() -> StoredRows.write(file, key, ROWS, 3, new Until(stop, made)))
                .hasMessage("stopped");
        assertThat(file).doesNotExist();
        return made;
    }

    private static final int ROWS = StoredRows.BLOCK + 700;

    private List<Integer> finished(Path file) throws IOException {
        List<Integer> made = new ArrayList<>();
        StoredRows.write(file, "key", ROWS, 3, new Until(-1, made));
        StoredRows rows = Objects.requireNonNull(StoredRows.open(file, "key", ROWS, 3));
        float[] row = new float[3];
        for (int i = 0; i < ROWS; i++) {
            rows.get(i, row, 0);
            assertThat(row).containsExactly(value(i, 0), value(i, 1), value(i, 2));
        }
        try (Stream<Path> left = Files.list(dir)) {
            assertThat(left).as("the file alone").containsExactly(file);
        }
        return made;
    }

    private static List<Integer> pieces(int from, int to) {
        return IntStream.range(from, to).map(i -> i * RowsMade.PIECE).boxed().toList();
    }

    /** A pause, a kill, a damaged disk, another file of the name: what was made is made once, and the file is the same. */
    @Test
    void whatWasStoppedGoesOnWhereItWas() throws IOException {
        Path file = dir.resolve("features.safetensors");
        Path kept = dir.resolve("features.safetensors.made");
        int pieces = (ROWS + RowsMade.PIECE - 1) / RowsMade.PIECE;
        assertThat(stopped(file, "key", 3 * RowsMade.PIECE + 5)).isEqualTo(pieces(0, 3));
        assertThat(stopped(file, "key", StoredRows.BLOCK + 1)).isEqualTo(pieces(3, 16));
        // killed while it wrote the next piece
        Files.write(kept, new byte[100], StandardOpenOption.APPEND);
        assertThat(stopped(file, "key", ROWS - 1)).isEqualTo(pieces(16, 17));
        // a byte of the eleventh piece is another one
        try (FileChannel channel = FileChannel.open(kept, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}), 10L * (RowsMade.PIECE * 12 + 8) + 40);
        }
        assertThat(finished(file)).isEqualTo(pieces(10, pieces));
        Files.delete(file);
        // of other images
        assertThat(stopped(file, "other", 2 * RowsMade.PIECE)).isEqualTo(pieces(0, 2));
        assertThat(finished(file)).isEqualTo(pieces(0, pieces));
    }
}
