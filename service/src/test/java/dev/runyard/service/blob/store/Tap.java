package dev.runyard.service.blob.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Stands before a server on loopback and passes bytes on, refuses, delays or cuts, one connection after another. */
final class Tap implements Closeable {
    /** Connections that are answered 503 before anything is passed on again. */
    final AtomicInteger busy = new AtomicInteger();

    /** Connections whose answer ends after {@link #cutAfter} bytes. */
    final AtomicInteger cuts = new AtomicInteger();

    final AtomicInteger connections = new AtomicInteger();

    /** Bytes of answers that were passed on. */
    final AtomicLong answered = new AtomicLong();

    /** Requests whose first line has this are answered 403; null: none. */
    volatile @Nullable String forbidden;

    volatile int cutAfter = 100_000;

    /** Before each connection's first byte is passed on. */
    volatile long delayMillis;

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Tap(int target) throws IOException {
        this.target = target;
        start(this::accept);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** From now on; connections that wait for their next request are closed. */
    void busyFor(int count) throws IOException {
        busy.set(count);
        drop();
    }

    void drop() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() throws IOException {
        while (!server.isClosed()) {
            Socket client = server.accept();
            connections.incrementAndGet();
            open.add(client);
            start(() -> serve(client));
        }
    }

    private void serve(Socket client) throws IOException {
        try (client) {
            pause();
            if (busy.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                // What comes is read first, so that the answer is not lost to a reset.
                client.setSoTimeout(300);
                drain(client.getInputStream());
                refuse(client, "503 Slow Down", "SlowDown");
                return;
            }
            boolean cut = cuts.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
                open.add(server);
                start(() -> ask(client, server));
                answer(server, client, cut ? cutAfter : Long.MAX_VALUE);
                open.remove(server);
            }
        } finally {
            open.remove(client);
        }
    }

    private void pause() {
        try {
            Thread.sleep(delayMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void drain(InputStream in) throws IOException {
        try {
            byte[] some = new byte[1 << 16];
            while (in.read(some) >= 0) {
                // until it is quiet
            }
        } catch (java.net.SocketTimeoutException e) {
            // All of the request is here.
        }
    }

    private static void refuse(Socket client, String status, String code) throws IOException {
        String body = "<Error><Code>" + code + "</Code><Message>Not now, or not you.</Message></Error>";
        client.getOutputStream()
                .write(("HTTP/1.1 " + status
                                + "\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
                                + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private void ask(Socket client, Socket server) throws IOException {
        byte[] bytes = new byte[1 << 14];
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
            String no = forbidden;
            // A request waits for the answer to the one before, so its first line begins what is read.
            if (no != null && firstLine(bytes, n).contains(no)) {
                refuse(client, "403 Forbidden", "AccessDenied");
                server.close();
                return;
            }
            out.write(bytes, 0, n);
        }
        server.shutdownOutput();
    }

    private static String firstLine(byte[] bytes, int length) {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1)
                .lines()
                .findFirst()
                .orElse("");
    }

    private void answer(Socket server, Socket client, long most) throws IOException {
        byte[] bytes = new byte[1 << 14];
        InputStream in = server.getInputStream();
        OutputStream out = client.getOutputStream();
        long left = most;
        for (int n = in.read(bytes); n >= 0 && left > 0; n = in.read(bytes)) {
            int passed = (int) Math.min(n, left);
            out.write(bytes, 0, passed);
            answered.addAndGet(passed);
            left -= passed;
        }
        client.shutdownOutput();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // The other side closed, or this one did.
                    }
                },
                "tap");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        drop();
    }
}
