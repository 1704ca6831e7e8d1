package dev.runyard.service.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The lab's folder, held by one service at a time. Folders in it are 0700, secrets 0600. */
public final class Home implements AutoCloseable {
    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;

    private Home(Path folder, FileChannel channel, FileLock lock) {
        this.folder = folder;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Makes the folder if it is missing and takes its lock, which the kernel gives back when the process dies.
     *
     * @throws StartFailure when another process holds it, or the folder cannot be written
     */
    public static Home open(Path folder) {
        try {
            ownerOnly(privateFolder(folder), "rwx------");
            FileChannel channel = FileChannel.open(
                    folder.resolve("lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                String holder = holder(channel);
                channel.close();
                throw new StartFailure(
                        folder + " is in use by a service" + holder,
                        "stop it with \"runyard down\", or set RUNYARD_HOME to another folder");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
                    0);
            return new Home(folder, channel, lock);
        } catch (IOException e) {
            throw new StartFailure(
                    "cannot write to " + folder + " (" + e.getClass().getSimpleName() + ")",
                    "make it writable for this user, or set RUNYARD_HOME to another folder",
                    e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(20);
        channel.read(pid, 0);
        String text = new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).strip();
        return text.matches("\\d+") ? " (pid " + text + ")" : "";
    }

    public Path folder() {
        return folder;
    }

    /** Makes a folder that only its owner can enter; one that exists keeps its rights. */
    public static Path privateFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        return folder;
    }

    /** What was opened to others, by hand or by an older version, is closed to them. */
    private static void ownerOnly(Path path, String rights) throws IOException {
        Set<PosixFilePermission> wanted = PosixFilePermissions.fromString(rights);
        if (!wanted.containsAll(Files.getPosixFilePermissions(path))) {
            Files.setPosixFilePermissions(path, wanted);
        }
    }

    /** Reads a secret of the given number of random bytes (base64url), making it on first use. Two makers agree on one. */
    public static String secret(Path file, int bytes) {
        return secret(file, "", bytes);
    }

    /** @param prefix that the secret begins with */
    public static String secret(Path file, String prefix, int bytes) {
        Path folder = folderOf(file);
        try {
            privateFolder(folder);
            if (!Files.exists(file)) {
                byte[] random = new byte[bytes];
                new SecureRandom().nextBytes(random);
                Path fresh = Files.createTempFile(folder, "secret", null);
                Files.writeString(
                        fresh, prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(random));
                try {
                    Files.createLink(file, fresh);
                } catch (java.nio.file.FileAlreadyExistsException e) {
                    // Another process was first; its secret is the one.
                } finally {
                    Files.delete(fresh);
                }
            }
            ownerOnly(file, "rw-------");
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new StartFailure("cannot read or make the secret " + file, "check the rights of its folder", e);
        }
    }

    /** Replaces a file in one step, so that a reader sees the old or the new text, never a part. */
    public static void replace(Path file, String text) throws IOException {
        Path fresh = Files.createTempFile(folderOf(file), "replace", ".tmp");
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
