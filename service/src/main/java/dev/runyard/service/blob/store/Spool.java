package dev.runyard.service.blob.store;

import dev.runyard.service.http.Problem;
import dev.runyard.spec.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A folder of what arrives, hashed on the way and fsynced at its end. */
final class Spool {
    private static final int CHUNK = 1 << 16;

    private final Path folder;

    Spool(Path folder) throws IOException {
        this.folder = folder(folder);
    }

    /** A file of the spool, and what it holds. */
    record Arrived(Path file, BlobHash hash, long size) {}

    Path resolve(String name) {
        return folder.resolve(name);
    }

    /** See {@link BlobStore#receive}. */
    Arrived receive(InputStream in, long limit) throws IOException {
        Path file = Files.createTempFile(folder, "put-", ".part");
        boolean done = false;
        try {
            MessageDigest digest = Sha256.digest();
            long size = 0;
            byte[] chunk = new byte[CHUNK];
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
                for (int n = read(in, chunk); n >= 0; n = read(in, chunk)) {
                    size += n;
                    if (size > limit) {
                        throw BlobStore.tooLarge(limit);
                    }
                    digest.update(chunk, 0, n);
                    write(out, ByteBuffer.wrap(chunk, 0, n));
                }
                force(out);
            }
            done = true;
            return new Arrived(file, BlobHash.of(digest), size);
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Cuts a file at a place and writes the stream behind it. */
    static long append(Path file, long from, InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.truncate(from);
            out.position(from);
            for (int n = read(in, chunk); n >= 0; n = read(in, chunk)) {
                write(out, ByteBuffer.wrap(chunk, 0, n));
            }
            return out.position();
        }
    }

    /** What a file holds, durable. */
    static Arrived arrived(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            force(channel);
        }
        return new Arrived(file, new BlobHash(Sha256.of(file)), Files.size(file));
    }

    int clean(Duration olderThan) throws IOException {
        Instant limit = Instant.now().minus(olderThan);
        int deleted = 0;
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> parts = files.toList();
            for (Path part : parts) {
                if (Files.getLastModifiedTime(part).toInstant().isBefore(limit) && Files.deleteIfExists(part)) {
                    deleted++;
                }
            }
        }
        return deleted;
    }

    /** A sender that went away is no fault of this side. */
    static int read(InputStream in, byte[] chunk) {
        try {
            return in.read(chunk);
        } catch (IOException e) {
            throw cutOff();
        }
    }

    static Problem cutOff() {
        return Problem.of(400, "BODY_CUT_OFF", "The body ended before all of it arrived; send the rest.");
    }

    static Problem full() {
        return Problem.of(
                507, "DISK_FULL", "The artifact store's disk is full; nothing was stored. Free space and send again.");
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
            throw full();
        }
        return e;
    }

    /** Makes a folder that nobody else may look into, where there is none. */
    static Path folder(Path folder) throws IOException {
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
}
