package dev.runyard.vision.data.pixels;

import dev.runyard.spec.Sha256;
import dev.runyard.vision.image.Raster;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * RGB images of one part, each kept when it is first decoded, so that no image is decoded twice and nobody waits for all of them. Two
 * files: the pixels in the order of their arrival, and an entry of 28 bytes for each (image, position, width, height, the decoded
 * image's width and height packed as 16 bits each, CRC-32C of the pixels, CRC-32C of the entry) behind a head that tells what they are
 * of. Only whole entries are believed, so a process may be killed at any byte; an image whose checksum fails is decoded again. One
 * process at a time adds to the files; others read what is there.
 */
public final class PixelCache implements Closeable {
    private static final long MAGIC = 0x52594152442d5032L;
    private static final int ENTRY = 28;
    private static final int HEAD = 8 + 64 + 4;
    private static final long SPARE = 256L << 20;
    private static final long ABSENT = -1;
    private static final int SAMPLE = 8;

    /** What is kept of a decoded image. */
    public interface Form {
        Raster of(Raster rgb);
    }

    /** A kept image, and how large the decoded one was. */
    public record Sized(Raster raster, int sourceWidth, int sourceHeight) {}

    private final Pictures pictures;
    private final Form form;
    private final FileChannel pixels;
    private final FileChannel entries;
    private final AtomicLongArray position;
    private final long[] sizes;
    private final int[] crcs;
    private final byte[] checked;
    private final AtomicInteger kept = new AtomicInteger();
    private boolean writing;
    private long end;

    private PixelCache(Pictures pictures, Form form, FileChannel pixels, FileChannel entries) {
        this.pictures = pictures;
        this.form = form;
        this.pixels = pixels;
        this.entries = entries;
        int n = pictures.size();
        position = new AtomicLongArray(n);
        for (int i = 0; i < n; i++) {
            position.setPlain(i, ABSENT);
        }
        sizes = new long[n];
        crcs = new int[n];
        checked = new byte[n];
    }

    /**
     * Opens the files, or begins them. Without room on the disk for all images, none is kept beyond those that are there.
     *
     * @param key says what must be in the files; another key is another pair of files
     * @param label readable part of the files' names
     */
    public static PixelCache open(Path folder, String key, String label, Pictures pictures, Form form)
            throws IOException {
        String digest = Sha256.of("pixels-2|" + key);
        Files.createDirectories(folder);
        Files.deleteIfExists(folder.resolve(Sha256.of("pixels-1|" + key).substring(0, 20) + "-" + label + ".pixels"));
        String name = digest.substring(0, 20) + "-" + label;
        FileChannel pixels = channel(folder.resolve(name + ".pixels"));
        FileChannel entries = null;
        boolean good = false;
        try {
            entries = channel(folder.resolve(name + ".entries"));
            PixelCache cache = new PixelCache(pictures, form, pixels, entries);
            cache.take(digest, folder);
            good = true;
            return cache;
        } finally {
            if (!good) {
                pixels.close();
                if (entries != null) {
                    entries.close();
                }
            }
        }
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Reads what is there, and begins to write when nobody else does. */
    private void take(String digest, Path folder) throws IOException {
        try {
            writing = entries.tryLock() != null; // until the channel is closed
        } catch (OverlappingFileLockException e) {
            writing = false; // another data set of this process
        }
        ByteBuffer head = ByteBuffer.allocate(HEAD)
                .putLong(MAGIC)
                .put(digest.getBytes(StandardCharsets.US_ASCII))
                .putInt(pictures.size())
                .flip();
        long whole = head.equals(read(entries, 0, HEAD)) ? believed() : 0;
        if (!writing) {
            return;
        }
        if (whole == 0) {
            pixels.truncate(0);
            entries.truncate(0);
            write(entries, head, 0);
            whole = HEAD;
        }
        entries.truncate(whole);
        writing = kept.get() == pictures.size() || roomFor(folder);
    }

    /** Takes over all entries up to the first that is not whole; the position behind them. */
    private long believed() throws IOException {
        long size = pixels.size();
        long at = HEAD;
        while (true) {
            ByteBuffer some = read(entries, at, ENTRY * 4_096);
            int whole = some.remaining() / ENTRY;
            for (int k = 0; k < whole; k++, at += ENTRY) {
                int crc = crc(some.array(), k * ENTRY, ENTRY - 4);
                int i = some.getInt();
                long place = some.getLong();
                long shape = some.getLong();
                int pixelCrc = some.getInt();
                boolean sound = crc == some.getInt()
                        && i >= 0
                        && i < sizes.length
                        && place >= 0
                        && place + bytes(shape) <= size;
                if (!sound) {
                    return at;
                }
                note(i, place, shape, pixelCrc);
                end = Math.max(end, place + bytes(shape));
            }
            if (whole == 0) {
                return at;
            }
        }
    }

    private void note(int i, long place, long shape, int crc) {
        sizes[i] = shape;
        crcs[i] = crc;
        checked[i] = 0;
        if (position.getAndSet(i, place) == ABSENT) {
            kept.incrementAndGet();
        }
    }

    /** Images that are kept. */
    public int kept() {
        return kept.get();
    }

    /** Whether further images are kept: there is room, and no other process adds them. */
    public synchronized boolean keeps() {
        return writing;
    }

    /** Whether image {@code i} needs no decoding. */
    public boolean has(int i) {
        return position.get(i) != ABSENT;
    }

    /** Kept, or else decoded and then kept. */
    public Sized get(int i) throws IOException {
        long place = position.get(i);
        if (place != ABSENT) {
            Sized found = found(i, place);
            if (found != null) {
                return found;
            }
        }
        Raster source = pictures.decoded(i);
        Sized made = new Sized(form.of(source), source.width(), source.height());
        keep(i, made);
        return made;
    }

    /** How large a decoded image is, in px. */
    public record Size(int width, int height) {}

    /** Of image {@code i}; decodes it where nothing is kept of it. */
    public Size sizeOf(int i) throws IOException {
        if (!has(i)) {
            Sized made = get(i);
            return new Size(made.sourceWidth, made.sourceHeight);
        }
        return new Size((int) (sizes[i] >>> 16) & 0xffff, (int) sizes[i] & 0xffff);
    }

    /** Null when it is damaged. */
    private @Nullable Sized found(int i, long place) throws IOException {
        long shape = sizes[i];
        int width = (int) (shape >>> 48);
        int height = (int) (shape >>> 32) & 0xffff;
        ByteBuffer data = read(pixels, place, bytes(shape));
        if (data.remaining() < data.capacity() || checked[i] != 1 && crc(data.array(), 0, data.capacity()) != crcs[i]) {
            return null;
        }
        checked[i] = 1;
        return new Sized(Raster.rgb(width, height, data.array()), (int) (shape >>> 16) & 0xffff, (int) shape & 0xffff);
    }

    private synchronized void keep(int i, Sized image) {
        if (!writing) {
            return;
        }
        byte[] data = image.raster.data();
        long shape = (long) image.raster.width() << 48
                | (long) image.raster.height() << 32
                | (long) image.sourceWidth << 16
                | image.sourceHeight;
        ByteBuffer entry = ByteBuffer.allocate(ENTRY);
        int crc = crc(data, 0, data.length);
        entry.putInt(i).putLong(end).putLong(shape).putInt(crc);
        entry.putInt(crc(entry.array(), 0, ENTRY - 4)).flip();
        try {
            write(pixels, ByteBuffer.wrap(data), end);
            write(entries, entry, entries.size());
        } catch (IOException e) {
            writing = false; // a full disk: what is not kept is decoded each time
            return;
        }
        note(i, end, shape, crc);
        end += data.length;
    }

    private boolean roomFor(Path folder) throws IOException {
        int n = Math.min(SAMPLE, pictures.size());
        long largest = 0;
        for (int k = 0; k < n; k++) {
            Raster decoded = pictures.decoded((int) ((long) k * pictures.size() / n));
            largest = Math.max(largest, form.of(decoded).data().length);
        }
        return Files.getFileStore(folder).getUsableSpace() > largest * (pictures.size() - kept.get()) + SPARE;
    }

    private static int bytes(long shape) {
        return Math.multiplyExact((int) (shape >>> 48) * ((int) (shape >>> 32) & 0xffff), 3);
    }

    /** As many bytes as there are, at most {@code count}. */
    private static ByteBuffer read(FileChannel from, long at, int count) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(count);
        while (out.hasRemaining() && from.read(out, at + out.position()) > 0) {
            // until full, or the file's end
        }
        return out.flip();
    }

    private static void write(FileChannel to, ByteBuffer bytes, long at) throws IOException {
        long start = at - bytes.position();
        while (bytes.hasRemaining()) {
            to.write(bytes, start + bytes.position());
        }
    }

    private static int crc(byte[] data, int from, int n) {
        CRC32C crc = new CRC32C();
        crc.update(data, from, n);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        pixels.close();
        entries.close();
    }
}
