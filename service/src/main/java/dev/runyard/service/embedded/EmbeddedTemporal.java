package dev.runyard.service.embedded;

import dev.runyard.service.boot.StartFailure;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.temporal.internal.testservice.GRPCServerHelper;
import io.temporal.internal.testservice.TestServicesStarter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/**
 * Temporal's in-memory test server, in real time, on the loopback address only. It forgets everything when the process ends, which
 * is harmless because the reconciler starts again from rows whatever is not over. Where it stops listening while the service lives,
 * the service has to end, so that its keeper starts both.
 *
 * <p>Limits: no lists, counts, schedules or resets; the service uses none. The public {@code createPortBoundServer} would listen on
 * every address without authentication, hence these internal classes: check them when Temporal's version is raised.
 */
public final class EmbeddedTemporal implements AutoCloseable {
    private final TestServicesStarter services;
    private static final long LOOK_MILLIS = 2_000;
    private static final int MOST_FAILURES = 4;

    private final Server server;
    private volatile boolean closing;

    private EmbeddedTemporal(TestServicesStarter services, Server server) {
        this.services = services;
        this.server = server;
    }

    /** Starts it on a free port; this process ends when it stops listening there. */
    public static EmbeddedTemporal start() {
        return start(() -> {
            System.err.println("runyard: the embedded Temporal ended; the service ends too, to be started again");
            System.exit(1);
        });
    }

    /** @param lost called, once, when it stops listening */
    static EmbeddedTemporal start(Runnable lost) {
        // The first argument locks time skipping: timers run in real time.
        TestServicesStarter services = new TestServicesStarter(true, 0);
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        GRPCServerHelper.registerServicesAndHealthChecks(services.getServices(), builder);
        try {
            EmbeddedTemporal temporal =
                    new EmbeddedTemporal(services, builder.build().start());
            Thread watch = new Thread(() -> temporal.watch(lost), "temporal-watch");
            watch.setDaemon(true);
            watch.start();
            return temporal;
        } catch (IOException e) {
            services.close();
            throw new StartFailure(
                    "cannot start the embedded Temporal (" + e.getMessage() + ")",
                    "set RUNYARD_TEMPORAL to host:port of a Temporal server",
                    e);
        }
    }

    private void watch(Runnable lost) {
        int failures = 0;
        while (failures < MOST_FAILURES && !server.isTerminated()) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
            failures = listens() ? 0 : failures + 1;
        }
        if (!closing) {
            lost.run();
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()), (int) LOOK_MILLIS);
            return true;
        } catch (IOException | IllegalStateException e) {
            return false;
        }
    }

    Server server() {
        return server;
    }

    /** host:port for clients on this machine. */
    public String target() {
        return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void close() {
        closing = true;
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        services.close();
    }
}
