package dev.runyard.vision.data.pixels;

import dev.runyard.spec.Sha256;
import dev.runyard.vision.image.Raster;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * RGB images of one part in a file that is read through a memory map. Layout: pixels one image after the other; an index of 24 bytes an
 * image (position, width, height, the source's width and height packed as 16 bits each, CRC-32C); the index's CRC, the key and the
 * count. Written under another name and renamed, so that it is there whole or not at all; an image whose checksum fails is decoded again.
 */
public final class PixelCache {
    private static final long MAGIC = 0x52594152442d5031L;
    private static final int ENTRY = 24;
    private static final int CHUNK = 256;
    private static final int SEGMENT = 1 << 30;
    private static final long SPARE = 256L << 20;

    /** What is kept of a decoded image. */
    public interface Form {
        Raster of(Raster rgb);
    }

    /** A kept image, and how large the decoded one was. */
    public record Sized(Raster raster, int sourceWidth, int sourceHeight) {}

    private record Segment(long start, MappedByteBuffer bytes) {}

    private final Pictures pictures;
    private final Form form;
    private final @Nullable ByteBuffer index;
    private final List<Segment> segments;
    private final byte[] checked;

    private PixelCache(Pictures pictures, Form form, @Nullable ByteBuffer index, List<Segment> segments) {
        this.pictures = pictures;
        this.form = form;
        this.index = index;
        this.segments = segments;
        this.checked = new byte[pictures.size()];
    }

    /**
     * Opens the file, or makes it. Without room on the disk, images are decoded each time.
     *
     * @param key says what must be in the file; another key is another file
     * @param label readable part of the file's name
     */
    public static PixelCache open(Path folder, String key, String label, Pictures pictures, Form form)
            throws IOException {
        String digest = Sha256.of("pixels-1|" + key);
        Path file = folder.resolve(digest.substring(0, 20) + "-" + label + ".pixels");
        @Nullable PixelCache known = mapped(file, digest, pictures, form);
        if (known != null) {
            return known;
        }
        Files.createDirectories(folder);
        if (!roomFor(folder, pictures, form)) {
            return new PixelCache(pictures, form, null, List.of());
        }
        write(file, digest, pictures, form);
        known = mapped(file, digest, pictures, form);
        if (known == null) {
            throw new IOException(file + ": was written and cannot be read back");
        }
        return known;
    }

    public Sized get(int i) throws IOException {
        if (index != null) {
            long at = index.getLong(i * ENTRY);
            int width = Short.toUnsignedInt(index.getShort(i * ENTRY + 8));
            int height = Short.toUnsignedInt(index.getShort(i * ENTRY + 10));
            byte[] data = new byte[width * height * 3];
            read(at, data);
            if (checked[i] == 1 || crc(data) == index.getInt(i * ENTRY + 16)) {
                checked[i] = 1;
                int sourceWidth = Short.toUnsignedInt(index.getShort(i * ENTRY + 12));
                int sourceHeight = Short.toUnsignedInt(index.getShort(i * ENTRY + 14));
                return new Sized(Raster.rgb(width, height, data), sourceWidth, sourceHeight);
            }
        }
        return made(pictures, form, i);
    }

    private void read(long at, byte[] data) {
        for (int s = segments.size() - 1; s >= 0; s--) {
            Segment segment = segments.get(s);
            if (at >= segment.start) {
                segment.bytes.get((int) (at - segment.start), data);
                return;
            }
        }
        throw new IllegalStateException("no segment holds byte " + at);
    }

    private static Sized made(Pictures pictures, Form form, int i) throws IOException {
        Raster source = pictures.decoded(i);
        return new Sized(form.of(source), source.width(), source.height());
    }

    private static boolean roomFor(Path folder, Pictures pictures, Form form) throws IOException {
        int n = Math.min(8, pictures.size());
        long largest = 0;
        for (int k = 0; k < n; k++) {
            largest = Math.max(
                    largest,
                    made(pictures, form, (int) ((long) k * pictures.size() / n))
                            .raster
                            .data()
                            .length);
        }
        return Files.getFileStore(folder).getUsableSpace() > largest * pictures.size() + SPARE;
    }

    private static void write(Path file, String digest, Pictures pictures, Form form) throws IOException {
        int n = pictures.size();
        Path temporary = Files.createTempFile(file.getParent(), file.getFileName() + ".", ".tmp");
        try {
            ByteBuffer index = ByteBuffer.allocate(n * ENTRY);
            try (FileOutputStream raw = new FileOutputStream(temporary.toFile());
                    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(raw, 1 << 20))) {
                long at = 0;
                for (int from = 0; from < n; from += CHUNK) {
                    for (Sized image : chunk(pictures, form, from, Math.min(n, from + CHUNK))) {
                        byte[] data = image.raster.data();
                        index.putLong(at)
                                .putShort((short) image.raster.width())
                                .putShort((short) image.raster.height())
                                .putShort((short) image.sourceWidth)
                                .putShort((short) image.sourceHeight)
                                .putInt(crc(data))
                                .putInt(0);
                        out.write(data);
                        at += data.length;
                    }
                }
                out.write(index.array());
                out.writeInt(crc(index.array()));
                out.write(digest.getBytes(StandardCharsets.US_ASCII));
                out.writeInt(n);
                out.writeLong(MAGIC);
                out.flush();
                raw.getFD().sync();
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Decoded on all cores, in order. */
    private static List<Sized> chunk(Pictures pictures, Form form, int from, int to) throws IOException {
        try {
            return IntStream.range(from, to)
                    .parallel()
                    .mapToObj(i -> {
                        try {
                            return made(pictures, form, i);
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .toList();
        } catch (java.io.UncheckedIOException e) {
            // The cause of the first failing image, which carries its name and code.
            throw java.util.Objects.requireNonNull(e.getCause());
        }
    }

    private static @Nullable PixelCache mapped(Path file, String digest, Pictures pictures, Form form)
            throws IOException {
        int n = pictures.size();
        int tail = n * ENTRY + 4 + digest.length() + 4 + 8;
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < tail) {
                return null;
            }
            ByteBuffer end = ByteBuffer.allocate(tail);
            while (end.hasRemaining() && channel.read(end, size - tail + end.position()) > 0) {
                // until full
            }
            byte[] index = new byte[n * ENTRY];
            byte[] key = new byte[digest.length()];
            end.flip().get(index);
            int crc = end.getInt();
            end.get(key);
            boolean whole = crc == crc(index)
                    && digest.equals(new String(key, StandardCharsets.US_ASCII))
                    && end.getInt() == n
                    && end.getLong() == MAGIC;
            return whole
                    ? new PixelCache(pictures, form, ByteBuffer.wrap(index), segments(channel, index, size - tail))
                    : null;
        }
    }

    /** Maps of at most 1 GiB that begin and end between images. */
    private static List<Segment> segments(FileChannel channel, byte[] index, long end) throws IOException {
        ByteBuffer entries = ByteBuffer.wrap(index);
        List<Segment> out = new ArrayList<>();
        long start = 0;
        long last = 0;
        for (int i = 0; i <= index.length / ENTRY; i++) {
            long at = i < index.length / ENTRY ? entries.getLong(i * ENTRY) : end;
            if (at - start > SEGMENT) {
                out.add(new Segment(start, channel.map(FileChannel.MapMode.READ_ONLY, start, last - start)));
                start = last;
            }
            last = at;
        }
        out.add(new Segment(start, channel.map(FileChannel.MapMode.READ_ONLY, start, end - start)));
        return out;
    }

    private static int crc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return (int) crc.getValue();
    }
}
