package dev.runyard.agent.device;

import dev.runyard.vision.device.LocalDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/**
 * Holds that one process of this home at a time offers a device. The lock is the kernel's and ends with the process, so whoever
 * knows the secret in the locked file shows the service that the one before is gone: it need not wait until that one has been
 * silent for long enough.
 */
public final class DeviceLock implements AutoCloseable {
    private static final int SECRET_BYTES = 32;

    private final FileChannel held;
    private final String secret;

    private DeviceLock(FileChannel held, String secret) {
        this.held = held;
        this.secret = secret;
    }

    /** Another process offers the device. */
    public static final class Taken extends Exception {
        private static final long serialVersionUID = 1L;

        Taken(String message) {
            super(message);
        }
    }

    /**
     * @param patience for a process that is just leaving
     * @throws IllegalArgumentException when the home cannot be written
     */
    public static DeviceLock take(Path home, Machine machine, LocalDevice device, Duration patience)
            throws Taken, InterruptedException {
        String name = (machine.host() + "-" + device.key()).replaceAll("[^A-Za-z0-9._-]", "_");
        Path file = home.resolve("locks").resolve(name + ".lock");
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            long end = System.nanoTime() + patience.toNanos();
            while (!locked(channel)) {
                if (System.nanoTime() - end > 0) {
                    channel.close();
                    throw new Taken("another worker of this home" + holder(file) + " offers " + device.spelled()
                            + "; end it first, or leave the device to it");
                }
                Thread.sleep(100);
            }
            return new DeviceLock(channel, secret(file, channel));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + " cannot be written (" + e.getMessage() + "); set RUNYARD_HOME to a folder that can", e);
        }
    }

    /** 64 hex digits, the same for every process that held this lock. */
    public String secret() {
        return secret;
    }

    @Override
    public void close() throws IOException {
        held.close();
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // this very process has it
        }
    }

    /** Two lines: the secret, and who holds the lock, for people. */
    private static String secret(Path file, FileChannel channel) throws IOException {
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        List<String> lines = Files.readAllLines(file);
        String secret = lines.isEmpty() ? "" : lines.get(0);
        if (!secret.matches("[0-9a-f]{" + 2 * SECRET_BYTES + "}")) {
            byte[] random = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(random);
            secret = HexFormat.of().formatHex(random);
        }
        String text = secret + "\n" + ProcessHandle.current().pid() + "\n";
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
        channel.force(true);
        return secret;
    }

    private static String holder(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.size() > 1 ? " (pid " + lines.get(1) + ")" : "";
        } catch (IOException e) {
            return "";
        }
    }
}
