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

/** Stands before a server on loopback and passes bytes on, refuses, delays or cuts, one connection after another. */
final class Tap implements Closeable {
    /** Connections that are answered 503 before anything is passed on again. */
    final AtomicInteger busy = new AtomicInteger();

    /** Connections whose answer ends after {@link #cutAfter} bytes. */
    final AtomicInteger cuts = new AtomicInteger();

    final AtomicInteger connections = new AtomicInteger();

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
                refuse(client);
                return;
            }
            boolean cut = cuts.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
                open.add(server);
                start(() -> pass(client, server, Long.MAX_VALUE));
                pass(server, client, cut ? cutAfter : Long.MAX_VALUE);
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

    private static void refuse(Socket client) throws IOException {
        // What comes is read first, so that the answer is not lost to a reset.
        client.setSoTimeout(300);
        InputStream in = client.getInputStream();
        try {
            byte[] some = new byte[1 << 16];
            while (in.read(some) >= 0) {
                // until it is quiet
            }
        } catch (java.net.SocketTimeoutException e) {
            // All of the request is here.
        }
        String body = "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>";
        client.getOutputStream()
                .write(
                        ("HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
                                        + body.length() + "\r\n\r\n" + body)
                                .getBytes(StandardCharsets.US_ASCII));
    }

    private static void pass(Socket from, Socket to, long most) throws IOException {
        byte[] bytes = new byte[1 << 14];
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        long left = most;
        for (int n = in.read(bytes); n >= 0 && left > 0; n = in.read(bytes)) {
            out.write(bytes, 0, (int) Math.min(n, left));
            left -= n;
        }
        to.shutdownOutput();
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
