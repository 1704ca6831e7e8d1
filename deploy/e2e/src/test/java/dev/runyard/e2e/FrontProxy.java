package dev.runyard.e2e;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * What stands in front of the services of a lab, as {@code deploy/compose/nginx.conf} says it: TLS, forwarded headers of its own and
 * nobody else's, the services in turns, and the next one where one does not take the connection. One request a connection, which ends
 * with the answer, so nobody waits for what the other end of a connection that was kept may still send.
 */
final class FrontProxy implements AutoCloseable {
    private static final int LONGEST_HEAD = 64 << 10;
    private static final Duration HEAD_WITHIN = Duration.ofMinutes(1);
    private static final List<String> OWN =
            List.of("connection:", "keep-alive:", "forwarded:", "x-forwarded-", "proxy-connection:");

    private final SSLServerSocket door;
    private final List<Integer> services;
    private final AtomicInteger turn = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "front-proxy");
        thread.setDaemon(true);
        return thread;
    });

    /** @param services ports on loopback */
    FrontProxy(SSLContext serving, int port, List<Integer> services) throws IOException {
        this.services = services;
        door = (SSLServerSocket)
                serving.getServerSocketFactory().createServerSocket(port, 200, InetAddress.getLoopbackAddress());
        threads.execute(this::open);
    }

    private void open() {
        while (!door.isClosed()) {
            try {
                SSLSocket caller = (SSLSocket) door.accept();
                threads.execute(() -> serve(caller));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(SSLSocket caller) {
        try (caller) {
            caller.setTcpNoDelay(true);
            caller.setSoTimeout((int) HEAD_WITHIN.toMillis());
            InputStream in = new BufferedInputStream(caller.getInputStream());
            String head = head(in);
            if (head.isEmpty()) {
                return;
            }
            caller.setSoTimeout(0);
            try (Socket service = next()) {
                if (service == null) {
                    caller.getOutputStream()
                            .write("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    return;
                }
                OutputStream out = service.getOutputStream();
                out.write(passed(head, caller).getBytes(StandardCharsets.ISO_8859_1));
                threads.execute(() -> {
                    pump(in, out);
                    close(service); // nobody is there to read its answer
                });
                pump(service.getInputStream(), caller.getOutputStream());
            }
        } catch (IOException e) {
            // Either end went away; the other notices.
        }
    }

    /** Each is tried once, whoever else asks meanwhile; null where none takes a connection. */
    private Socket next() {
        int first = turn.getAndIncrement();
        for (int tried = 0; tried < services.size(); tried++) {
            int port = services.get(Math.floorMod(first + tried, services.size()));
            Socket service = new Socket();
            try {
                service.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
                service.setTcpNoDelay(true);
                return service;
            } catch (IOException e) {
                close(service);
            }
        }
        return null;
    }

    private static String passed(String head, SSLSocket caller) {
        StringBuilder passed = new StringBuilder();
        for (String line : head.split("\r\n")) {
            String name = line.toLowerCase(Locale.ROOT);
            if (OWN.stream().noneMatch(name::startsWith)) {
                passed.append(line).append("\r\n");
            }
        }
        return passed.append("X-Forwarded-For: ")
                .append(caller.getInetAddress().getHostAddress())
                .append("\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n")
                .toString();
    }

    /** Without the empty line at its end; empty where the caller left, or never came to an end. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int ends = 0;
        while (ends < 4 && head.size() < LONGEST_HEAD) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.write(next);
            ends = next == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : next == '\r' ? 1 : 0;
        }
        return ends < 4 ? "" : head.toString(StandardCharsets.ISO_8859_1).strip();
    }

    private static void pump(InputStream from, OutputStream to) {
        byte[] some = new byte[16 << 10];
        try {
            for (int n = from.read(some); n >= 0; n = from.read(some)) {
                to.write(some, 0, n);
                to.flush();
            }
        } catch (IOException e) {
            // Either end went away; the other notices.
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        threads.shutdownNow();
    }
}
