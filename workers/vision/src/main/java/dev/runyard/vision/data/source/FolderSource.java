package dev.runyard.vision.data.source;

import dev.runyard.vision.file.Gate;
import dev.runyard.vision.image.ImageGuard;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** A folder, as it was when it was opened: a file that is another one when it is read is refused. */
final class FolderSource implements Source {
    private static final long READ_WHOLE = 2L << 30;
    private static final int END = 4_096;

    /** Bytes of a file that is read in one piece: most are images, and for a stream each wants buffers that are larger than it. */
    private static final long AT_ONCE = 1 << 20;

    private final Path root;
    private final Gate gate;
    private final Listing listing;
    private final NavigableMap<String, Long> sizes = new TreeMap<>();
    private final boolean whole;
    private final Checksums checksums;

    private FolderSource(Path root, Gate gate, Listing listing, @Nullable Path cache) {
        this.root = root;
        this.gate = gate;
        this.listing = listing;
        listing.files().forEach((path, entry) -> sizes.put(path, entry.size()));
        this.whole = sizes.values().stream().mapToLong(Long::longValue).sum() <= READ_WHOLE;
        this.checksums = Checksums.of(cache, root, whole ? "whole" : "ends");
    }

    /**
     * Lists the folder.
     *
     * @param gate of whatever is read
     * @param cache remembers checksums; null for none
     */
    static FolderSource open(Path root, Gate gate, List<Path> more, @Nullable Path cache) throws IOException {
        Path real = gate.folder(root);
        Gate below = gate.below(real, more);
        return new FolderSource(real, below, Listing.of(real, below), cache);
    }

    @Override
    public NavigableMap<String, Long> files() {
        return Collections.unmodifiableNavigableMap(sizes);
    }

    @Override
    public Set<String> folders() {
        return listing.folders();
    }

    @Override
    public NavigableMap<String, String> faults() {
        return listing.faults();
    }

    @Override
    public List<String> notes() {
        return Noise.note(listing.skipped(), listing.firstSkipped());
    }

    @Override
    public byte[] read(String path) throws IOException {
        byte[] bytes = gate.whole(readable(path), ImageGuard.MAX_BYTES);
        if (!same(path, crc(bytes))) {
            throw new DataException(
                    "DATA_CHANGED", path + " is another file than when the data set was opened; start again");
        }
        return bytes;
    }

    private boolean same(String path, long crc) throws IOException {
        Listing.@Nullable Entry entry = listing.files().get(path);
        if (entry == null) {
            return true;
        }
        if (whole) {
            @Nullable Long known = checksums.known(path, entry);
            return known == null || known == crc;
        }
        return entry.size() <= 2 * END || checksums.wasRead(path, entry, crc);
    }

    /** The file's path, unless it is known that it cannot be read. */
    private Path readable(String path) throws DataException {
        @Nullable String fault = listing.faults().get(path);
        if (fault != null) {
            throw new DataException("MISSING_FILE", path + " " + fault);
        }
        return root.resolve(path);
    }

    @Override
    public byte[] read(String path, long offset, int length) throws IOException {
        try (FileChannel channel = gate.channel(readable(path))) {
            ByteBuffer buffer = ByteBuffer.allocate(length);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, offset + buffer.position()) < 0) {
                    throw new DataException("UNREADABLE_IMAGE", path + " ends at byte " + (offset + buffer.position()));
                }
            }
            return buffer.array();
        }
    }

    @Override
    public InputStream stream(String path) throws IOException {
        return gate.stream(readable(path));
    }

    private @Nullable Long known(String path) {
        Listing.@Nullable Entry entry = listing.files().get(path);
        return entry == null ? null : checksums.known(path, entry);
    }

    @Override
    public long checksum(String path) throws IOException {
        if (listing.faults().containsKey(path)) {
            return 0;
        }
        @Nullable Long known = known(path);
        if (known != null) {
            return known;
        }
        Listing.Entry entry = Objects.requireNonNull(listing.files().get(path), path);
        if (!whole && entry.size() > 2 * END) {
            return checksums.byEnds(path, entry, ends(path, entry.size()), this::all);
        }
        long crc = all(path);
        checksums.put(path, entry, crc);
        return crc;
    }

    private long all(String path) throws IOException {
        if (sizes.getOrDefault(path, Long.MAX_VALUE) <= AT_ONCE) {
            return crc(gate.whole(readable(path), ImageGuard.MAX_BYTES));
        }
        CRC32 crc = new CRC32();
        try (InputStream in = stream(path)) {
            byte[] piece = new byte[1 << 16];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                crc.update(piece, 0, n);
            }
        }
        return crc.getValue();
    }

    private long ends(String path, long size) throws IOException {
        CRC32 crc = new CRC32();
        for (byte[] end : List.of(read(path, 0, END), read(path, size - END, END))) {
            crc.update(end);
        }
        return crc.getValue();
    }

    private static long crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }

    @Override
    public void hashed() throws IOException {
        checksums.save();
    }

    @Override
    public String name() {
        return root.toString();
    }

    @Override
    public void close() throws IOException {
        checksums.save();
    }
}
