package dev.runyard.service.blob;

import dev.runyard.service.http.Problem;
import dev.runyard.spec.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Blobs as files {@code ab/abcdef…}. A file is there whole or not at all: written to a temporary name, hashed on the way, fsynced,
 * renamed, folder fsynced. One folder may serve several replicas.
 */
final class BlobFolder {
    private static final int CHUNK = 1 << 16;

    private final Path root;
    private final Path temporary;

    BlobFolder(Path root) throws IOException {
        this.root = folder(root);
        this.temporary = folder(root.resolve("tmp"));
    }

    /** Bytes that were received and hashed but have no name yet. Closing it forgets them unless they were named. */
    record Received(Path file, BlobHash hash, long size) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            Files.deleteIfExists(file);
        }
    }

    Path path(BlobHash hash) {
        return root.resolve(hash.hex().substring(0, 2)).resolve(hash.hex());
    }

    /**
     * Reads to the end of the stream, durable when this returns.
     *
     * @throws Problem 413 beyond {@code limit} bytes, 507 when the disk is full
     */
    Received receive(InputStream in, long limit) throws IOException {
        Path file = Files.createTempFile(temporary, "put-", ".part");
        boolean done = false;
        try {
            MessageDigest digest = Sha256.digest();
            long size = 0;
            byte[] chunk = new byte[CHUNK];
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
                for (int n = read(in, chunk); n >= 0; n = read(in, chunk)) {
                    size += n;
                    if (size > limit) {
                        throw tooLarge(limit);
                    }
                    digest.update(chunk, 0, n);
                    write(out, ByteBuffer.wrap(chunk, 0, n));
                }
                force(out);
            }
            done = true;
            return new Received(file, BlobHash.of(digest), size);
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * How many bytes of an upload in pieces are here; 0 when none was begun.
     *
     * @param sender whose upload it is: nobody completes what somebody else began
     */
    long arrived(BlobHash hash, String sender) throws IOException {
        Path part = part(hash, sender);
        return Files.exists(part) ? Files.size(part) : 0;
    }

    /**
     * Adds a piece of an upload at its place. What arrives of a piece that is cut off counts, so its sender goes on behind it.
     *
     * @param from at most {@link #arrived}
     * @return how many bytes are here now
     * @throws Problem 400 when the piece is cut off, 507 when the disk is full
     */
    long append(BlobHash hash, String sender, long from, InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (FileChannel out =
                FileChannel.open(part(hash, sender), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.truncate(from);
            out.position(from);
            for (int n = read(in, chunk); n >= 0; n = read(in, chunk)) {
                write(out, ByteBuffer.wrap(chunk, 0, n));
            }
            return out.position();
        }
    }

    /** The pieces together, hashed and durable; the same as {@link #receive} gives for one stream. */
    Received joined(BlobHash hash, String sender) throws IOException {
        Path part = part(hash, sender);
        try (FileChannel file = FileChannel.open(part, StandardOpenOption.WRITE)) {
            force(file);
        }
        return new Received(part, hashOf(part), Files.size(part));
    }

    /** SHA-256 of what a file holds now. */
    static BlobHash hashOf(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new BlobHash(Sha256.of(in));
        }
    }

    /** Takes the name from a file that does not hold what it says; the bytes stay beside it for whoever wants to look. */
    void setAside(BlobHash hash) throws IOException {
        Path file = path(hash);
        Files.move(file, file.resolveSibling(hash.hex() + ".damaged"), StandardCopyOption.REPLACE_EXISTING);
    }

    private Path part(BlobHash hash, String sender) {
        return temporary.resolve(hash.hex() + "-" + sender + ".part");
    }

    /** A sender that went away is no fault of this side. */
    private static int read(InputStream in, byte[] chunk) {
        try {
            return in.read(chunk);
        } catch (IOException e) {
            throw Problem.of(400, "BODY_CUT_OFF", "The body ended before all of it arrived; send the rest.");
        }
    }

    static Problem tooLarge(long limit) {
        return Problem.tooLarge("An artifact may have at most " + limit + " bytes.", limit);
    }

    /** Gives received bytes their name; durable when this returns. */
    void name(Received received) throws IOException {
        Path target = path(received.hash());
        Path folder = target.getParent();
        if (folder == null) {
            throw new IllegalStateException("a blob's path has a folder");
        }
        if (!Files.isDirectory(folder)) {
            folder(folder);
            sync(root);
        }
        Files.move(received.file(), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(folder);
    }

    /** Deletes what interrupted uploads left behind. */
    int clean(Duration olderThan) throws IOException {
        Instant limit = Instant.now().minus(olderThan);
        int deleted = 0;
        try (Stream<Path> files = Files.list(temporary)) {
            List<Path> parts = files.toList();
            for (Path part : parts) {
                if (Files.getLastModifiedTime(part).toInstant().isBefore(limit) && Files.deleteIfExists(part)) {
                    deleted++;
                }
            }
        }
        return deleted;
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw full(e);
        }
    }

    private static void force(FileChannel out) throws IOException {
        try {
            out.force(true);
        } catch (IOException e) {
            throw full(e);
        }
    }

    /** The JDK tells a full disk apart by the system's message alone. */
    private static IOException full(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space left")
                || message.contains("quota exceeded")
                || message.contains("file too large")) {
            throw Problem.of(
                    507,
                    "DISK_FULL",
                    "The artifact store's disk is full; nothing was stored. Free space and send again.");
        }
        return e;
    }

    private static Path folder(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            // Another upload was faster, or the lab was started before.
        }
        return folder;
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
