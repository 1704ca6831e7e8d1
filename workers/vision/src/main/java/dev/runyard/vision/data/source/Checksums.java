package dev.runyard.vision.data.source;

import dev.runyard.spec.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checksums of a folder's files by size and times, kept in the cache's folder, so that opening a data set again reads only what was
 * changed. Of files that are too many to be read whole each has a checksum of its ends, and beside it one of all of it as soon as it
 * was read for any other reason: the one says which content the other stands for. Safe for use by several threads.
 */
final class Checksums {
    private static final int MAGIC = 0x52594332;
    private static final long UNREAD = -1;
    /** What no file is. */
    private static final Listing.Entry NEVER = new Listing.Entry(-1, 0, 0, 0);

    private static final long SAVE_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Of folders that are open, so that what one reader learns the next one knows. */
    private static final Map<Path, WeakReference<Checksums>> OPEN = new ConcurrentHashMap<>();

    /** A file that was changed while or just after it was read may have the same times: such a checksum is not kept. */
    private static final long SETTLED = TimeUnit.SECONDS.toNanos(2);

    /** @param whole CRC-32 of the content that {@code crc} stands for; {@link #UNREAD} when it was never read whole */
    private record Sum(Listing.Entry entry, long crc, long whole) {}

    private final Map<String, Sum> sums = new ConcurrentHashMap<>();
    private final @Nullable Path file;
    private volatile long opened;
    private volatile boolean fresh;
    private volatile long saved = System.nanoTime();

    private Checksums(@Nullable Path file) {
        this.file = file;
    }

    /**
     * What is known of a folder.
     *
     * @param cache where it is kept; null keeps it in memory alone
     * @param rule how the checksums are made; others are others
     */
    static Checksums of(@Nullable Path cache, Path root, String rule) {
        if (cache == null) {
            return new Checksums(null);
        }
        Path file = cache.resolve(Sha256.of(root + "|" + rule).substring(0, 20) + ".sums")
                .toAbsolutePath();
        synchronized (OPEN) {
            OPEN.values().removeIf(one -> one.get() == null);
            @Nullable WeakReference<Checksums> open = OPEN.get(file);
            @Nullable Checksums sums = open == null ? null : open.get();
            if (sums == null) {
                sums = new Checksums(file);
                sums.read();
                OPEN.put(file, new WeakReference<>(sums));
            }
            sums.doubt(sums.sums);
            sums.opened = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
            return sums;
        }
    }

    /** Of what was changed too shortly before is kept only what does not depend on the file being the same. */
    private void doubt(Map<String, Sum> all) {
        all.values().removeIf(sum -> unsettled(sum) && sum.whole == UNREAD);
        all.replaceAll((path, sum) -> unsettled(sum) ? new Sum(NEVER, sum.crc, sum.whole) : sum);
    }

    private boolean unsettled(Sum sum) {
        return Math.max(sum.entry.changed(), sum.entry.modified()) > opened - SETTLED;
    }

    /** Null when the file was never read as it is now. */
    @Nullable
    Long known(String path, Listing.Entry entry) {
        @Nullable Sum sum = sums.get(path);
        return sum != null && sum.entry.equals(entry) ? Long.valueOf(sum.crc) : null;
    }

    void put(String path, Listing.Entry entry, long crc) {
        sums.put(path, new Sum(entry, crc, UNREAD));
        fresh = true;
    }

    /** Computes a checksum of a whole file. */
    interface Whole {
        long of(String path) throws IOException;
    }

    /**
     * The checksum of a file by its ends. Where another file was there before with the same ends, and that one is known whole, this one
     * is read whole too, and gets a checksum of its own if it is not the same.
     */
    long byEnds(String path, Listing.Entry entry, long ends, Whole whole) throws IOException {
        @Nullable Sum before = sums.get(path);
        long stands = before != null && (int) before.crc == (int) ends ? before.whole : UNREAD;
        long now = stands == UNREAD ? UNREAD : whole.of(path);
        long crc = now == stands ? ends : now << 32 | ends;
        sums.put(path, new Sum(entry, crc, stands));
        fresh = true;
        return crc;
    }

    /**
     * A file was read whole, as it is listed.
     *
     * @return whether it is the one that was read before under the same entry
     */
    boolean wasRead(String path, Listing.Entry entry, long whole) throws IOException {
        @Nullable Sum known = sums.get(path);
        if (known == null || !known.entry.equals(entry)) {
            return true;
        }
        if (known.whole != UNREAD) {
            return whole == (known.crc >>> 32 == 0 ? known.whole : known.crc >>> 32);
        }
        sums.put(path, new Sum(entry, known.crc, whole));
        fresh = true;
        if (System.nanoTime() - saved > SAVE_NANOS) {
            save();
        }
        return true;
    }

    private void read() {
        if (file == null || !Files.isRegularFile(file)) {
            return;
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            if (in.readInt() != MAGIC) {
                return;
            }
            for (int n = in.readInt(); n > 0; n--) {
                String path = in.readUTF();
                Listing.Entry entry = new Listing.Entry(in.readLong(), in.readLong(), in.readLong(), in.readLong());
                sums.put(path, new Sum(entry, in.readLong(), in.readLong()));
            }
        } catch (IOException e) {
            // Without it the files are read again, which is all it saves.
            sums.clear();
        }
    }

    /** Writes what is new, without what was changed too shortly before. */
    synchronized void save() throws IOException {
        saved = System.nanoTime();
        if (file == null || !fresh) {
            return;
        }
        Files.createDirectories(file.getParent());
        Path temporary = Files.createTempFile(file.getParent(), file.getFileName() + ".", ".tmp");
        try {
            try (DataOutputStream out =
                    new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16))) {
                Map<String, Sum> kept = new java.util.HashMap<>(sums);
                doubt(kept);
                out.writeInt(MAGIC);
                out.writeInt(kept.size());
                for (Map.Entry<String, Sum> e : kept.entrySet()) {
                    Listing.Entry entry = e.getValue().entry;
                    out.writeUTF(e.getKey());
                    out.writeLong(entry.size());
                    out.writeLong(entry.modified());
                    out.writeLong(entry.changed());
                    out.writeLong(entry.number());
                    out.writeLong(e.getValue().crc);
                    out.writeLong(e.getValue().whole);
                }
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            fresh = false;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
