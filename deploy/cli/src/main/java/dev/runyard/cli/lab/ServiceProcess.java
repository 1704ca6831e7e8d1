package dev.runyard.cli.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Tells our service's process from another one that got its number, be it another lab's service. */
final class ServiceProcess {
    private static final String MARK = "quarkus-run.jar";

    private ServiceProcess() {}

    /** Whether this process is the service that holds the lock of {@code home}. Where there is no /proc, it is taken on trust. */
    static boolean isServiceOf(Path home, long pid) {
        if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
            return false;
        }
        Path process = Path.of("/proc", Long.toString(pid));
        if (!Files.isDirectory(Path.of("/proc/self"))) {
            return true;
        }
        try {
            // The whole command line; ProcessHandle.Info cuts it off.
            return Files.readString(process.resolve("cmdline")).contains(MARK)
                    && hasOpen(process, home.resolve("lock").toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean hasOpen(Path process, Path file) throws IOException {
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            return descriptors.anyMatch(descriptor -> {
                try {
                    return Files.readSymbolicLink(descriptor).equals(file);
                } catch (IOException e) {
                    return false; // closed meanwhile
                }
            });
        }
    }
}
