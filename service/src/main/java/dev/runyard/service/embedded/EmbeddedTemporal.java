package dev.runyard.service.embedded;

import dev.runyard.service.boot.StartFailure;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.temporal.internal.testservice.GRPCServerHelper;
import io.temporal.internal.testservice.TestServicesStarter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/**
 * Temporal's in-memory test server, in real time, on the loopback address only, for callers with its key. It forgets everything when
 * the process ends, which is harmless because the reconciler starts again from rows whatever is not over. Where it stops listening
 * while the service lives, the service has to end, so that its keeper starts both.
 *
 * <p>Limits: no lists, counts, schedules or resets; the service uses none. The public {@code createPortBoundServer} would listen on
 * every address without authentication, hence these internal classes: check them when Temporal's version is raised.
 */
public final class EmbeddedTemporal implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final int KEY_BYTES = 32;
    private static final long LOOK_MILLIS = 2_000;
    private static final int MOST_FAILURES = 4;

    private final TestServicesStarter services;
    private final Server server;
    private final String key;
    private volatile boolean closing;

    private EmbeddedTemporal(TestServicesStarter services, Server server, String key) {
        this.services = services;
        this.server = server;
        this.key = key;
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
        String key = freshKey();
        builder.intercept(asking(key));
        GRPCServerHelper.registerServicesAndHealthChecks(services.getServices(), builder);
        try {
            EmbeddedTemporal temporal =
                    new EmbeddedTemporal(services, builder.build().start(), key);
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

    /**
     * Who speaks to this server can start, signal and end anything, so it listens only to those that its service told the key:
     * itself, and workers when they register.
     */
    private static ServerInterceptor asking(String key) {
        byte[] expected = ("Bearer " + key).getBytes(StandardCharsets.US_ASCII);
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                String given = headers.get(AUTHORIZATION);
                if (given != null && MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.US_ASCII))) {
                    return next.startCall(call, headers);
                }
                call.close(Status.UNAUTHENTICATED.withDescription("this Temporal serves one lab"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
        };
    }

    private static String freshKey() {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** What every call must carry as bearer; another one at each start. */
    public String key() {
        return key;
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
