package dev.runyard.vision.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** A folder; links are followed, because labs keep large data elsewhere. */
final class FolderSource implements Source {
    private static final long READ_WHOLE = 2L << 30;
    private static final int END = 4_096;

    private final Path root;
    private final NavigableMap<String, Long> files;
    private final Set<String> folders;
    private final boolean whole;
    private final Map<String, Long> checksums = new ConcurrentHashMap<>();

    private FolderSource(Path root, NavigableMap<String, Long> files, Set<String> folders) {
        this.root = root;
        this.files = Collections.unmodifiableNavigableMap(files);
        this.folders = Collections.unmodifiableSet(folders);
        this.whole = files.values().stream().mapToLong(Long::longValue).sum() <= READ_WHOLE;
    }

    static FolderSource open(Path root) throws IOException {
        NavigableMap<String, Long> files = new TreeMap<>();
        Set<String> folders = new TreeSet<>();
        try (Stream<Path> walk = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
            for (Path path : (Iterable<Path>) walk::iterator) {
                String name = root.relativize(path).toString().replace('\\', '/');
                if (name.isEmpty() || Source.hidden(name)) {
                    continue;
                }
                if (Files.isDirectory(path)) {
                    folders.add(name);
                } else if (Files.isRegularFile(path)) {
                    files.put(name, Files.size(path));
                }
            }
        } catch (java.io.UncheckedIOException e) {
            throw new DataException("NO_DATASET", root + " cannot be listed: " + e.getMessage(), e);
        }
        return new FolderSource(root, files, folders);
    }

    @Override
    public NavigableMap<String, Long> files() {
        return files;
    }

    @Override
    public Set<String> folders() {
        return folders;
    }

    @Override
    public byte[] read(String path) throws IOException {
        return Files.readAllBytes(root.resolve(path));
    }

    @Override
    public byte[] read(String path, long offset, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(root.resolve(path), StandardOpenOption.READ)) {
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
        return new BufferedInputStream(Files.newInputStream(root.resolve(path)), 1 << 16);
    }

    @Override
    public long checksum(String path) throws IOException {
        Long known = checksums.get(path);
        if (known == null) {
            known = compute(path);
            checksums.put(path, known);
        }
        return known;
    }

    private long compute(String path) throws IOException {
        CRC32 crc = new CRC32();
        long size = files.getOrDefault(path, 0L);
        if (whole || size <= 2 * END) {
            crc.update(read(path));
        } else {
            for (byte[] end : List.of(read(path, 0, END), read(path, size - END, END))) {
                crc.update(end);
            }
        }
        return crc.getValue();
    }

    @Override
    public String name() {
        return root.toString();
    }

    @Override
    public void close() {}
}
