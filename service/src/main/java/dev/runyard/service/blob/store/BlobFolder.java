package dev.runyard.service.blob.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Blobs as files {@code ab/abcdef…}. Written to a temporary name, hashed on the way, fsynced, renamed, folder fsynced.
 */
final class BlobFolder implements BlobStore {
    private final Path root;
    private final Spool temporary;

    BlobFolder(Path root) throws IOException {
        this.root = Spool.folder(root);
        this.temporary = new Spool(root.resolve("tmp"));
    }

    private Path path(BlobHash hash) {
        return root.resolve(hash.hex().substring(0, 2)).resolve(hash.hex());
    }

    @Override
    public Received receive(InputStream in, long limit) throws IOException {
        return new Written(temporary.receive(in, limit));
    }

    @Override
    public long arrived(BlobHash hash, String sender) throws IOException {
        Path part = part(hash, sender);
        return Files.exists(part) ? Files.size(part) : 0;
    }

    @Override
    public long append(BlobHash hash, String sender, long from, InputStream in) throws IOException {
        return Spool.append(part(hash, sender), from, in);
    }

    @Override
    public Received joined(BlobHash hash, String sender) throws IOException {
        return new Written(Spool.arrived(part(hash, sender)));
    }

    private Path part(BlobHash hash, String sender) {
        return temporary.resolve(hash.hex() + "-" + sender + ".part");
    }

    @Override
    public OptionalLong size(BlobHash hash) throws IOException {
        Path file = path(hash);
        return Files.isRegularFile(file) ? OptionalLong.of(Files.size(file)) : OptionalLong.empty();
    }

    @Override
    public InputStream open(BlobHash hash, long from, long count) throws IOException {
        FileChannel file = FileChannel.open(path(hash), StandardOpenOption.READ);
        return new Stretch(Channels.newInputStream(file.position(from)), count);
    }

    @Override
    public Optional<Path> file(BlobHash hash) {
        return Optional.of(path(hash));
    }

    @Override
    public void setAside(BlobHash hash) throws IOException {
        Path file = path(hash);
        Files.move(file, file.resolveSibling(hash.hex() + ".damaged"), StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(BlobHash hash) throws IOException {
        Files.deleteIfExists(path(hash));
    }

    @Override
    public int clean(Duration olderThan) throws IOException {
        return temporary.clean(olderThan);
    }

    private final class Written implements Received {
        private final Spool.Arrived bytes;

        Written(Spool.Arrived bytes) {
            this.bytes = bytes;
        }

        @Override
        public BlobHash hash() {
            return bytes.hash();
        }

        @Override
        public long size() {
            return bytes.size();
        }

        @Override
        public void carry() {
            // They are beside their place already.
        }

        @Override
        public void name() throws IOException {
            Path target = path(hash());
            Path folder = target.getParent();
            if (folder == null) {
                throw new IllegalStateException("a blob's path has a folder");
            }
            if (!Files.isDirectory(folder)) {
                Spool.folder(folder);
                sync(root);
            }
            Files.move(bytes.file(), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            sync(folder);
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(bytes.file());
        }
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
