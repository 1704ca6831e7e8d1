package dev.runyard.service.embedded;

import dev.runyard.service.boot.StartFailure;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.temporal.internal.testservice.GRPCServerHelper;
import io.temporal.internal.testservice.TestServicesStarter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Temporal's in-memory test server, in real time, on the loopback address only. It forgets everything when the process ends, which
 * is harmless because the reconciler starts again from rows whatever is not over.
 *
 * <p>Limits: no lists, counts, schedules or resets; the service uses none. The public {@code createPortBoundServer} would listen on
 * every address without authentication, hence these internal classes: check them when Temporal's version is raised.
 */
public final class EmbeddedTemporal implements AutoCloseable {
    private final TestServicesStarter services;
    private final Server server;

    private EmbeddedTemporal(TestServicesStarter services, Server server) {
        this.services = services;
        this.server = server;
    }

    /** Starts it on a free port. */
    public static EmbeddedTemporal start() {
        // The first argument locks time skipping: timers run in real time.
        TestServicesStarter services = new TestServicesStarter(true, 0);
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        GRPCServerHelper.registerServicesAndHealthChecks(services.getServices(), builder);
        try {
            return new EmbeddedTemporal(services, builder.build().start());
        } catch (IOException e) {
            services.close();
            throw new StartFailure(
                    "cannot start the embedded Temporal (" + e.getMessage() + ")",
                    "set RUNYARD_TEMPORAL to host:port of a Temporal server",
                    e);
        }
    }

    /** host:port for clients on this machine. */
    public String target() {
        return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        services.close();
    }
}
