package dev.runyard.service.boot;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Free ports, and who has a busy one. */
public final class Ports {
    private Ports() {}

    /** A port of the loopback address that nobody listens on now. */
    public static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public static boolean busy(String address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** The process that listens on a port, where the system lets us see it. */
    public static Optional<Long> holder(int port) {
        Optional<String> inode = Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .flatMap(table -> lines(Path.of(table)).stream())
                .map(line -> line.strip().split("\\s+"))
                .filter(column -> column.length > 9
                        && column[3].equals("0A")
                        && column[1].endsWith(String.format(Locale.ROOT, ":%04X", port)))
                .map(column -> column[9])
                .findFirst();
        return inode.flatMap(Ports::processWith);
    }

    private static Optional<Long> processWith(String inode) {
        String wanted = "socket:[" + inode + "]";
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.map(ProcessHandle::pid)
                    .filter(pid -> hasOpen(pid, wanted))
                    .findFirst();
        }
    }

    private static boolean hasOpen(long pid, String wanted) {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.anyMatch(descriptor -> {
                try {
                    return Files.readSymbolicLink(descriptor).toString().equals(wanted);
                } catch (IOException e) {
                    return false;
                }
            });
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> lines(Path table) {
        try {
            return Files.readAllLines(table);
        } catch (IOException e) {
            return List.of();
        }
    }
}
