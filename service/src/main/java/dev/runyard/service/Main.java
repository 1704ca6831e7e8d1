package dev.runyard.service;

import dev.runyard.service.auth.Tokens;
import dev.runyard.service.blob.store.BlobStore;
import dev.runyard.service.boot.Border;
import dev.runyard.service.boot.Home;
import dev.runyard.service.boot.HttpAddress;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.boot.StartFailure;
import dev.runyard.service.embedded.EmbeddedTemporal;
import dev.runyard.service.http.CertificateWatch;
import dev.runyard.spec.Failpoint;
import dev.runyard.spec.PlatformEncoding;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The service's process: takes the home, starts what the configuration does not bring (Postgres, Temporal), runs Quarkus, and stops
 * in the opposite order. What keeps it from starting is said in one line, with exit code 2.
 */
@QuarkusMain
public final class Main {
    private static final int BAD_START = 2;

    Main() {}

    public static void main(String... args) {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        CountDownLatch quarkusStopped = new CountDownLatch(1);
        try {
            PlatformEncoding.refusal().ifPresent(line -> {
                throw new StartFailure(line);
            });
            Failpoint.warning().ifPresent(line -> System.err.println("runyard: " + line));
            LabConfig config = LabConfig.fromProcess();
            config.border().allows(config.bind());
            Home home = Home.open(config.home());
            opened.push(home);
            // Hooks of the JVM have no order among themselves: this one waits until Quarkus is done with the database.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(quarkusStopped, opened), "stop"));
            Tokens.prepare(config);
            HttpAddress address = HttpAddress.choose(config);
            BlobStore.check(config);
            Database database = Database.open(config, opened);
            String temporal = config.temporal().orElseGet(() -> {
                EmbeddedTemporal server = EmbeddedTemporal.start();
                opened.push(server);
                System.setProperty("runyard.temporal.key", server.key());
                return server.target();
            });
            database.configure();
            System.setProperty("runyard.home", config.home().toString());
            System.setProperty("runyard.temporal", temporal);
            System.setProperty("quarkus.http.host", address.host());
            System.setProperty("quarkus.http.port", Integer.toString(address.port()));
            border(config, address);
            System.setProperty("quarkus.log.console.json.enabled", Boolean.toString(config.jsonLog()));
            Ready.plan(new Ready.Facts(
                    config.home(), address, config.border().proxy(), temporal, database.port(), database.superuser()));
        } catch (StartFailure e) {
            quarkusStopped.countDown();
            fail(e);
            return;
        }
        Quarkus.run(
                Ready.class,
                (code, failure) -> {
                    quarkusStopped.countDown();
                    System.exit(failure == null ? code : 1);
                },
                args);
    }

    /** What Quarkus has to know of the way people come. */
    private static void border(LabConfig config, HttpAddress address) {
        Border border = config.border();
        border.certificate().ifPresent(certificate -> {
            System.setProperty(
                    "quarkus.tls." + CertificateWatch.NAME + ".key-store.pem.0.cert", certificate.toString());
            System.setProperty(
                    "quarkus.tls." + CertificateWatch.NAME + ".key-store.pem.0.key",
                    border.key().orElseThrow().toString());
            // Read again when it changes: CertificateWatch.
            System.setProperty("quarkus.http.tls-configuration-name", CertificateWatch.NAME);
            System.setProperty("quarkus.http.insecure-requests", "disabled");
            System.setProperty("quarkus.http.ssl-port", Integer.toString(address.port()));
        });
        border.proxy().ifPresent(proxy -> {
            System.setProperty("quarkus.http.proxy.proxy-address-forwarding", "true");
            System.setProperty("quarkus.http.proxy.allow-x-forwarded", "true");
            System.setProperty("quarkus.http.proxy.trusted-proxies", String.join(",", border.proxies()));
        });
    }

    private static void stop(CountDownLatch quarkusStopped, Deque<AutoCloseable> opened) {
        try {
            quarkusStopped.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (AutoCloseable resource = opened.poll(); resource != null; resource = opened.poll()) {
            close(resource);
        }
    }

    private static void close(@Nullable AutoCloseable resource) {
        try {
            if (resource != null) {
                resource.close();
            }
        } catch (Exception e) {
            // The next start ends what is left over; the other resources still have to be closed.
            System.err.println("runyard: at stop: " + e.getMessage());
        }
    }

    private static void fail(StartFailure e) {
        System.err.println("runyard: " + e.getMessage());
        if (LabConfig.debugging()) {
            e.printStackTrace();
        }
        System.exit(BAD_START);
    }
}
