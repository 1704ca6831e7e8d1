package dev.runyard.cli.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells our service's process from another one that got its number. */
final class ServiceProcess {
    static final String MARK = "quarkus-run.jar";

    private ServiceProcess() {}

    static boolean isService(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()
                && commandLine(pid).contains(MARK);
    }

    /** The whole command line; {@link ProcessHandle.Info} cuts it off. Where there is no /proc, the mark is taken on trust. */
    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"))
                    .replace('\0', ' ');
        } catch (IOException e) {
            return Files.isDirectory(Path.of("/proc")) ? "" : MARK;
        }
    }
}
