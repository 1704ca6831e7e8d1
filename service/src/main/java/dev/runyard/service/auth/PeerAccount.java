package dev.runyard.service.auth;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which account of this machine is at the other end of a connection. A browser sends its cookies to every port of 127.0.0.1, so one
 * whose owner visits another account's server gives the cookie away; it is worth nothing there, because it serves connections of the
 * account that signed in and no other. Linux only; elsewhere, and for connections from outside, nobody knows.
 */
final class PeerAccount {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final String ESTABLISHED = "01";

    private final Map<HttpConnection, Optional<Integer>> known = Collections.synchronizedMap(new WeakHashMap<>());

    /** The uid; a connection keeps it for life. */
    Optional<Integer> of(HttpConnection connection) {
        return known.computeIfAbsent(connection, c -> find(c.remoteAddress(), c.localAddress()));
    }

    private static Optional<Integer> find(SocketAddress remote, SocketAddress local) {
        String theirs = hex(remote);
        String ours = hex(local);
        if (theirs == null || ours == null) {
            return Optional.empty();
        }
        Set<Integer> owners = new HashSet<>();
        for (Path table : TABLES) {
            try {
                for (String line : Files.readAllLines(table)) {
                    String[] column = line.strip().split("\\s+");
                    if (column.length > 7
                            && column[3].equals(ESTABLISHED)
                            && address(column[1]).equals(theirs)
                            && address(column[2]).equals(ours)) {
                        owners.add(Integer.valueOf(column[7]));
                    }
                }
            } catch (IOException e) {
                // No such table here.
            }
        }
        return owners.size() == 1 ? Optional.of(owners.iterator().next()) : Optional.empty();
    }

    /** An IPv4 address within IPv6 is the IPv4 address. */
    private static String address(String column) {
        return column.startsWith("0000000000000000FFFF0000") ? column.substring(24) : column;
    }

    /** As the kernel prints it: each 32 bits in the machine's own order, which is little-endian wherever we run. */
    private static @Nullable String hex(SocketAddress socket) {
        try {
            byte[] bytes = InetAddress.getByName(socket.hostAddress()).getAddress();
            StringBuilder text = new StringBuilder();
            for (int word = 0; word < bytes.length; word += 4) {
                for (int i = 3; i >= 0; i--) {
                    text.append(String.format("%02X", bytes[word + i]));
                }
            }
            return text.append(String.format(":%04X", socket.port())).toString();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
