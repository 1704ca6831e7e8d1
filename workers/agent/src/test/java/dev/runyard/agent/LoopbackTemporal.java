package dev.runyard.agent;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.temporal.internal.testservice.GRPCServerHelper;
import io.temporal.internal.testservice.TestServicesStarter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Temporal's in-memory server on a loopback port, in real time, as the embedded lab starts it. */
final class LoopbackTemporal implements AutoCloseable {
    private final TestServicesStarter services = new TestServicesStarter(true, 0);
    private final Server server;

    LoopbackTemporal() throws IOException {
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        GRPCServerHelper.registerServicesAndHealthChecks(services.getServices(), builder);
        server = builder.build().start();
    }

    String target() {
        return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
        services.close();
    }
}
