package dev.runyard.vision.data.source;

import dev.runyard.spec.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * CRC-32 of a folder's files by size and times, kept in the cache's folder, so that opening a data set again reads only what was
 * changed. Safe for use by several threads.
 */
final class Checksums {
    private static final int MAGIC = 0x52594331;
    /** A file that was changed while or just after it was read may have the same times: such a checksum is not kept. */
    private static final long SETTLED = TimeUnit.SECONDS.toNanos(2);

    private record Sum(Listing.Entry entry, long crc) {}

    private final Map<String, Sum> sums = new ConcurrentHashMap<>();
    private final @Nullable Path file;
    private final long opened = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    private volatile boolean fresh;

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
        Checksums sums =
                new Checksums(cache.resolve(Sha256.of(root + "|" + rule).substring(0, 20) + ".sums"));
        sums.read();
        return sums;
    }

    /** Null when the file was never read as it is now. */
    @Nullable
    Long known(String path, Listing.Entry entry) {
        @Nullable Sum sum = sums.get(path);
        return sum != null && sum.entry.equals(entry) ? Long.valueOf(sum.crc) : null;
    }

    void put(String path, Listing.Entry entry, long crc) {
        sums.put(path, new Sum(entry, crc));
        fresh = true;
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
                sums.put(path, new Sum(entry, in.readLong()));
            }
        } catch (IOException e) {
            // Without it the files are read again, which is all it saves.
            sums.clear();
        }
    }

    /** Writes what is new, without what was changed too shortly before. */
    synchronized void save() throws IOException {
        if (file == null || !fresh) {
            return;
        }
        Files.createDirectories(file.getParent());
        Path temporary = Files.createTempFile(file.getParent(), file.getFileName() + ".", ".tmp");
        try {
            try (DataOutputStream out =
                    new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16))) {
                Map<String, Sum> kept = new java.util.HashMap<>(sums);
                kept.values().removeIf(sum -> Math.max(sum.entry.changed(), sum.entry.modified()) > opened - SETTLED);
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
                }
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            fresh = false;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
