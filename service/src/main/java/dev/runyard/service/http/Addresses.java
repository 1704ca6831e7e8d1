package dev.runyard.service.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Where a request comes from, and how. What a proxy says of it counts where the service was told of that proxy (Quarkus does so). */
public final class Addresses {
    private static final List<String> FORWARDED =
            List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto");

    private Addresses() {}

    /** The address of whoever asks; empty where nobody tells. */
    public static String of(HttpServerRequest request) {
        SocketAddress remote = request.remoteAddress();
        String host = remote == null ? null : remote.hostAddress();
        return host == null ? "" : host;
    }

    /** Whether the browser's end of the way is encrypted. */
    public static boolean secure(HttpServerRequest request) {
        return request.isSSL() || "https".equalsIgnoreCase(request.scheme());
    }

    /** Whether it comes from this machine itself, not by way of a proxy that runs here. */
    public static boolean ofThisMachine(HttpServerRequest request) {
        SocketAddress peer = request.connection().remoteAddress();
        try {
            return peer != null
                    && peer.hostAddress() != null
                    && InetAddress.getByName(peer.hostAddress()).isLoopbackAddress()
                    && FORWARDED.stream().noneMatch(request.headers()::contains);
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
