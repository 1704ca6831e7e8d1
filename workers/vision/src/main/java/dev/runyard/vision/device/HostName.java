package dev.runyard.vision.device;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine is called. */
public final class HostName {
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    private HostName() {}

    /** Also where no name service knows it; {@code localhost} where it has none. */
    public static String here() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return kernel();
        }
    }

    private static String kernel() {
        try {
            String name = Files.readString(KERNEL).strip();
            return name.isEmpty() || name.equals("(none)") ? "localhost" : name;
        } catch (IOException e) {
            return "localhost"; // not Linux
        }
    }
}
